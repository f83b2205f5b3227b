import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import type { CompiledQuery } from 'kysely';
import type { Database, Outcome } from '../database.ts';
import { createDatabase } from './kysely.ts';
import { busy_timeout_ms } from './sqlite-connection.ts';
import { translate } from './sqlite-errors.ts';
import { snapshotHere } from './sqlite-snapshot.ts';

/**
 * Opens a database file to look at it. It makes no table, and refuses every write.
 *
 * @throws Unavailable when the file is not there or is no database.
 */
export function openToLook(path: string): Database {
  const hadLog = existsSync(`${path}-wal`);
  const sqlite = orUnavailable(() => {
    const opened = new Sqlite(path, { readonly: true, fileMustExist: true });
    try {
      opened.pragma(`busy_timeout = ${busy_timeout_ms}`);
      opened.pragma('schema_version');
      return opened;
    } catch (error) {
      opened.close();
      if (!hadLog) tidy(path);
      throw error;
    }
  });
  const run = async ({ sql, parameters }: CompiledQuery): Promise<Outcome> =>
    orUnavailable(() => ({ rows: sqlite.prepare(sql).all(...parameters), changed: 0 }));
  return createDatabase('sqlite', run, {
    atomic: () => Promise.reject(new Error('a database that is looked at takes no write')),
    read: async query => (await run(query)).rows as never[],
    snapshot: snapshotHere(sqlite),
    scrub: async () => {},
    async close() {
      sqlite.close();
      if (!hadLog) tidy(path);
    },
  });
}

/** Removes the empty files beside a database that a connection leaves there that may not write. */
function tidy(path: string): void {
  try {
    const sqlite = new Sqlite(path, { fileMustExist: true });
    try {
      sqlite.pragma('schema_version');
    } finally {
      sqlite.close();
    }
  } catch {
    // A file that takes no write keeps them, and a start does as well with them.
  }
}

/** Bytes that are tried, as many as a lead's unit takes. */
const tried_bytes = 32_768;

/**
 * Takes the lock that a write needs, writes, and takes it back: nothing that was committed is touched.
 *
 * With a write-ahead log the pages go there at once, because a cache of one page has no room for them, and are void without
 * a commit. Without a log they stay in the cache, so that only the journal is written, and deleted again.
 *
 * @throws Unavailable when the file takes no write.
 */
export function tryToWrite(path: string): void {
  orUnavailable(() => {
    const sqlite = new Sqlite(path, { fileMustExist: true, timeout: busy_timeout_ms });
    try {
      const isLogged = sqlite.pragma('journal_mode', { simple: true }) === 'wal';
      sqlite.pragma('cache_size = 1');
      sqlite.pragma(`cache_spill = ${isLogged ? 'ON' : 'OFF'}`);
      sqlite.exec('begin immediate; create table tried_to_write (bytes blob)');
      sqlite.prepare('insert into tried_to_write values (zeroblob(?))').run(tried_bytes);
      sqlite.exec('rollback');
    } finally {
      sqlite.close();
    }
  });
}

/**
 * Looks through a database file for what is broken. Because nothing ends a check of a large file from within, a process of
 * its own does it, which is ended when its time is over.
 *
 * @returns `ok`, SQLite's words for what it found, or undefined where the time was too short.
 */
export function checkFile(path: string, timeout_ms: number): Promise<string | undefined> {
  const program = fileURLToPath(new URL('./sqlite-file-check.ts', import.meta.url));
  const ending = { timeout: timeout_ms, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve, reject) =>
    execFile(process.execPath, [program, path], ending, (error, stdout, stderr) => {
      if (error?.killed) resolve(undefined);
      else if (error) reject(new Error(stderr.trim().split('\n').at(-1)));
      else resolve(stdout.trim());
    }),
  );
}

function orUnavailable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}
