import { type CompiledQuery, sql } from 'kysely';
import type { Database, Snapshot, Table } from '../database.ts';
import { nextTurn } from '../turn.ts';

/**
 * The tables that no backup holds, and why. All others are taken as the database lists them, so that a new one is never
 * forgotten.
 */
export const left_out: Record<string, string> = {
  keys: 'stands in the file of keys, which each backup overwrites',
  key_checks: 'the first start with a restored database notes the keys that open it',
  jobs: 'belongs to the servers that run now',
  promise_checks: 'tells of the servers that run now',
  console_sessions: 'a session that has ended must not come back',
  session_notes: 'belongs to a session',
  session_reveals: 'belongs to a session',
};

/** Rows that are read at once: some milliseconds of work. */
const rows_per_page = 200;

/** Lists the tables that a backup takes. */
export async function listTaken(snapshot: Snapshot): Promise<Table[]> {
  return (await snapshot.listTables()).filter(({ name }) => !(name in left_out));
}

/** Tells whether each change of a row takes the number of an act, so that what has changed can be read by it. */
export function isNumbered({ name, columns }: Table): boolean {
  return columns.includes('seq') && name !== 'changes';
}

interface RowsOptions {
  /** The key after which to begin. */
  after?: unknown[] | undefined;
  /** The number of the act after which a row must have changed. */
  since?: number | undefined;
  limit: number;
}

/** Drafts the query of the next rows in the order of their key. */
export function draftRows(db: Database, table: Table, { after, since, limit }: RowsOptions): CompiledQuery {
  const columns = sql.join(table.columns.map(name => sql.ref(name)));
  const key = sql.join(table.key.map(name => sql.ref(name)));
  const conditions = [
    ...(after ? [sql`(${key}) > (${sql.join(after)})`] : []),
    ...(since === undefined ? [] : [sql`seq > ${since}`]),
  ];
  const where = conditions.length > 0 ? sql` where ${sql.join(conditions, sql` and `)}` : sql``;
  return sql`select ${columns} from ${sql.table(table.name)}${where} order by ${key} limit ${sql.lit(limit)}`.compile(
    db,
  );
}

/** Returns the values of a row in the order of its columns. */
export function valuesOf(row: Record<string, unknown>): unknown[] {
  return Object.values(row);
}

/** Returns the values of a row's key. */
export function keyOf(table: Table, values: unknown[]): unknown[] {
  return table.key.map(name => values[table.columns.indexOf(name)]);
}

/** Reads a table, or what follows upon a key, page by page in the order of its key. */
export async function* readRows(
  db: Database,
  snapshot: Snapshot,
  table: Table,
  options: Omit<RowsOptions, 'limit'> = {},
): AsyncGenerator<unknown[][]> {
  for (let after = options.after; ; await nextTurn()) {
    const [rows] = await snapshot.read([draftRows(db, table, { ...options, after, limit: rows_per_page })]);
    const page = rows!.map(valuesOf);
    if (page.length > 0) yield page;
    if (page.length < rows_per_page) return;
    after = keyOf(table, page.at(-1)!);
  }
}

/** Counts the rows of tables. */
export async function countRows(db: Database, snapshot: Snapshot, tables: Table[]): Promise<number> {
  const counted = await snapshot.read(
    tables.map(({ name }) => sql`select count(*) as count from ${sql.table(name)}`.compile(db)),
  );
  return counted.reduce((sum, [row]) => sum + Number(row!.count), 0);
}
