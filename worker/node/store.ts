import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from '../../db/database.ts';
import * as postgres from '../../db/dialects/postgres.ts';
import * as sqlite from '../../db/dialects/sqlite.ts';
import type { Session } from '../../db/migrate.ts';

interface StoreOptions {
  upgrade?: (session: Session) => Promise<unknown>;
  /** For commands: a slow answer is waited for. A server gives up in time to tell who is waiting. */
  patient?: boolean;
}

/** Opens what `DATABASE_URL` names, its tables brought up to date. */
export async function openStore(url: string, { upgrade, patient }: StoreOptions = {}): Promise<Database> {
  if (!url.startsWith('file:')) return postgres.open(url, upgrade, patient ? postgres.operators_patience : undefined);
  mkdirSync(findFolder(url), { recursive: true });
  return sqlite.open(readPath(url), upgrade);
}

/** The folder for what belongs beside the database: its file's own, else `data`. */
export function findFolder(url: string): string {
  return url.startsWith('file:') ? dirname(readPath(url)) : 'data';
}

function readPath(url: string): string {
  return url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
}
