import { CompiledQuery } from 'kysely';
import type { Snapshot, Table } from '../database.ts';

/** Queries by which a database describes itself. */
interface Descriptions {
  /** The tables that are there, in the column `name`. */
  tables: string;
  /** The columns of a table in order: `name`, and the place in the primary key as `pk`, 0 outside of it. */
  columns(table: string): string;
}

const sqlite: Descriptions = {
  tables: `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'
    and name not like '\\_cf\\_%' escape '\\' order by name`,
  columns: table => `pragma table_info("${table}")`,
};

const postgres: Descriptions = {
  tables: `select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' order by relname`,
  columns: table => `select attname as name, coalesce(array_position(indkey::int2[], attnum), -1) + 1 as pk
    from pg_attribute left join pg_index on indrelid = attrelid and indisprimary
    where attrelid = '"${table}"'::regclass and attnum > 0 and not attisdropped order by attnum`,
};

/** Tables that list the migrations: ours, and on D1 wrangler's. */
const migration_tables = ['migrations', 'd1_migrations'];

/**
 * Creates a snapshot from what reads it. The database describes its own tables, so that a new one is never forgotten.
 *
 * @param language The language that the database speaks.
 */
export function createSnapshot(
  language: 'sqlite' | 'postgres',
  { isFixed, read }: Pick<Snapshot, 'isFixed' | 'read'>,
): Snapshot {
  const queries = { sqlite, postgres }[language];
  const list = async (sql: string) => (await read([CompiledQuery.raw(sql)]))[0]!;
  const listNames = async () => (await list(queries.tables)).map(({ name }) => String(name));
  return {
    isFixed,
    read,
    async listTables() {
      const tables: Table[] = [];
      for (const name of await listNames())
        if (!migration_tables.includes(name)) tables.push({ name, ...readColumns(await list(queries.columns(name))) });
      return tables;
    },
    async listMigrations() {
      const table = (await listNames()).find(name => migration_tables.includes(name));
      return table ? (await list(`select name from ${table} order by name`)).map(({ name }) => String(name)) : [];
    },
  };
}

function readColumns(rows: Record<string, unknown>[]): Pick<Table, 'columns' | 'key'> {
  const inKey = rows.filter(({ pk }) => Number(pk) > 0).sort((one, other) => Number(one.pk) - Number(other.pk));
  const names = (some: Record<string, unknown>[]) => some.map(({ name }) => String(name));
  return { columns: names(rows), key: names(inKey) };
}
