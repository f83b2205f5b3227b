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
   * @throws Conflict when a constraint refused the unit; Unavailable when the database cannot be used just now.
   */
  atomic(statements: CompiledQuery[]): Promise<Outcome[]>;
  /** Runs one compiled query and returns its rows: the short way, for what every request asks. */
  read<R>(query: CompiledQuery<R>): Promise<R[]>;
  /** Overwrites in the files what was deleted before. Only SQLite can; elsewhere it does nothing. */
  scrub(): Promise<void>;
};

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

/** The database cannot be used just now: it is full, locked or gone. `code` is the driver's. */
export class Unavailable extends Error {
  readonly code: unknown;
  constructor(cause: unknown) {
    super(String((cause as Error)?.message), { cause });
    this.code = (cause as { code?: unknown })?.code;
  }
}

/** Tells whether an error says that the database cannot be used just now. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Unavailable;
}
