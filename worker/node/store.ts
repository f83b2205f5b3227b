import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Database, DatabaseMeter } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import { load } from '../../db/dialects/sqlite-load.ts';
import type { Session } from '../../db/migrate.ts';

interface StoreOptions {
  upgrade?: (session: Session) => Promise<unknown>;
  /** Whether a slow answer is waited for, as commands do. A server gives up in time to tell the person who waits. */
  patient?: boolean;
  /** Address of a PostgreSQL standby on which lists are read. */
  read_url?: string | undefined;
  /** Hears what the database does. */
  meter?: DatabaseMeter | undefined;
}

/** Opens the database that `DATABASE_URL` names, and brings its tables up to date. */
export async function openStore(
  url: string,
  { upgrade, patient, read_url, meter }: StoreOptions = {},
): Promise<Database> {
  const waits = patient ? postgres.operators_patience : undefined;
  if (!url.startsWith('file:')) return postgres.open(url, upgrade, waits, { read_address: read_url, meter });
  makeFile(url);
  return sqlite.open(readPath(url), upgrade, meter);
}

/**
 * Does all of the work in one transaction on the database of an address, and commits at its end. When the work throws,
 * or the process is killed, nothing of it was done.
 */
export function loadStore<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  if (!url.startsWith('file:')) return postgres.load(url, work);
  makeFile(url);
  return load(readPath(url), work);
}

function makeFile(url: string) {
  mkdirSync(findFolder(url), { recursive: true });
  // Only its owner may read a file that is new. SQLite gives the files beside it the same rights.
  closeSync(openSync(readPath(url), 'a', 0o600));
}

/** Returns whether a path is a link into a folder that is not there, as on a disk that is away. No start can make that file. */
export function leadsNowhere(path: string): boolean {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return Boolean(isLink) && !existsSync(dirname(resolve(dirname(path), readlinkSync(path))));
}

/** Returns the folder for files that belong beside the database: its own, or else `data`. */
export function findFolder(url: string): string {
  return url.startsWith('file:') ? dirname(readPath(url)) : 'data';
}

/** Returns the path of a SQLite file's address. */
export function readPath(url: string): string {
  return url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
}
