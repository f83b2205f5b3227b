import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createCommit, type Settled, type Statement } from './sqlite-commit.ts';
import type { Connection } from './sqlite-connection.ts';
import type { Order, SentSettled, Units } from './sqlite-thread.ts';

/** Who writes to a database: units that are given together share a transaction. */
export interface Writer {
  commit(units: Statement[][]): Promise<Settled[]>;
  /** Overwrites in the files what was deleted. Throws what the database throws, as a full disk. */
  scrub(): Promise<void>;
  close(): Promise<unknown>;
}

/** Writes on the connection that reads: another one would not see a database in memory. */
export function writeHere(connection: Connection): Writer {
  const commit = createCommit(connection);
  return { commit: async units => commit(units), scrub: async () => {}, close: async () => {} };
}

/**
 * Writes to a file in a thread of its own, so that no request stands still while the disk works.
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

  const pack = createPacker();
  return {
    async commit(units) {
      const settled = await ask(pack(units));
      return settled.map(one => ('outcomes' in one ? one : { error: restore(one.refused) }));
    },
    async scrub() {
      for (const one of await ask('scrub')) if ('refused' in one) throw restore(one.refused);
    },
    close() {
      thread.postMessage('close');
      return once(thread, 'exit');
    },
  };
}

function createPacker(): (units: Statement[][]) => Units {
  const numbers = new Map<string, number>();
  return units => {
    const packed: Units = { learn: [], statements: [], values: [] };
    const numberOf = ({ sql, parameters }: Statement) => {
      const known = numbers.get(sql);
      if (known !== undefined) return known;
      packed.learn.push({ sql, parameters: parameters.length });
      numbers.set(sql, numbers.size);
      return numbers.size - 1;
    };
    for (const unit of units) {
      for (const statement of unit) {
        packed.statements.push(numberOf(statement));
        for (const value of statement.parameters) packed.values.push(value);
      }
      packed.statements.push(-1);
    }
    return packed;
  };
}

function restore({ message, code }: { message: string; code?: unknown }): Error {
  return Object.assign(new Error(message), { code });
}
