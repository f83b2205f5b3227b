import { sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Vault } from './vault.ts';

/**
 * Checks that the deployment's keys open the newest lead of the database.
 *
 * Because a lead that is stored under wrong keys does not open with the right ones later, the mistake must
 * be found before.
 *
 * @returns The mistake in one line, or undefined.
 */
export async function findKeyMistake(db: Database, vault: Vault): Promise<string | undefined> {
  const newest = await db
    .selectFrom('keys')
    .innerJoin('leads', 'leads.id', 'keys.subject_id')
    .select(['subject_id', 'sealed', 'kek_id', 'wrapped'])
    .where('subject_kind', '=', 'lead')
    .orderBy('subject_id', 'desc')
    .limit(sql.lit(1))
    .executeTakeFirst();
  if (!newest?.sealed) return undefined;
  try {
    vault.open(newest.subject_id, newest.sealed, newest);
    return undefined;
  } catch {
    return `ENCRYPTION_KEYS: these keys do not open what the database holds (its newest lead needs key ${newest.kek_id})`;
  }
}
