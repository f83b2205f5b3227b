/** The thread that writes to a database file: units come in, what became of them goes out (`sqlite-writer.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import { createCommit, type Settled } from './sqlite-commit.ts';
import { openConnection } from './sqlite-connection.ts';

/** What the thread is asked to do, one after the other. */
export type Order = Units | 'scrub' | 'close';

/** Units in lists that are not nested, which cross in half the time. */
export interface Units {
  /** Statements that the thread does not know yet, with the number of their parameters. A statement crosses once. */
  learn: { sql: string; parameters: number }[];
  /** For each unit, the statements by the order in which they were learnt, and -1. */
  statements: number[];
  /** The values of all their parameters. */
  values: unknown[];
}

/** An error's own properties would not cross. */
export type SentSettled = Extract<Settled, { outcomes: unknown }> | { refused: { message: string; code?: unknown } };

const connection = openConnection(workerData as string);
const commit = createCommit(connection);
const known: Units['learn'] = [];

parentPort!.on('message', (order: Order) => {
  if (order === 'close') return close();
  parentPort!.postMessage(order === 'scrub' ? scrub() : run(order));
});

function run({ learn, statements, values }: Units): SentSettled[] {
  known.push(...learn);
  let unit = [];
  const units = [];
  let at = 0;
  for (const number of statements) {
    if (number < 0) {
      units.push(unit);
      unit = [];
    } else {
      const { sql, parameters } = known[number]!;
      unit.push({ sql, parameters: values.slice(at, at + parameters) });
      at += parameters;
    }
  }
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
