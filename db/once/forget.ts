import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../database.ts';

/**
 * Removes the request, the subject and the receipt from a subject's key. The key stays used.
 *
 * @param expires_at When the key expires. Because the row is found by it, no index by subject is needed.
 */
export function forgetSubject(db: Database, subject_id: string, expires_at: Date): CompiledQuery {
  return db
    .updateTable('once')
    .set({ fingerprint: null, subject_id: null, receipt: null })
    .where('expires_at', '=', expires_at.toISOString())
    .where('subject_id', '=', subject_id)
    .compile();
}

/** Keys that one unit deletes. */
const keys_per_unit = 1_000;

/**
 * Deletes expired keys, a thousand in a unit. Safe to run at any time, on several servers at once, and to kill.
 *
 * @returns The number of keys deleted here; with `dry_run`, of those that would be.
 */
export async function forgetExpired(
  db: Database,
  now: Date,
  { dry_run = false, mayGoOn = () => true }: { dry_run?: boolean; mayGoOn?(): boolean } = {},
): Promise<number> {
  const expired = db.selectFrom('once').where('expires_at', '<=', now.toISOString());
  if (dry_run) {
    const counted = expired.select(({ fn }) => fn.countAll<number>().as('keys'));
    return Number((await counted.executeTakeFirstOrThrow()).keys);
  }
  const some = expired.select('key').orderBy('expires_at').limit(sql.lit(keys_per_unit));
  const removal = db.deleteFrom('once').where('key', 'in', some).compile();
  let forgotten = 0;
  while (mayGoOn()) {
    const [outcome] = await db.atomic([removal]);
    forgotten += outcome!.changed;
    if (outcome!.changed < keys_per_unit) break;
    await db.rest();
  }
  return forgotten;
}
