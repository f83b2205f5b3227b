import Sqlite from 'better-sqlite3';

/** Prepared statements kept, far above the number of distinct ones; a bound, should that ever change. */
const statements_kept = 500;

/** Pages kept in memory by the connection that writes: the upper levels of the indexes of a million leads. */
const cache_kib = 24_576;

/** Of one that only reads, which must forget them whenever the other has written. */
const reader_cache_kib = 8_192;

/** Pages after which the log is folded into the file, 40 MB: a page that changes often is then written once, not each time. */
const checkpoint_pages = 10_000;

/** A connection and its statements, each prepared once. */
export interface Connection {
  sqlite: Sqlite.Database;
  prepare(sql: string): Sqlite.Statement;
}

/**
 * Opens the database file, or `:memory:`.
 *
 * What is committed is synced to disk first (`synchronous=FULL`), and what is deleted is overwritten (`secure_delete`).
 */
export function openConnection(path: string): Connection {
  const sqlite = new Sqlite(path);
  sqlite.pragma('busy_timeout = 2000');
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('secure_delete = ON');
  sqlite.pragma('temp_store = MEMORY');
  sqlite.pragma(`cache_size = -${cache_kib}`);
  sqlite.pragma(`wal_autocheckpoint = ${checkpoint_pages}`);
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

/** For a connection that only reads from here on. */
export function keepLittle({ sqlite }: Connection) {
  sqlite.pragma(`cache_size = -${reader_cache_kib}`);
}
