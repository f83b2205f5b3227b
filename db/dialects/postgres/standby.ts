import type { Database } from '../../database.ts';
import { pause } from '../../turn.ts';
import { createDatabase } from '../kysely.ts';
import { shareReads } from '../shared-reads.ts';
import { fail } from './errors.ts';
import type { Reader } from './reader.ts';

/** Pauses before a standby that is behind is asked again. After them, lists are read on the server that writes. */
const pauses_ms = [5, 10, 20, 40, 80];

/** Time for which a standby that failed or stayed behind is not asked. */
const rest_ms = 5_000;

const written = 'select pg_current_wal_flush_lsn()::text as place';
const replayed = 'select not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= $1::pg_lsn as "hasAll"';

/** A standby on which lists are read. */
export interface Standby {
  /**
   * Returns the standby once it holds all that is written by now; undefined when it is away or too far behind. Because of
   * that a list on it shows what its reader has just done, and nobody who has just been erased.
   */
  whenCaughtUp(): Promise<Database | undefined>;
}

/** Creates the standby that a reader reads from, beside the server that `writer` reads from. */
export function createStandby(reader: Reader, writer: Reader): Standby {
  const run = async (sql: string, parameters: readonly unknown[], isPrepared: boolean) => {
    const { rows, rowCount } = await reader.run(sql, parameters, isPrepared).catch(fail);
    return { rows, changed: rowCount ?? 0 };
  };
  const { read } = shareReads(async ({ sql, parameters }) => (await run(sql, parameters, true)).rows as never[]);
  const db = createDatabase('postgres', ({ sql, parameters }) => run(sql, parameters, false), {
    atomic: refuse,
    read,
    scrub: refuse,
    snapshot: refuse,
    close: async () => {},
  });
  let rests_until = 0;

  return {
    async whenCaughtUp() {
      if (performance.now() < rests_until) return undefined;
      const { rows } = await writer.run(written, [], true).catch(fail);
      try {
        for (const ms of [...pauses_ms, 0]) {
          const [answer] = (await reader.run(replayed, [rows[0].place], true)).rows;
          if (answer.hasAll) return db;
          if (ms > 0) await pause(ms);
        }
      } catch {}
      rests_until = performance.now() + rest_ms;
      return undefined;
    },
  };
}

function refuse(): never {
  throw new Error('a standby is only read');
}
