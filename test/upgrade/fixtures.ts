import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Facts } from './world.ts';

const root = join(import.meta.dirname, '../..');
const here = import.meta.dirname;
const migrations = join(root, 'db/migrations');

export const folderOf = (version: string) => join(here, version);

/** Versions whose databases are kept. */
export const versions = readdirSync(here).filter(name => /^\d+\.\d+\.\d+$/.test(name));

/** Reads what has to be known of a database that a version has made. */
export function readFacts(version: string, engine: 'sqlite' | 'postgres'): Facts {
  return JSON.parse(readFileSync(join(folderOf(version), `${engine}.json`), 'utf8')) as Facts;
}

/** Writes the SQLite file of a version. */
export function unpackSqlite(version: string, path: string): void {
  writeFileSync(path, gunzipSync(readFileSync(join(folderOf(version), 'leads.db.gz'))));
}

/** Reads the dump of a version's PostgreSQL database, as SQL for an empty one. */
export function readDump(version: string): string {
  return readFileSync(join(folderOf(version), 'leads.sql'), 'utf8');
}

/** Lists the files of the migrations in order, as an engine takes them. */
export function listMigrations(engine: 'sqlite' | 'postgres'): string[] {
  const names = readdirSync(migrations).filter(name => name.endsWith('.sql'));
  return names.sort().map(name => {
    const own = join(migrations, 'postgres', name);
    return engine === 'postgres' && existsSync(own) ? own : join(migrations, name);
  });
}

/** Finds the one program that is kept: that of the latest release. */
export function findProgram(): { version: string; path: string } | undefined {
  const [path] = globSync('*/server.json.br', { cwd: here }).map(name => join(here, name));
  return path ? { version: dirname(path).slice(here.length + 1), path } : undefined;
}

/**
 * Unpacks the program of the latest release as a package would have it, with the packages and the built files of this
 * checkout.
 *
 * @returns The path of its command.
 */
export function unpackProgram(folder: string): string {
  const files = JSON.parse(brotliDecompressSync(readFileSync(findProgram()!.path)).toString()) as Record<
    string,
    string
  >;
  const server = join(folder, 'dist/server');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(server, path)), { recursive: true });
    writeFileSync(join(server, path), text);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(root, 'dist/assets'), join(folder, 'dist/assets'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(server, 'lead-consent.js');
}
