import { type Database, type Outcome, Unavailable } from '../database.ts';
import { migrate } from '../migrate.ts';
import { createDatabase } from './kysely.ts';
import { openConnection } from './sqlite-connection.ts';
import { translate } from './sqlite-errors.ts';
import { snapshotHere } from './sqlite-snapshot.ts';

/** Cache while a file is filled, in KiB. Because the indexes by phone and e-mail are filled at random, it is large. */
const cache_kib = 16_384;

/**
 * Does all of the work in one transaction on a database file that nothing else has open, and commits at its end. When
 * the work throws, or the process is killed, nothing of it was done.
 *
 * @param isScratch Whether the file is thrown away afterwards. Then nothing is synced, and nothing undone.
 * @throws Unavailable when something else has the file open.
 */
export async function load<T>(path: string, work: (db: Database) => Promise<T>, isScratch = false): Promise<T> {
  const { sqlite, prepare } = openConnection(path);
  try {
    await migrate({
      dialect: 'sqlite',
      run: async text => void sqlite.exec(text),
      list: async query => sqlite.prepare(query).pluck().all() as string[],
    });
    sqlite.pragma(`cache_size = -${cache_kib}`);
    // Without a write-ahead log the pages go straight into the file, which is otherwise written twice.
    leaveLog(() => sqlite.pragma(`journal_mode = ${isScratch ? 'OFF' : 'DELETE'}`));
    if (isScratch) sqlite.pragma('synchronous = OFF');
    prepare('begin exclusive').run();
    const run = (sql: string, parameters: readonly unknown[]): Outcome => {
      try {
        const statement = prepare(sql);
        if (statement.reader) return { rows: statement.all(...parameters), changed: 0 };
        return { rows: [], changed: statement.run(...parameters).changes };
      } catch (error) {
        throw translate(error);
      }
    };
    const db = createDatabase('sqlite', async ({ sql, parameters }) => run(sql, parameters), {
      async atomic(statements) {
        if (isScratch) return statements.map(({ sql, parameters }) => run(sql, parameters));
        run('savepoint unit', []);
        try {
          return statements.map(({ sql, parameters }) => run(sql, parameters));
        } catch (error) {
          if (sqlite.inTransaction) run('rollback to unit', []);
          throw error;
        } finally {
          if (sqlite.inTransaction) run('release unit', []);
        }
      },
      read: async ({ sql, parameters }) => run(sql, parameters).rows as never[],
      scrub: async () => {},
      snapshot: snapshotHere(sqlite),
      close: async () => {},
    });
    const result = await work(db);
    run('commit', []);
    return result;
  } catch (error) {
    throw translate(error);
  } finally {
    if (sqlite.inTransaction && !isScratch) sqlite.exec('rollback');
    sqlite.close();
  }
}

function leaveLog(leave: () => unknown) {
  try {
    leave();
  } catch (error) {
    throw new Unavailable(error);
  }
}
