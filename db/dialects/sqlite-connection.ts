import { realpathSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';

/** Longest wait for another connection's lock. */
export const busy_timeout_ms = 2_000;

/** Largest number of prepared statements kept, far above the number of distinct ones: it only bounds memory. */
const statements_kept = 500;

/**
 * Cache of the connection that writes, in KiB: room for the upper levels of the indexes of a million leads. The rest is in
 * the system's cache.
 */
const cache_kib = 12_288;

/**
 * Cache of the read connection, in KiB. Smaller than the writer's, because SQLite drops it whenever the
 * other connection writes.
 */
const reader_cache_kib = 4_096;

/**
 * Pages in the write-ahead log at which it is folded into the file, 40 MB. Because a page that changes often is then
 * written once, a large number saves writes.
 */
const checkpoint_pages = 10_000;

/** A connection, with a function that prepares each statement once. */
export interface Connection {
  sqlite: Sqlite.Database;
  prepare(sql: string): Sqlite.Statement;
}

/**
 * Opens the database file, or `:memory:`.
 *
 * Every commit is synced to disk (`synchronous=FULL`), and deleted content is overwritten (`secure_delete`).
 */
export function openConnection(path: string): Connection {
  const sqlite = new Sqlite(path);
  try {
    setUp(sqlite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  const kept = new Map<string, Sqlite.Statement>();
  const prepare = (sql: string) => {
    const known = kept.get(sql);
    if (known) return known;
    if (kept.size >= statements_kept) kept.clear();
    const statement = sqlite.prepare(sql);
    kept.set(sql, statement);
    return statement;
  };
  return { sqlite, prepare };
}

function setUp(sqlite: Sqlite.Database) {
  sqlite.pragma(`busy_timeout = ${busy_timeout_ms}`);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('secure_delete = ON');
  sqlite.pragma('temp_store = MEMORY');
  sqlite.pragma(`cache_size = -${cache_kib}`);
  sqlite.pragma(`wal_autocheckpoint = ${checkpoint_pages}`);
}

/** Shrinks the cache of a connection that only reads from here on. */
export function keepLittle({ sqlite }: Connection) {
  sqlite.pragma(`cache_size = -${reader_cache_kib}`);
}

/**
 * Creates what throws once the file of a database, or its write-ahead log, is no longer the one that was opened. Because a
 * file that was deleted can still be written, and ends with the process, a commit into it would acknowledge what is lost.
 */
export function watchFiles(path: string): () => void {
  // SQLite follows links, and keeps the log beside the file that they lead to.
  const real = realpathSync(path);
  const files = [path, `${real}-wal`].map(file => [file, identify(file)] as const);
  return () => {
    for (const [file, known] of files)
      if (identify(file) !== known)
        throw Object.assign(new Error(`${file} was moved, deleted or replaced`), { code: 'SQLITE_READONLY_DBMOVED' });
  };
}

/** Names what a path leads to; undefined where it leads to nothing, or nobody can tell. */
function identify(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev} ${ino}`;
  } catch {
    return undefined;
  }
}
