import Sqlite from 'better-sqlite3';
import type { CompiledQuery } from 'kysely';
import type { Database, Snapshot } from '../database.ts';
import { createSnapshot } from './snapshot.ts';
import { translate } from './sqlite-errors.ts';

/** Time until an overwriting that a reader stood in the way of is tried again. */
const again_ms = 1_000;

/** Cache of a connection that reads a snapshot, in KiB: each page is read once. */
const cache_kib = 2_048;

/**
 * Creates the verbs `snapshot` and `scrub` of a database file.
 *
 * A snapshot is a read transaction on a connection of its own. Because the write-ahead log cannot be emptied while it
 * lasts, `scrub` then only notes that content is to be overwritten, and the end of the last snapshot does it.
 *
 * @param scrubNow Overwrites deleted content; returns false when a reader stood in the way.
 */
export function createSnapshots(
  path: string,
  scrubNow: () => Promise<boolean>,
): Pick<Database, 'snapshot' | 'scrub'> & { end(): void } {
  let open = 0;
  let retry: NodeJS.Timeout | undefined;

  async function scrub() {
    clearTimeout(retry);
    if (open > 0 || (await scrubNow())) return;
    // A command of another process may read a snapshot too.
    retry = setTimeout(() => scrub().catch(() => {}), again_ms).unref();
  }

  return {
    scrub,
    async snapshot(work) {
      const sqlite = new Sqlite(path, { readonly: true });
      open += 1;
      try {
        sqlite.pragma(`cache_size = -${cache_kib}`);
        sqlite.exec('begin');
        return await work(createSnapshot('sqlite', { isFixed: true, read: queries => readAll(sqlite, queries) }));
      } finally {
        sqlite.close();
        open -= 1;
        await scrub();
      }
    },
    end: () => clearTimeout(retry),
  };
}

/** Creates the verb `snapshot` of a database whose only connection everything runs on: nothing holds it still. */
export function snapshotHere(sqlite: Sqlite.Database): Database['snapshot'] {
  return work => work(createSnapshot('sqlite', { isFixed: false, read: queries => readAll(sqlite, queries) }));
}

async function readAll(sqlite: Sqlite.Database, queries: CompiledQuery[]): ReturnType<Snapshot['read']> {
  try {
    return queries.map(({ sql, parameters }) => sqlite.prepare(sql).all(...parameters) as Record<string, unknown>[]);
  } catch (error) {
    throw translate(error);
  }
}
