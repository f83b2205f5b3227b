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
    .selectFrom('lead_keys')
    .innerJoin('leads', 'leads.id', 'lead_keys.lead_id')
    .select(['lead_id', 'sealed', 'kek_id', 'wrapped'])
    .orderBy('lead_id', 'desc')
    .limit(sql.lit(1))
    .executeTakeFirst();
  if (!newest?.sealed) return undefined;
  try {
    vault.open(newest.lead_id, newest.sealed, newest);
    return undefined;
  } catch {
    return `ENCRYPTION_KEYS: these keys do not open what the database holds (its newest lead needs key ${newest.kek_id})`;
  }
}
