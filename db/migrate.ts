import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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
 * Applies the missing files of `db/migrations` in order, each in one transaction with its entry: safe to kill at any
 * statement, to run again, and to run twice at once.
 *
 * @returns The names applied now.
 * @throws NewerSchema when the database knows a migration that this code does not, unless that only adds.
 */
export async function migrate(session: Session): Promise<string[]> {
  const files = listMigrations(session.dialect);
  const applied: string[] = [];
  for (const [name, path] of files) {
    await session.run(session.dialect === 'sqlite' ? 'begin immediate' : 'begin');
    try {
      if (session.dialect === 'postgres') await session.run(`select pg_advisory_xact_lock(${advisory_lock})`);
      await session.run('create table if not exists migrations (name text primary key, applied_at text not null)');
      const known = await session.list('select name from migrations');
      const newer = known.find(one => !files.has(one) && !onlyAdds(one));
      if (newer) throw new NewerSchema(newer);
      if (!known.includes(name)) {
        await session.run(readFileSync(path, 'utf8'));
        await session.run(`insert into migrations values ('${name}', cast(current_timestamp as text))`);
        applied.push(name);
      }
      await session.run('commit');
    } catch (error) {
      // On a full disk SQLite has rolled back by itself.
      await session.run('rollback').catch(() => {});
      throw error;
    }
  }
  return applied;
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
