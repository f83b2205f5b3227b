/**
 * Keeps what this version leaves behind, for the tests of later ones: `node test/upgrade/make-fixtures.ts`, which
 * `npm version` runs. Into `test/upgrade/<version>/` go a SQLite file and a dump of PostgreSQL with some of everything, what
 * has to be known of them, and the server's program, of which only the latest is kept. The keys are those of the tests.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { transform } from 'esbuild';
import { sql } from 'kysely';
import type { Database } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { buildServer } from '../../worker/node/build-server.ts';
import { version } from '../../worker/version.ts';
import { createDatabase, startPostgres } from '../support/postgres.ts';
import { findProgram, folderOf, listMigrations } from './fixtures.ts';
import { type Facts, makeWorld } from './world.ts';

const folder = folderOf(version);
const scratch = mkdtempSync(join(tmpdir(), 'lead-consent-fixtures-'));
mkdirSync(folder, { recursive: true });
try {
  await keepSqlite();
  await keepPostgres();
  await keepProgram();
} finally {
  rmSync(scratch, { recursive: true });
}
process.exit();

function write(name: string, content: string | Uint8Array) {
  writeFileSync(join(folder, name), content);
}

function writeFacts(name: string, facts: Facts) {
  write(name, `${JSON.stringify(facts, null, 2)}\n`);
}

async function keepSqlite() {
  const path = join(scratch, 'leads.db');
  const db = await sqlite.open(path);
  writeFacts('sqlite.json', await makeWorld(db));
  await db.destroy();
  write('leads.db.gz', gzipSync(readFileSync(path), { level: 9 }));
}

async function keepPostgres() {
  const server = await startPostgres();
  const db = await postgres.open(await createDatabase(server.address));
  writeFacts('postgres.json', await makeWorld(db));
  write('leads.sql', await dump(db));
  await db.destroy();
  await server.stop();
}

/**
 * Writes a database as SQL: the migrations, then the rows. Because the guards would refuse some of these, the session
 * fires no triggers meanwhile, as in a dump of pg_dump with `--disable-triggers`.
 */
async function dump(db: Database): Promise<string> {
  const tables = await db.snapshot(snapshot => snapshot.listTables());
  const lines = ['begin;', ...listMigrations('postgres').map(path => readFileSync(path, 'utf8'))];
  lines.push('create table migrations (name text primary key, applied_at text not null);');
  lines.push('set local session_replication_role = replica;');
  lines.push(`truncate ${tables.map(({ name }) => `"${name}"`).join(', ')};`);
  for (const name of [...tables.map(table => table.name), 'migrations']) {
    const { rows } = await sql<Record<string, string | number | null>>`select * from ${sql.table(name)}`.execute(db);
    for (const row of rows) lines.push(`insert into "${name}" values (${Object.values(row).map(quote).join(', ')});`);
  }
  return `${[...lines, 'commit;'].join('\n')}\n`;
}

function quote(value: string | number | null): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/** Keeps the files of `dist/server`, small, and removes those of the version before. */
async function keepProgram() {
  const files: Record<string, string> = {};
  for (const [path, content] of await buildServer()) {
    const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
    files[path] = path.endsWith('.js') ? (await transform(text, { minify: true, charset: 'utf8' })).code : text;
  }
  const before = findProgram();
  if (before) rmSync(before.path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
  write('server.json.br', brotliCompressSync(JSON.stringify(files), { params }));
}
