import { dirname } from 'node:path';
import { Unavailable } from '../../db/database.ts';
import { readPath } from './store.ts';

const move_away =
  'stop the servers, move the file away together with its -wal and -shm, and restore the newest backup: ops restore DIR';
const let_write = 'Let the account of the service write the file, its -wal and -shm, and their folder.';

/** Advice about a SQLite file, by the beginning of SQLite's code or of the system's. */
const advice: [code: RegExp, to_do: string][] = [
  [/^SQLITE_CORRUPT/, `The file is broken, or its disk does not read: ${move_away}.`],
  [/^SQLITE_NOTADB/, `Look whether DATABASE_URL names the right file. If it does, ${move_away}.`],
  [/^SQLITE_(READONLY(?!_DBMOVED)|CANTOPEN|PERM)|^E(ACCES|PERM|ROFS)$/, let_write],
  [/^E(ISDIR|NOTDIR|LOOP|EXIST|NOENT)$/, 'Name a file in DATABASE_URL, in a folder that is there or can be made.'],
  [/^SQLITE_FULL|^E(NOSPC|DQUOT)$/, 'Make room on its disk.'],
  [/^SQLITE_(BUSY|LOCKED)/, 'Another program holds it: end that, or wait until it has ended.'],
  [/^SQLITE_IOERR|^EIO$/, 'Look whether its disk works and has room.'],
];

/** Error of a SQLite file that cannot be used. It names the file and says what to do. */
class FileFault extends Unavailable {}

/**
 * Returns what to do about a SQLite file, by the error of SQLite or of the system; undefined for any other error.
 *
 * @param error Also what `translate` has made of SQLite's.
 */
export function adviseOnFile(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return advice.find(([codes]) => codes.test(String(code)))?.[1];
}

/**
 * Returns an error that names the database's file and says what to do, for an error of SQLite or of the system about that file.
 * Because SQLite's own words name no file, nobody could act on them. Returns any other error as it is.
 *
 * @param url The database's address.
 */
export function explainFile(url: string, error: unknown): unknown {
  if (error instanceof FileFault || !url.startsWith('file:')) return error;
  const to_do = adviseOnFile(error);
  const path = readPath(url);
  const { code, message } = error as NodeJS.ErrnoException;
  const about = [error, (error as Error).cause]
    .map(one => (one as NodeJS.ErrnoException | undefined)?.path)
    .find(Boolean);
  // A system's error may be about another file, such as one of a backup.
  if (!to_do || (about !== undefined && ![path, dirname(path)].includes(about))) return error;
  const isOfSystem = !String(code).startsWith('SQLITE');
  if (isOfSystem && about === undefined) return error;
  // The system's words name the path already.
  const words = `${isOfSystem ? '' : `${path}: `}${message}. ${to_do}`;
  return new FileFault(Object.assign(new Error(words, { cause: error }), { code }));
}
