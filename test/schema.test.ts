import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database } from '../db/database.ts';
import { engines } from './support/engines.ts';

/** Reads from `schema.ts` each table's columns, and whether each may be null. */
function readDeclared(): Record<string, Record<string, boolean>> {
  const text = readFileSync(new URL('../db/schema.ts', import.meta.url), 'utf8');
  const bodies = new Map([...text.matchAll(/interface (\w+) \{\n([^}]*)\}/g)].map(([, name, body]) => [name!, body!]));
  const fieldsOf = (body: string) =>
    [...body.matchAll(/^ {2}(\w+): (.+);$/gm)].map(([, name, type]) => [name!, type!] as const);
  return Object.fromEntries(
    fieldsOf(bodies.get('Schema')!).map(([table, name]) => [
      table,
      Object.fromEntries(fieldsOf(bodies.get(name)!).map(([column, type]) => [column, type.includes('null')])),
    ]),
  );
}

it.each(engines)('the migrations build on $engine exactly what schema.ts declares', async ({ engine, open }) => {
  const { db, close } = await open();
  const built = engine === 'PostgreSQL' ? await introspect(db) : await readPragmas(db);
  const declared = readDeclared();
  expect(Object.keys(declared).length).toBeGreaterThan(10);
  for (const table of ['migrations', '_cf_METADATA', '_cf_KV', 'd1_migrations', 'sqlite_sequence']) delete built[table];
  expect(built).toEqual(declared);
  await close();
});

it('docs/data.md tells of exactly the tables that schema.ts declares, each once', () => {
  const page = readFileSync(new URL('../docs/data.md', import.meta.url), 'utf8');
  const told = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, table]) => table);
  expect(told.sort()).toEqual(Object.keys(readDeclared()).sort());
});

async function introspect(db: Database): Promise<Record<string, Record<string, boolean>>> {
  const tables = await db.introspection.getTables();
  return Object.fromEntries(
    tables.map(({ name, columns }) => [
      name,
      Object.fromEntries(columns.map(column => [column.name, column.isNullable])),
    ]),
  );
}

/** Reads SQLite's tables by pragma, because D1 refuses the join of Kysely's introspector. */
async function readPragmas(db: Database): Promise<Record<string, Record<string, boolean>>> {
  const tables = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(db);
  const built: Record<string, Record<string, boolean>> = {};
  for (const { name } of tables.rows.filter(table => !table.name.startsWith('_cf_'))) {
    const { rows } = await sql<{ name: string; notnull: number }>`pragma table_info(${sql.table(name)})`.execute(db);
    built[name] = Object.fromEntries(rows.map(column => [column.name, !column.notnull]));
  }
  return built;
}
