import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createCommit, type Settled, type Statement } from './sqlite-commit.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Order } from './sqlite-thread.ts';
import { createSender, receiveSettled } from './sqlite-wire.ts';

/** Writes to a database. Units that are given together share a transaction. */
export interface Writer {
  commit(units: Statement[][]): Promise<Settled[]>;
  /**
   * Overwrites deleted content in the files; returns false when a reader stood in the way. Throws the error of the
   * database, as for a full disk.
   */
  scrub(): Promise<boolean>;
  close(): Promise<unknown>;
}

/**
 * Creates a writer on the connection that reads. Because a database in memory belongs to its connection, another one
 * would not see it.
 */
export function writeHere(connection: Connection): Writer {
  const commit = createCommit(connection);
  return { commit: async units => commit(units), scrub: async () => true, close: async () => {} };
}

/**
 * Creates a writer to a file in a thread of its own, so that no request waits while the disk works.
 *
 * An error that the thread does not expect ends the process, as it would without the thread.
 */
export function writeApart(path: string): Writer {
  const young_mb = 4;
  const thread = new Worker(new URL('./sqlite-thread.ts', import.meta.url), {
    workerData: path,
    resourceLimits: { maxYoungGenerationSizeMb: young_mb },
  });
  const send = createSender();
  const asked: ((settled: Settled[]) => void)[] = [];
  let hasEnded = false;
  thread.on('message', (answer: string) => asked.shift()!(receiveSettled(answer)));
  thread.once('exit', () => {
    hasEnded = true;
    for (const answer of asked.splice(0)) answer([]);
  });
  // An order that follows the last one has no answer.
  const ask = (order: Order) =>
    new Promise<Settled[]>(resolve => {
      if (hasEnded) return resolve([]);
      asked.push(resolve);
      thread.postMessage(order);
    });

  return {
    async commit(units) {
      const settled = await ask({ units: send(units) });
      return units.map((_, n) => settled[n] ?? { error: new Error('the database is closed') });
    },
    async scrub() {
      const [settled] = await ask('scrub');
      if (!settled) return false;
      if ('error' in settled) throw settled.error;
      return settled.outcomes[0]!.changed === 1;
    },
    close() {
      hasEnded = true;
      thread.postMessage('close');
      return once(thread, 'exit');
    },
  };
}
