/** The thread that writes to a database file: it receives units and answers with their results (`sqlite-writer.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import { createCommit, type Settled, type Statement } from './sqlite-commit.ts';
import { busy_timeout_ms, openConnection } from './sqlite-connection.ts';

/** A message to the thread, which answers them in order. */
export type Order = Statement[][] | 'scrub' | 'close';

/**
 * Result of a unit as it crosses to the other thread. Because an error loses its own properties there, its message and
 * code are sent.
 */
export type SentSettled = Extract<Settled, { outcomes: unknown }> | { refused: { message: string; code?: unknown } };

/** Longest wait for readers while content is overwritten. */
const scrub_wait_ms = 100;

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

/**
 * Folds the write-ahead log into the file and empties it, so that neither holds deleted content. The outcome counts 1
 * when it is done. Because all that writes waits meanwhile, it waits for other readers no longer than a moment.
 */
function scrub(): SentSettled[] {
  const { sqlite } = connection;
  try {
    sqlite.pragma(`busy_timeout = ${scrub_wait_ms}`);
    const [{ busy }] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
    return [{ outcomes: [{ rows: [], changed: busy === 0 ? 1 : 0 }] }];
  } catch (error) {
    return [{ refused: describe(error) }];
  } finally {
    sqlite.pragma(`busy_timeout = ${busy_timeout_ms}`);
  }
}

function close() {
  connection.sqlite.close();
  parentPort!.close();
}
