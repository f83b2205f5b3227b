import { sql } from 'kysely';
import type { Database } from '../database.ts';
import type { Vault } from './vault.ts';

/**
 * Whether the deployment's keys open what the database holds, asked of its newest lead.
 *
 * With wrong keys every lead that is stored would stand in the way of the right ones later.
 *
 * @returns What is wrong, in one line, or undefined.
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
