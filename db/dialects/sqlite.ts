import type { CompiledQuery } from 'kysely';
import type { Database, DatabaseMeter, Outcome } from '../database.ts';
import { migrate, type Session } from '../migrate.ts';
import { createDatabase } from './kysely.ts';
import { shareReads } from './shared-reads.ts';
import { type Connection, keepLittle, openConnection } from './sqlite-connection.ts';
import { translate } from './sqlite-errors.ts';
import { createSnapshots, snapshotHere } from './sqlite-snapshot.ts';
import { type Writer, writeApart, writeHere } from './sqlite-writer.ts';

interface Unit {
  statements: CompiledQuery[];
  resolve(outcomes: Outcome[]): void;
  reject(error: unknown): void;
}

/**
 * Opens the database file, or `:memory:`, and brings its tables up to date.
 *
 * Every unit is synced to disk before it is acknowledged. Units that wait at one moment share a transaction, and so one
 * sync. A file is read on this thread and written on another: with a write-ahead log readers and the writer do not wait
 * for each other.
 */
export async function open(
  path: string,
  upgrade: (session: Session) => Promise<unknown> = migrate,
  meter?: DatabaseMeter,
): Promise<Database> {
  const connection = openConnection(path);
  const { sqlite, prepare } = connection;
  await upgrade({
    dialect: 'sqlite',
    run: async text => void sqlite.exec(text),
    list: async query => sqlite.prepare(query).pluck().all() as string[],
  }).catch(error => {
    sqlite.close();
    throw error;
  });
  if (!sqlite.memory) keepLittle(connection);
  const writer = sqlite.memory ? writeHere(connection) : writeApart(path);
  const snapshot = sqlite.memory ? undefined : shareSnapshot(connection);
  const run = async ({ sql, parameters }: CompiledQuery): Promise<Outcome> => {
    try {
      const statement = prepare(sql);
      if (statement.reader) {
        snapshot?.begin();
        return { rows: statement.all(...parameters), changed: 0 };
      }
      snapshot?.end();
      return { rows: [], changed: statement.run(...parameters).changes };
    } catch (error) {
      throw translate(error);
    }
  };
  const { read, forget } = shareReads(async query => (await run(query)).rows as never[]);
  const scrubNow = () =>
    writer.scrub().catch(error => {
      throw translate(error);
    });
  const { end, ...verbs } = sqlite.memory
    ? { snapshot: snapshotHere(sqlite), scrub: async () => {}, end: () => {} }
    : createSnapshots(path, scrubNow);
  return createDatabase('sqlite', run, {
    ...queueUnits(
      writer,
      () => {
        snapshot?.end();
        forget();
      },
      meter,
    ),
    read,
    rows_at_once: 500,
    ...verbs,
    async close() {
      snapshot?.end();
      end();
      await writer.close();
      sqlite.close();
    },
  });
}

/**
 * Lets the reads of one turn of the event loop share a snapshot, because opening one costs locks and a look at the
 * write-ahead log for each. It begins with the second of them, since one read alone opens its own for less. It ends with
 * the turn, and before an answer of the writer is heard.
 */
function shareSnapshot({ sqlite, prepare }: Connection): { begin(): void; end(): void } {
  let isSecond = false;
  const end = () => {
    if (sqlite.inTransaction) prepare('rollback').run();
  };
  const endTurn = () => {
    isSecond = false;
    end();
  };
  return {
    begin() {
      if (sqlite.inTransaction) return;
      if (isSecond) prepare('begin').run();
      else setImmediate(endTurn);
      isSecond = true;
    },
    end,
  };
}

/**
 * Queues units for the writer, which gets them together: those of one turn of the event loop, or those that came while
 * it was busy.
 */
function queueUnits(writer: Writer, forget: () => void, meter?: DatabaseMeter): Pick<Database, 'atomic' | 'backlog'> {
  let waiting: Unit[] = [];
  let busy = false;

  async function commitWaiting() {
    const units = waiting;
    waiting = [];
    const end = meter?.beginCommit?.(units.length);
    const settled = await writer.commit(units.map(({ statements }) => statements));
    end?.();
    forget();
    for (const [n, unit] of units.entries()) settle(unit, settled[n]!);
    if (waiting.length > 0) setImmediate(commitWaiting);
    else busy = false;
  }

  return {
    atomic: statements =>
      new Promise((resolve, reject) => {
        waiting.push({ statements, resolve, reject });
        if (!busy) setImmediate(commitWaiting);
        busy = true;
      }),
    backlog: () => ({ units: waiting.length }),
  };
}

function settle({ resolve, reject }: Unit, settled: Awaited<ReturnType<Writer['commit']>>[number]) {
  if ('outcomes' in settled) resolve(settled.outcomes);
  else reject(translate(settled.error));
}
