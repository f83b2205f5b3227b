import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import type { Session } from '../../db/migrate.ts';

interface StoreOptions {
  upgrade?: (session: Session) => Promise<unknown>;
  /** Whether a slow answer is waited for, as commands do. A server gives up in time to tell the person who waits. */
  patient?: boolean;
}

/** Opens the database that `DATABASE_URL` names, and brings its tables up to date. */
export async function openStore(url: string, { upgrade, patient }: StoreOptions = {}): Promise<Database> {
  if (!url.startsWith('file:')) return postgres.open(url, upgrade, patient ? postgres.operators_patience : undefined);
  mkdirSync(findFolder(url), { recursive: true });
  // Only its owner may read a file that is new. SQLite gives the files beside it the same rights.
  closeSync(openSync(readPath(url), 'a', 0o600));
  return sqlite.open(readPath(url), upgrade);
}

/** Returns the folder for files that belong beside the database: its own, or else `data`. */
export function findFolder(url: string): string {
  return url.startsWith('file:') ? dirname(readPath(url)) : 'data';
}

function readPath(url: string): string {
  return url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
}
