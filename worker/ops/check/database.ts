import { statSync } from 'node:fs';
import type { Database } from '../../../db/database.ts';
import * as postgres from '../../../db/dialects/postgres.ts';
import { checkFile, openToLook, tryToWrite } from '../../../db/dialects/sqlite-look.ts';
import { probe } from '../../../db/health.ts';
import { compareMigrations } from '../../../db/migrate.ts';
import { listApplied } from '../../../db/server.ts';
import { adviseOnFile, server_advice } from '../../node/database-fault.ts';
import { leadsNowhere, readPath } from '../../node/store.ts';
import type { Settings } from '../../settings.ts';
import { Mistake } from '../run/command.ts';
import { explainD1, openD1 } from '../run/d1.ts';
import type { Deployment } from './deployment.ts';
import { type Line, longest_ms, none, ok, warn, wrong } from './lines.ts';
import { checkServer } from './server.ts';

/** What the look at the database has found. */
export interface Looked {
  lines: Line[];
  /** Absent where there is nothing in it yet, or it cannot be read. */
  db?: Database;
  /** Whether nobody knows what is in it, because it cannot be read. */
  is_unread?: boolean;
  /** Whether a start would add to its tables. */
  is_old?: boolean;
  close(): Promise<void>;
}

/** Waits for a PostgreSQL server. Because nobody waits longer for a line, they are short. */
const patience = {
  client: { connectionTimeoutMillis: 2_000, query_timeout: longest_ms - 500 },
  server: { statement_timeout: longest_ms - 1_000, lock_timeout: 2_000, idle_in_transaction_session_timeout: 3_000 },
};

/** Opens the database without changing it, and looks whether the service can work with it. */
export async function lookAtDatabase({ target, settings }: Deployment): Promise<Looked> {
  if (target.on === 'd1') return lookAtD1(target.remote);
  const { database_url: url } = settings;
  if (!url) return unread(none('database', 'DATABASE_URL cannot be read'));
  return url.startsWith('file:') ? lookAtFile(readPath(url)) : lookAtServer(url, settings);
}

async function lookAtFile(path: string): Promise<Looked> {
  try {
    const about = statSync(path, { throwIfNoEntry: leadsNowhere(path) });
    if (about?.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    const { missing } = compareMigrations([], 'sqlite');
    if (!about?.size)
      return nothing(ok('database', `${path} is empty: a start makes its tables with ${missing.length} migrations`));
    const db = openToLook(path);
    const known = await listMigrations(db).catch(async error => {
      await db.destroy();
      throw error;
    });
    const found = compareKnown(known, 'sqlite', `SQLite, ${path}`);
    const lines = [...found, ...(await checkFileItself(path))];
    return { lines, ...hold(db, known, 'sqlite'), close: () => db.destroy() };
  } catch (error) {
    return unread(wrong('database', `${path} cannot be used: ${(error as Error).message}`, advise(error)));
  }
}

/** Looks whether a file takes a write, and whether anything in it is broken. Only what is wrong makes a line. */
async function checkFileItself(path: string): Promise<Line[]> {
  const lines: Line[] = [];
  try {
    tryToWrite(path);
  } catch (error) {
    lines.push(wrong('database', `it takes no write: ${(error as Error).message}`, advise(error)));
  }
  const integrity = await checkFile(path, longest_ms - 500).catch((error: Error) => error);
  if (integrity instanceof Error) lines.push(none('database', `it could not be looked through: ${integrity.message}`));
  else if (integrity === undefined)
    lines.push(
      none(
        'database',
        'looking through it takes longer than 5 seconds here; `ops backup verify` tries every lead of a backup',
      ),
    );
  else if (integrity !== 'ok')
    lines.push(wrong('database', `it is broken: ${integrity}`, advise({ code: 'SQLITE_CORRUPT' })));
  return lines;
}

/**
 * Looks whether a server's database takes a write: what `/health` writes, which leaves nothing, or where the tables are old or
 * missing, what needs none. Only what is wrong makes a line.
 */
async function tryStore(
  db: Database,
  { db: known, is_old }: Pick<Looked, 'db' | 'is_old'>,
  to_do: string,
): Promise<Line[]> {
  const room = (db.ask_room ?? []).map(statement => statement.compile(db));
  try {
    if (known && !is_old) await probe(db);
    else if (room.length > 0) await db.atomic(room);
    return [];
  } catch (error) {
    return [wrong('database', `it takes no write: ${(error as Error).message}`, to_do)];
  }
}

async function lookAtServer(url: string, settings: Partial<Settings>): Promise<Looked> {
  try {
    const db = await postgres.open(url, async () => {}, patience);
    try {
      const known = await listApplied(db);
      const { name, lines } = await checkServer(db, settings);
      const found = compareKnown(known, 'postgres', name);
      const held = hold(db, known, 'postgres');
      const isRefused = lines.some(({ state }) => state === 'wrong');
      const written = isRefused ? [] : await tryStore(db, held, 'Make room on its disk, and look at its log.');
      return { lines: [...found, ...lines, ...written], ...held, close: () => db.destroy() };
    } catch (error) {
      await db.destroy();
      throw error;
    }
  } catch (error) {
    return unread(
      wrong(
        'database',
        `it cannot be used: ${(error as Error).message || (error as { code?: unknown }).code}`,
        server_advice,
      ),
    );
  }
}

async function lookAtD1(remote: boolean): Promise<Looked> {
  const opened = await openD1(remote).catch((error: Error) => error);
  if (opened instanceof Error)
    return unread(wrong('database', opened.message, 'Look at wrangler.toml and the account.'));
  const { db, close } = opened;
  try {
    const known = await listMigrations(db);
    const found = compareKnown(known, 'sqlite', remote ? 'the deployed D1' : 'the local D1');
    const held = hold(db, known, 'sqlite');
    const written = await tryStore(db, held, 'Look at its size, and at the limits of the account.');
    return { lines: [...found, ...written], ...held, close };
  } catch (error) {
    await close();
    const told = explainD1(error as Error, remote);
    return unread(wrong('database', told.message, told instanceof Mistake ? '' : 'Try again in a while.'));
  }
}

function listMigrations(db: Database): Promise<string[]> {
  return db.snapshot(snapshot => snapshot.listMigrations());
}

/** Compares the tables with what this code knows. */
function compareKnown(known: string[], dialect: 'sqlite' | 'postgres', name: string): Line[] {
  const { missing, newer, added } = compareMigrations(known, dialect);
  if (newer)
    return [
      wrong(
        'database',
        `${name}: it has migration ${newer}, newer than this software`,
        'This version does not start on it: start the one that ran last, or restore a backup from before the upgrade (docs/upgrading.md).',
      ),
    ];
  if (known.length === 0)
    return [ok('database', `${name}: it is empty; its tables are made with ${missing.length} migrations at the start`)];
  if (missing.length > 0)
    return [
      warn(
        'database',
        `${name}: older than this software; a start applies ${missing.join(', ')}`,
        'Make a backup before: ops backup DIR.',
      ),
    ];
  if (added.length > 0)
    return [
      warn(
        'database',
        `${name}: newer software has added to its tables (${added.join(', ')}); this version works on it`,
        'Finish the upgrade, or leave it as it is: docs/upgrading.md.',
      ),
    ];
  return [ok('database', `${name}: its tables are up to date`)];
}

/** Hands on a database that has tables. */
function hold(db: Database, known: string[], dialect: 'sqlite' | 'postgres'): Pick<Looked, 'db' | 'is_old'> {
  return known.length > 0 ? { db, is_old: compareMigrations(known, dialect).missing.length > 0 } : {};
}

function nothing(...lines: Line[]): Looked {
  return { lines, close: async () => {} };
}

function unread(line: Line): Looked {
  return { ...nothing(line), is_unread: true };
}

/** Says what to do about a file. */
function advise(error: unknown): string {
  return adviseOnFile(error) ?? 'Look at the file, its rights and those of its folder.';
}
