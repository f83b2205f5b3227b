/** The thread that writes to a database file: units come in, what became of them goes out (`sqlite-writer.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import { createCommit, type Settled, type Statement } from './sqlite-commit.ts';
import { openConnection } from './sqlite-connection.ts';

/** What the thread is asked to do, one after the other. */
export type Order = Statement[][] | 'scrub' | 'close';

/** An error's own properties would not cross. */
export type SentSettled = Extract<Settled, { outcomes: unknown }> | { refused: { message: string; code?: unknown } };

const connection = openConnection(workerData as string);
const commit = createCommit(connection);

parentPort!.on('message', (order: Order) => {
  if (order === 'close') return close();
  parentPort!.postMessage(order === 'scrub' ? scrub() : run(order));
});

function run(units: Statement[][]): SentSettled[] {
  return commit(units).map(one => ('outcomes' in one ? one : { refused: describe(one.error) }));
}

function describe(error: unknown) {
  const { message, code } = error as { message: string; code?: unknown };
  return { message, code };
}

/** Folds the log into the file and empties it: nothing that was deleted stays in either. */
function scrub(): SentSettled[] {
  try {
    connection.sqlite.pragma('wal_checkpoint(TRUNCATE)');
    return [];
  } catch (error) {
    return [{ refused: describe(error) }];
  }
}

function close() {
  connection.sqlite.close();
  parentPort!.close();
}
