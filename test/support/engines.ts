import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { D1Database } from '@cloudflare/workers-types';
import { inject } from 'vitest';
import type { Database } from '../../db/database.ts';
import * as d1 from '../../db/dialects/d1.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';

const every_engine: { engine: string; open(): Promise<{ db: Database; close(): Promise<void> }> }[] = [
  { engine: 'SQLite', open: openSqlite },
  { engine: 'D1', open: openD1 },
  { engine: 'PostgreSQL', open: openPostgres },
];

const wanted = process.env.TEST_ENGINES?.split(',');

/** Opens a fresh database of each kind, with its tables; of those in TEST_ENGINES alone where that is set. */
export const engines = every_engine.filter(({ engine }) => !wanted || wanted.includes(engine));
export const has_postgres = engines.some(({ engine }) => engine === 'PostgreSQL');

async function openSqlite() {
  const folder = mkdtempSync(join(tmpdir(), 'lead-consent-sqlite-'));
  const db = await sqlite.open(join(folder, 'leads.db'));
  return {
    db,
    close: async () => {
      await db.destroy();
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * D1 databases that no test uses now. Because each is a process that takes a second to start, it is emptied
 * and used again.
 */
const idle: D1Database[] = [];

async function openD1() {
  const database = idle.pop() ?? (await (await import('./d1.ts')).startD1());
  await applyMigrations(database);
  return {
    db: d1.open(database),
    close: async () => {
      await dropTables(database);
      idle.push(database);
    },
  };
}

async function dropTables(database: D1Database) {
  const own =
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%'";
  const { results } = await database.prepare(own).all<{ name: string }>();
  const drops = results.map(({ name }) => database.prepare(`drop table "${name}"`));
  await database.batch([database.prepare('pragma defer_foreign_keys = on'), ...drops]);
}

/** Applies the migrations as wrangler does: every `.sql` in the folder itself, but those that the database knows. */
export async function applyMigrations(database: D1Database, known: string[] = []) {
  const folder = new URL('../../db/migrations/', import.meta.url);
  for (const name of readdirSync(folder)
    .filter(file => file.endsWith('.sql') && !known.includes(file))
    .sort()) {
    const { unstable_splitSqlQuery } = await import('wrangler');
    const statements = unstable_splitSqlQuery(readFileSync(new URL(name, folder), 'utf8'));
    await database.batch(statements.map(statement => database.prepare(statement)));
  }
}

async function openPostgres() {
  const address = await createPostgresDatabase();
  const db = await postgres.open(address);
  return { db, close: () => db.destroy() };
}

/** Creates an empty database on the tests' PostgreSQL server and returns its address. */
export async function createPostgresDatabase(): Promise<string> {
  const { createDatabase } = await import('./postgres.ts');
  return createDatabase(inject('postgres'));
}

/** Waits for PostgreSQL that a busy machine does not exceed, for tests that are not about time. */
export const unhurried = {
  client: { connectionTimeoutMillis: 60_000, query_timeout: 60_000 },
  server: { statement_timeout: 60_000, lock_timeout: 60_000, idle_in_transaction_session_timeout: 60_000 },
};
