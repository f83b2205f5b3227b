import { Conflict, Unavailable } from '../database.ts';

/**
 * Returns the Conflict for SQLite's message of a refused constraint, which D1 hands on; undefined for any other error.
 */
export function readConflict(error: unknown): Conflict | undefined {
  const table = /(?:UNIQUE|NOT NULL) constraint failed: (\w+)\./.exec(String((error as Error)?.message))?.[1];
  return table ? new Conflict(table, error) : undefined;
}

/**
 * SQLite's codes for a file that is full, locked, broken or gone. `CORRUPT` and `NOTADB` are among them, because that is
 * what it says where the disk does not read.
 */
const unavailable = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM|CORRUPT|NOTADB|PROTOCOL)/;

/** Turns an error of better-sqlite3 into a Conflict or Unavailable, and returns any other error as it is. */
export function translate(error: unknown): unknown {
  const code = String((error as { code?: unknown })?.code);
  if (code.startsWith('SQLITE_CONSTRAINT')) return readConflict(error) ?? error;
  return unavailable.test(code) ? new Unavailable(error) : error;
}
