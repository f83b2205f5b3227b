import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createCommit, type Settled, type Statement } from './sqlite-commit.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Order, SentSettled } from './sqlite-thread.ts';

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
  const asked: ((answer: SentSettled[]) => void)[] = [];
  thread.on('message', (answer: SentSettled[]) => asked.shift()!(answer));
  const ask = (order: Order) =>
    new Promise<SentSettled[]>(resolve => {
      asked.push(resolve);
      thread.postMessage(order);
    });

  return {
    async commit(units) {
      const settled = await ask(units.map(unit => unit.map(({ sql, parameters }) => ({ sql, parameters }))));
      return settled.map(one => ('outcomes' in one ? one : { error: restore(one.refused) }));
    },
    async scrub() {
      const [answer] = await ask('scrub');
      if ('refused' in answer!) throw restore(answer.refused);
      return answer!.outcomes[0]!.changed === 1;
    },
    close() {
      thread.postMessage('close');
      return once(thread, 'exit');
    },
  };
}

function restore({ message, code }: { message: string; code?: unknown }): Error {
  return Object.assign(new Error(message), { code });
}
