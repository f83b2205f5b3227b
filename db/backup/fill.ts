import { type CompiledQuery, sql } from 'kysely';
import type { Database, Table } from '../database.ts';
import { onlyAdds } from '../migrate.ts';
import type { BackupFile, Manifest } from './manifest.ts';
import { Refusal } from './refusal.ts';
import { keyOf, left_out } from './tables.ts';

/** Rows of one statement. PostgreSQL takes 65,535 parameters, SQLite half as many. */
const rows_per_statement = 100;

/** Takes rows of a table, whose columns it must have been told. */
export interface Filling {
  columns(names: string[]): void;
  add: Add;
  /** Stores what waits for a full statement. */
  end(): Promise<void>;
}

type Add = (rows: unknown[][]) => Promise<void>;

/**
 * Creates what fills the tables of an empty database.
 *
 * Because the migrations make one row in some tables (the number of acts, say), such a row is updated at the end, when
 * what its guard asks for is there. No guard is lifted.
 *
 * @throws Refusal when the database is not empty, or lacks a table that the backup has.
 */
export async function createFiller(db: Database, manifest: Manifest) {
  const { tables, migrations } = await db.snapshot(async snapshot => ({
    tables: new Map((await snapshot.listTables()).map(table => [table.name, table])),
    migrations: await snapshot.listMigrations(),
  }));
  const newer = manifest.migrations.find(name => !migrations.includes(name) && !onlyAdds(name));
  if (newer)
    throw new Refusal('newer_schema', `the backup has migration ${newer}, newer than this software: update it first`);
  const singles = new Map<string, Record<string, unknown>>();
  for (const table of tables.values()) {
    if (table.name in left_out && table.name !== 'keys') continue;
    const row = await findOnlyRow(db, table);
    if (row) singles.set(table.name, row);
  }
  const late: CompiledQuery[] = [];
  const filled = new Set<string>();

  function fill(table: Table, columns: string[], isLater: boolean): Pick<Filling, 'add' | 'end'> {
    const unknown = columns.find(column => !table.columns.includes(column));
    if (unknown)
      throw new Refusal(
        'newer_schema',
        `the backup has a column ${table.name}.${unknown}, unknown here: update this software first`,
      );
    const shape = { ...table, columns };
    const present = singles.get(table.name);
    if (present)
      return addAtOnce(async rows => {
        for (const row of rows) late.push(...draftChange(db, shape, row, present));
      });
    return isLater ? addAtOnce(rows => upsertRows(db, shape, rows)) : createInserts(db, shape);
  }

  const find = (name: string) => {
    const table = tables.get(name);
    if (!table)
      throw new Refusal('newer_schema', `the backup has a table ${name}, unknown here: update this software first`);
    return table;
  };

  return {
    /** Fills a table with the rows of a file. Those of a later file take the place of earlier ones. */
    table(file: BackupFile): Filling {
      const table = find(file.table);
      let filling: Pick<Filling, 'add' | 'end'> | undefined;
      const isLater = filled.has(file.table);
      filled.add(file.table);
      return {
        columns(names) {
          filling = fill(table, names, isLater);
        },
        add: rows => filling!.add(rows),
        end: async () => filling?.end(),
      };
    },
    keys: (columns: string[]) => fill(find('keys'), columns, false),
    /** Updates the rows that the migrations made. */
    async finish() {
      if (late.length > 0) await db.atomic(late);
    },
  };
}

/** Finds the one row that a table has from the migrations; undefined where a table has none. */
async function findOnlyRow(db: Database, { name }: Table): Promise<Record<string, unknown> | undefined> {
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)} limit 2`.execute(db);
  const [row] = rows;
  if (!row) return undefined;
  const isFresh = rows.length === 1 && row.id === 1 && !(name === 'changes' && row.seq !== 0);
  if (isFresh) return row;
  throw new Refusal(
    'not_empty',
    `the database is not empty: there are rows in ${name}. Name a new one in DATABASE_URL`,
  );
}

/** Drafts the update of a row of which only one may be there, unless it is so already. */
function draftChange(db: Database, table: Table, row: unknown[], present: Record<string, unknown>): CompiledQuery[] {
  const changed = table.columns.flatMap((name, n) => (present[name] === row[n] ? [] : [[name, row[n]] as const]));
  if (changed.length === 0) return [];
  const set = sql.join(changed.map(([name, value]) => sql`${sql.ref(name)} = ${value}`));
  return [sql`update ${sql.table(table.name)} set ${set} where ${isRow(table, row)}`.compile(db)];
}

/** Returns the condition that finds a row by its key. */
function isRow(table: Table, row: unknown[]) {
  const key = keyOf(table, row);
  return sql.join(
    table.key.map((name, n) => sql`${sql.ref(name)} = ${key[n]}`),
    sql` and `,
  );
}

function addAtOnce(add: Add): Pick<Filling, 'add' | 'end'> {
  return { add, end: async () => {} };
}

/**
 * Creates what inserts rows, many in a statement. Because compiling costs more than running, and each length would be a
 * statement of its own to keep, rows wait until they fill one.
 */
function createInserts(db: Database, table: Table): Pick<Filling, 'add' | 'end'> {
  let full: CompiledQuery | undefined;
  let waiting: unknown[][] = [];
  return {
    async add(rows) {
      waiting = waiting.concat(rows);
      const statements: CompiledQuery[] = [];
      let at = 0;
      for (; waiting.length - at >= rows_per_statement; at += rows_per_statement) {
        const some = waiting.slice(at, at + rows_per_statement);
        full ??= draftInsert(db, table, some);
        statements.push({ ...full, parameters: some.flat() });
      }
      waiting = waiting.slice(at);
      if (statements.length > 0) await db.atomic(statements);
    },
    async end() {
      if (waiting.length > 0) await db.atomic([draftInsert(db, table, waiting)]);
      waiting = [];
    },
  };
}

function draftInsert(db: Database, { name, columns }: Table, rows: unknown[][]): CompiledQuery {
  const names = sql.join(columns.map(column => sql.ref(column)));
  const values = sql.join(rows.map(row => sql`(${sql.join(row)})`));
  return sql`insert into ${sql.table(name)} (${names}) values ${values}`.compile(db);
}

/** Stores rows one by one: new, or over the row of the same key, or not at all when it is the same. */
async function upsertRows(db: Database, table: Table, rows: unknown[][]): Promise<void> {
  for (const row of rows) {
    const found = sql<Record<string, unknown>>`select * from ${sql.table(table.name)} where ${isRow(table, row)}`;
    const present = (await found.execute(db)).rows[0];
    const statements = present ? draftChange(db, table, row, present) : [draftInsert(db, table, [row])];
    if (statements.length > 0) await db.atomic(statements);
  }
}
