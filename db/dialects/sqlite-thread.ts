/** The thread that writes to a database file: it receives units and answers with their results (`sqlite-writer.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import { createCommit, type Settled } from './sqlite-commit.ts';
import { busy_timeout_ms, openConnection, watchFiles } from './sqlite-connection.ts';
import { createReceiver, sendSettled } from './sqlite-wire.ts';

/** A message to the thread, which answers them in order with results: units to commit, as `createSender` writes them, or a word. */
export type Order = { units: string } | 'scrub' | 'close';

/** Longest wait for readers while content is overwritten. */
const scrub_wait_ms = 100;

const path = workerData as string;
const connection = openConnection(path);
const commit = createCommit(connection, watchFiles(path));
const receive = createReceiver();

parentPort!.on('message', (order: Order) => {
  if (order === 'close') return close();
  parentPort!.postMessage(sendSettled(order === 'scrub' ? [scrub()] : commit(receive(order.units))));
});

/**
 * Folds the write-ahead log into the file and empties it, so that neither holds deleted content. The outcome counts 1
 * when it is done. Because all that writes waits meanwhile, it waits for other readers no longer than a moment.
 */
function scrub(): Settled {
  const { sqlite } = connection;
  try {
    sqlite.pragma(`busy_timeout = ${scrub_wait_ms}`);
    const [{ busy }] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
    return { outcomes: [{ rows: [], changed: busy === 0 ? 1 : 0 }] };
  } catch (error) {
    return { error };
  } finally {
    sqlite.pragma(`busy_timeout = ${busy_timeout_ms}`);
  }
}

function close() {
  connection.sqlite.close();
  parentPort!.close();
}
