import type { CompiledQuery, Kysely, RawBuilder } from 'kysely';
import type { Schema } from './schema.ts';

/** The database: Kysely reads and builds statements, `atomic` runs every write. No other code begins a transaction. */
export type Database = Kysely<Schema> & {
  /**
   * Runs the statements as one unit, all or none, and returns when the unit is durable.
   *
   * Because D1 has no interactive transaction, the unit is known before it starts: read first, decide,
   * then write blind.
   *
   * @returns One outcome per statement, in order.
   * @throws Conflict when a constraint refused the unit; Unavailable when the database cannot be used just now.
   */
  atomic(statements: CompiledQuery[]): Promise<Outcome[]>;
  /**
   * Runs one compiled query and returns its rows. Meant for the queries that every request runs, it goes
   * past Kysely's executor.
   */
  read<R>(query: CompiledQuery<R>): Promise<R[]>;
  /**
   * Returns the database on which a list is read now: a standby that holds all that is written by now where one is set and
   * keeps up, or else this one.
   */
  forLists(): Promise<Database>;
  /**
   * Overwrites deleted content in the database's files. Only SQLite can; on other databases it does nothing. While
   * something still reads what was there, it returns at once, and the content is overwritten as soon as nothing does.
   */
  scrub(): Promise<void>;
  /** Statements of a unit that fail while the disk has no room, and leave nothing; absent where any write tells. */
  ask_room?: RawBuilder<unknown>[];
  /** Reads much, as it stands at one moment, while others write: for a backup. */
  snapshot<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T>;
  /** Waits between the slices of long work, so that others have their turn. */
  rest(): Promise<void>;
  /** Rows that one statement of a long walk reads at most: few where this thread reads them, more where each read is a call. */
  rows_at_once: number;
  /** Tells what waits for the database just now; absent where nothing waits in this process. */
  backlog?(): Backlog;
};

/** What waits in this process for the database. */
export interface Backlog {
  /** Units that wait for the writer, those that it has taken not among them. */
  units: number;
  /** Connections that read, and how many queries wait for one; absent where a query waits for nothing. */
  readers?: { used: number; idle: number; waiting: number };
}

/** Hears what a database does, where a host counts that. */
export interface DatabaseMeter {
  /** Hears that a transaction of so many units begins. It returns what is called once it has ended. */
  beginCommit?(units: number): () => void;
  /** Hears how many rows D1 has read and written, and how large its database is then. */
  countRows?(read: number, written: number, database_bytes: number): void;
}

/** A view of the database that ends with the work that it was opened for. */
export interface Snapshot {
  /** Whether all reads see one moment. On D1 only the queries of one call do. */
  isFixed: boolean;
  /** Runs the queries and returns the rows of each, with the columns in the order in which they were selected. */
  read(queries: CompiledQuery[]): Promise<Record<string, unknown>[][]>;
  /** Lists the tables that are there, those of the migrations and of the engine excepted. */
  listTables(): Promise<Table[]>;
  /** Lists the migrations that were applied, in order. */
  listMigrations(): Promise<string[]>;
}

/** A table as the database describes it. */
export interface Table {
  name: string;
  columns: string[];
  /** The columns of its primary key, in order. */
  key: string[];
}

/** Result of one statement: the rows that it returned, and how many it changed. */
export interface Outcome {
  rows: unknown[];
  changed: number;
}

/** Error of a unit that a constraint refused; nothing of it was written. `table` is the constraint's table. */
export class Conflict extends Error {
  readonly table: string;
  constructor(table: string, cause: unknown) {
    super(`conflict in ${table}`, { cause });
    this.table = table;
  }
}

/** Error of a database that cannot be used just now: it is full, locked or gone. `code` is the driver's. */
export class Unavailable extends Error {
  /** The driver's code, or its words where it has none: the log tells it, and they hold nothing that was sent. */
  readonly code: unknown;
  constructor(cause: unknown) {
    super(String((cause as Error)?.message), { cause });
    this.code = (cause as { code?: unknown })?.code ?? this.message;
  }
}

/** Tells whether an error says that the database cannot be used just now. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof Unavailable;
}
