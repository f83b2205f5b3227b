import Sqlite from 'better-sqlite3';
import { type CompiledQuery, Kysely, SqliteDialect } from 'kysely';
import { type Database, extendKysely, type Outcome, readConflict } from '../database.ts';
import { migrate, type Session } from '../migrate.ts';
import type { Schema } from '../schema.ts';
import { shareReads } from './shared-reads.ts';

interface Unit {
  statements: CompiledQuery[];
  resolve(outcomes: Outcome[]): void;
  reject(error: unknown): void;
}

/** Prepared statements kept, far above the number of distinct ones; a bound, should that ever change. */
const statements_kept = 500;

/** Turns of the event loop in which units are gathered at most. */
const turns_gathered = 4;

/** Pages kept in memory: the upper levels of the indexes of a million leads. */
const cache_kib = 32_768;

/** Pages after which the log is folded into the file, 40 MB: a page that changes often is then written once, not each time. */
const checkpoint_pages = 10_000;

/**
 * Opens the database file, or `:memory:`, and brings its tables up to date.
 *
 * Every unit is synced to disk before it is acknowledged (`synchronous=FULL`), and what is deleted is overwritten
 * (`secure_delete`). The statements of all units that wait at one moment share a transaction, and so one sync.
 */
export async function open(path: string, upgrade: (session: Session) => Promise<unknown> = migrate): Promise<Database> {
  const connection = new Sqlite(path);
  connection.pragma('busy_timeout = 2000');
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('secure_delete = ON');
  connection.pragma('temp_store = MEMORY');
  connection.pragma(`cache_size = -${cache_kib}`);
  connection.pragma(`wal_autocheckpoint = ${checkpoint_pages}`);
  await upgrade({
    dialect: 'sqlite',
    run: async text => void connection.exec(text),
    list: async query => connection.prepare(query).pluck().all() as string[],
  });
  const prepared = keepPrepared(connection);
  const { read, forget } = shareReads(async query => prepared(query.sql).all(...query.parameters) as never[]);
  const kysely = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: { prepare: prepared, close: () => connection.close() } }),
  });
  return extendKysely(kysely, {
    atomic: atomic(connection, prepared, forget),
    read,
    scrub: async () => void connection.pragma('wal_checkpoint(TRUNCATE)'),
    close: async () => void connection.close(),
  });
}

function keepPrepared(connection: Sqlite.Database) {
  const kept = new Map<string, Sqlite.Statement>();
  return (sql: string): Sqlite.Statement => {
    const known = kept.get(sql);
    if (known) return known;
    if (kept.size >= statements_kept) kept.clear();
    const statement = connection.prepare(sql);
    kept.set(sql, statement);
    return statement;
  };
}

/**
 * Group commit: one transaction, and so one sync, for the units that wait.
 *
 * When one of them fails, all are run again with a savepoint for each, so that a failing unit hurts no other.
 */
function atomic(
  connection: Sqlite.Database,
  prepared: (sql: string) => Sqlite.Statement,
  forget: () => void,
): Database['atomic'] {
  let waiting: Unit[] = [];

  /** Commits once a turn of the event loop has brought no more: under load the more share a sync, alone one waits for nothing. */
  function commitSoon(counted: number, turns: number) {
    setImmediate(() => {
      if (waiting.length > counted && turns < turns_gathered) return commitSoon(waiting.length, turns + 1);
      const units = waiting;
      waiting = [];
      if (!commit(units, runPlainly)) commit(units, runApart);
    });
  }

  /** False when a unit failed and nothing was written, so that the units are to be run apart. */
  function commit(units: Unit[], run: (unit: Unit) => (() => void) | undefined): boolean {
    const settled: (() => void)[] = [];
    try {
      prepared('begin immediate').run();
      for (const unit of units) {
        const settle = run(unit);
        if (!settle) return false;
        settled.push(settle);
      }
      prepared('commit').run();
    } catch (error) {
      for (const unit of units) unit.reject(error);
      return true;
    } finally {
      if (connection.inTransaction) prepared('rollback').run();
    }
    forget();
    for (const settle of settled) settle();
    return true;
  }

  function runPlainly(unit: Unit): (() => void) | undefined {
    try {
      const outcomes = unit.statements.map(runStatement);
      return () => unit.resolve(outcomes);
    } catch {
      return undefined;
    }
  }

  function runApart(unit: Unit): () => void {
    prepared('savepoint unit').run();
    try {
      const outcomes = unit.statements.map(runStatement);
      prepared('release unit').run();
      return () => unit.resolve(outcomes);
    } catch (error) {
      if (!connection.inTransaction) throw error;
      prepared('rollback to unit').run();
      prepared('release unit').run();
      return () => unit.reject(toConflict(error));
    }
  }

  function runStatement({ sql, parameters }: CompiledQuery): Outcome {
    const statement = prepared(sql);
    if (statement.reader) return { rows: statement.all(...parameters), changed: 0 };
    return { rows: [], changed: statement.run(...parameters).changes };
  }

  return statements =>
    new Promise((resolve, reject) => {
      if (waiting.push({ statements, resolve, reject }) === 1) commitSoon(1, 1);
    });
}

/** A refused constraint becomes a Conflict; anything else is handed on as it is. */
function toConflict(error: unknown): unknown {
  return (error as { code?: string })?.code?.startsWith('SQLITE_CONSTRAINT') ? (readConflict(error) ?? error) : error;
}
