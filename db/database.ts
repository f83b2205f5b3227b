import type { CompiledQuery, Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** The database: Kysely to read and to build statements, `atomic` for every write. Never a transaction begun by hand. */
export type Database = Kysely<Schema> & {
  /**
   * Runs the statements as one unit, all or none, and returns when the unit is durable.
   *
   * The unit is known before it starts, because D1 has no interactive transaction: read first, decide, then write blind.
   *
   * @returns One outcome per statement, in order.
   * @throws Conflict when a constraint refused the unit; whatever the database throws when it is not available.
   */
  atomic(statements: CompiledQuery[]): Promise<Outcome[]>;
  /** Runs one compiled query and returns its rows: the short way, for what every request asks. */
  read<R>(query: CompiledQuery<R>): Promise<R[]>;
  /** Overwrites in the files what was deleted before. Only SQLite can; elsewhere it does nothing. */
  scrub(): Promise<void>;
};

/**
 * Makes a Database of a Kysely instance.
 *
 * @param close Closes what `atomic` uses too: Kysely closes only what it has itself read from.
 */
export function extendKysely(
  kysely: Kysely<Schema>,
  { atomic, read, scrub, close }: Pick<Database, 'atomic' | 'read' | 'scrub'> & { close(): Promise<void> },
): Database {
  const destroy = kysely.destroy.bind(kysely);
  return Object.assign(kysely, {
    atomic,
    read,
    scrub,
    destroy: async () => {
      await destroy();
      await close();
    },
  });
}

export interface Outcome {
  rows: unknown[];
  changed: number;
}

/** A constraint refused a unit: nothing of it was written. `table` says where. */
export class Conflict extends Error {
  readonly table: string;
  constructor(table: string, cause: unknown) {
    super(`conflict in ${table}`, { cause });
    this.table = table;
  }
}

/** Reads SQLite's wording of a refused constraint, which D1 hands on; undefined when it is another error. */
export function readConflict(error: unknown): Conflict | undefined {
  const table = /(?:UNIQUE|NOT NULL) constraint failed: (\w+)\./.exec(String((error as Error)?.message))?.[1];
  return table ? new Conflict(table, error) : undefined;
}

/** Whether an error says that the database can't be used just now (full, locked, gone), in any driver's words. */
export function isUnavailable(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return unavailable_codes.test(String(code)) || unavailable_messages.test(String(message));
}

const unavailable_codes =
  /^(SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM)|08\w{3}|53\w{3}|57P\w\d|57014|55P03|25P0\d|25006|E(CONN\w+|TIMEDOUT|PIPE|AI_AGAIN|NOTFOUND)$)/;
const unavailable_messages =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error|D1_ERROR: (Network|D1 DB is overloaded|.*(timed out|storage))/i;
