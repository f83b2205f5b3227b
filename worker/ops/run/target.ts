import type { Database } from '../../../db/database.ts';
import { findStranger } from '../../node/backup/stranger.ts';
import { explainFault } from '../../node/database-fault.ts';
import { openStore } from '../../node/store.ts';
import { settings_table } from '../../settings.ts';
import { flag, Mistake, text } from './command.ts';
import { explainD1, openD1 } from './d1.ts';
import { readOwnEnvironment } from './own-environment.ts';

/** The options of every command that works on a database. */
export const database_options = { target: text, remote: flag };

/** The database that a command works on: that of `DATABASE_URL`, or a D1, on this machine or deployed. */
export type Target = { on: 'url'; url: string } | { on: 'd1'; remote: boolean };

interface TargetValues {
  target?: string;
  remote?: boolean;
}

/**
 * Reads the database that a command's options name.
 *
 * @throws Mistake for any target but `d1`, and for `--remote` without it.
 */
export function readTarget({ target, remote = false }: TargetValues): Target {
  if (target === 'd1') return { on: 'd1', remote };
  if (target !== undefined) throw new Mistake('--target: expected d1, or nothing for DATABASE_URL');
  if (remote) throw new Mistake('--remote: only a D1 is deployed; say --target d1 --remote');
  return { on: 'url', url: databaseUrl() };
}

/** Opens the database that a command's options name, and closes it after the work. */
export async function onDatabase<T>(values: TargetValues, work: (db: Database) => Promise<T>): Promise<T> {
  const target = readTarget(values);
  if (target.on === 'url') return explained(target.url, () => withUrl(target.url, work));
  const { db, close } = await openD1(target.remote);
  try {
    return await work(db);
  } catch (error) {
    throw explainD1(error as Error, target.remote);
  } finally {
    await close();
  }
}

/**
 * Does work on the database of an address.
 *
 * @throws Unavailable that says what to do, and names the file of SQLite, where it cannot be used.
 */
export async function explained<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainFault(url, error);
  }
}

async function withUrl<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openUrl(url);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

async function openUrl(url: string): Promise<Database> {
  const db = await openStore(url, { patient: true });
  const folder = process.env.BACKUP_DIR?.trim();
  try {
    const stranger = folder ? await findStranger(folder, db) : undefined;
    if (stranger?.unused) throw new Mistake(`DATABASE_URL: ${stranger.found}. ${stranger.to_do}`);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

export function databaseUrl(): string {
  const { form, default: usual } = settings_table.DATABASE_URL;
  const url = form.read(readOwnEnvironment().DATABASE_URL || usual);
  if (!url) throw new Mistake(`DATABASE_URL: expected ${form.expected}`);
  return url;
}
