import { dirname } from 'node:path';
import { isUnavailable, Unavailable } from '../../db/database.ts';
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

/** What to do about a PostgreSQL server that cannot be used. */
export const server_advice = 'Look at DATABASE_URL, and whether the server runs and lets this account in.';

/** Codes of a server that cannot be reached, or does not let the account into the database. Other errors say what to do. */
const not_let_in = /^(E[A-Z]+|28\w{3}|3D000)$/;

/** Error of a database that cannot be used. It says what to do, and of a SQLite file it names the file. */
class DatabaseFault extends Unavailable {}

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
 * Returns an error that says what to do about a database that cannot be used. Returns any other error as it is.
 *
 * @param url The database's address.
 */
export function explainFault(url: string, error: unknown): unknown {
  if (error instanceof DatabaseFault) return error;
  return url.startsWith('file:') ? explainFile(readPath(url), error) : explainServer(error);
}

/**
 * Explains an error of SQLite, or of the system, about the database's file. Because SQLite's own words name no file, nobody
 * could act on them.
 */
function explainFile(path: string, error: unknown): unknown {
  const to_do = adviseOnFile(error);
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
  return new DatabaseFault(Object.assign(new Error(words, { cause: error }), { code }));
}

function explainServer(error: unknown): unknown {
  const { code, message } = error as Unavailable;
  // Node's error has no message where several addresses of a name refuse.
  const words = message || String(code);
  if (!isUnavailable(error) || !not_let_in.test(String(code))) return error;
  return new DatabaseFault(Object.assign(new Error(`${words}. ${server_advice}`, { cause: error }), { code }));
}
