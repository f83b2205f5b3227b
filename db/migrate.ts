import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Unavailable } from './database.ts';

/** A connection that nothing else uses while the migrations run. */
export interface Session {
  dialect: 'sqlite' | 'postgres';
  /** Runs a text of several statements. */
  run(text: string): Promise<void>;
  /** Returns the first column of a query's rows. */
  list(query: string): Promise<string[]>;
}

/** Error of code that is older than the database. Because it would break what newer code wrote, it does not go on. */
export class NewerSchema extends Error {
  constructor(name: string) {
    super(
      `the database has migration ${name}, newer than this software; nothing was changed. Start the version that ran last, or restore a backup from before the upgrade into a new database (docs/upgrading.md)`,
    );
  }
}

/** Error of a migration that a table of PostgreSQL was not free for. */
class TableHeld extends Unavailable {
  constructor(name: string) {
    super(
      new Error(
        `another program, such as a dump or a backup, holds a table that migration ${name} changes; nothing of it was changed. Run it again when that has ended (docs/upgrading.md)`,
      ),
    );
  }
}

/**
 * Tells by its name whether a migration only adds to the tables: `0003_add_….sql`. Older code then goes on, so that servers
 * are upgraded one after another, and an upgrade is taken back by starting the version before.
 */
export const onlyAdds = (name: string) => /^\d{4}_add_/.test(name);

const folder = fileURLToPath(new URL('./migrations/', import.meta.url));

/**
 * Key of the advisory lock, any constant. Two servers that start at once migrate one after the other. Each transaction
 * takes the lock for itself, because one of the session would stay with a pooler's connection.
 */
const advisory_lock = 5_283_001;

/**
 * How a migration of PostgreSQL waits for the tables that it changes. Because whoever reads them queues behind it, it waits for
 * less than a reader does, and lets the readers through before it tries again.
 */
const usual_waits = { lock_ms: 1_000, pause_ms: 1_000, attempts: 5 };

/** PostgreSQL's codes of a lock that was not given in time, and of two that wait for each other. */
const held_codes = /^(55P03|40P01)$/;

/**
 * Applies the missing files of `db/migrations` in order, each in one transaction with its entry: safe to kill at any
 * statement, to run again, and to run twice at once.
 *
 * @returns The names applied now.
 * @throws NewerSchema when the database knows a migration that this code does not, unless that only adds.
 * @throws TableHeld when another program keeps a table of PostgreSQL to itself.
 */
export async function migrate(session: Session, waits = usual_waits): Promise<string[]> {
  const files = listMigrations(session.dialect);
  const applied: string[] = [];
  for (const name of files.keys())
    if (await whenFree(name, waits, () => apply(session, files, name, waits.lock_ms))) applied.push(name);
  return applied;
}

/** Does the work again, a few times, while a table that it needs is held. */
async function whenFree<T>(name: string, { attempts, pause_ms }: typeof usual_waits, work: () => Promise<T>) {
  for (let left = attempts - 1; ; left--)
    try {
      return await work();
    } catch (error) {
      if (!held_codes.test(String((error as { code?: unknown }).code))) throw error;
      if (left === 0) throw new TableHeld(name);
      await new Promise(resolve => setTimeout(resolve, pause_ms));
    }
}

/** Applies one file in a transaction, unless it was applied before. Returns whether it did. */
async function apply(session: Session, files: Map<string, string>, name: string, lock_ms: number): Promise<boolean> {
  await session.run(session.dialect === 'sqlite' ? 'begin immediate' : 'begin');
  try {
    if (session.dialect === 'postgres') await session.run(`select pg_advisory_xact_lock(${advisory_lock})`);
    await session.run('create table if not exists migrations (name text primary key, applied_at text not null)');
    const known = await session.list('select name from migrations');
    const newer = known.find(one => !files.has(one) && !onlyAdds(one));
    if (newer) throw new NewerSchema(newer);
    const isMissing = !known.includes(name);
    if (isMissing) {
      const text = readFileSync(files.get(name)!, 'utf8');
      if (session.dialect === 'postgres') await tryTables(session, text, lock_ms);
      await session.run(text);
      await session.run(`insert into migrations values ('${name}', cast(current_timestamp as text))`);
    }
    await session.run('commit');
    return isMissing;
  } catch (error) {
    // On a full disk SQLite has rolled back by itself.
    await session.run('rollback').catch(() => {});
    throw error;
  }
}

/**
 * Limits the waits of the transaction for locks, and asks for the tables from which a migration takes something, before it builds
 * indexes for many seconds. Because readers would wait for as long, it gives the tables back at once.
 */
async function tryTables(session: Session, text: string, lock_ms: number): Promise<void> {
  await session.run(`set local lock_timeout = ${lock_ms}`);
  if (!/^(alter|drop) /m.test(text)) return;
  const named = [...text.matchAll(/^(?:create|alter|drop) .*?\b(?:on|table) (\w+)/gm)].map(([, table]) => `'${table}'`);
  if (named.length === 0) return;
  const tables = await session.list(
    `select relname from pg_class where relkind = 'r' and pg_table_is_visible(oid) and relname in (${named.join()})`,
  );
  if (tables.length === 0) return;
  await session.run(`savepoint free; lock table ${tables.join()}; rollback to savepoint free`);
}

/**
 * Compares the migrations that a database knows with those of this code.
 *
 * @returns Those that are missing; one that is newer, which this code refuses; and newer ones that only add.
 */
export function compareMigrations(
  known: string[],
  dialect: Session['dialect'],
): { missing: string[]; newer: string | undefined; added: string[] } {
  const files = listMigrations(dialect);
  const unknown = known.filter(name => !files.has(name));
  return {
    missing: [...files.keys()].filter(name => !known.includes(name)),
    newer: unknown.find(name => !onlyAdds(name)),
    added: unknown.filter(onlyAdds),
  };
}

/** Lists names in order with the file to read. A file in `postgres/` replaces the portable one of the same name. */
function listMigrations(dialect: Session['dialect']): Map<string, string> {
  const own = dialect === 'postgres' ? readdirSync(`${folder}postgres`) : [];
  const names = readdirSync(folder).filter(name => name.endsWith('.sql'));
  return new Map(names.sort().map(name => [name, folder + (own.includes(name) ? `postgres/${name}` : name)]));
}
