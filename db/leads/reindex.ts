import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../database.ts';
import { type Range, type Renewed, renewKeys } from '../vault/renew.ts';
import type { Vault } from '../vault/vault.ts';

/**
 * Makes the blind indexes anew that were made by an earlier rule or under another key. It opens each such lead, shows it
 * to nobody, and changes nothing else, so it is no act of the audit trail.
 *
 * @param normalizePhone Brings a stored phone to today's normal form.
 */
export async function reindexLeads(
  { db, vault }: { db: Database; vault: Vault },
  normalizePhone: (phone: string) => string,
  onProgress?: (count: number) => void,
): Promise<Renewed> {
  return renewKeys(
    db,
    {
      select: range => selectStale(db, vault, range),
      draft(row) {
        const { phone, email } = vault.open(row.subject_id, row.sealed!, row);
        return updateIndexes(db, row, vault.index({ phone: normalizePhone(phone), email }));
      },
    },
    onProgress,
  );
}

function selectStale(db: Database, { index_version }: Vault, { after, end, limit }: Range) {
  return db
    .selectFrom('keys')
    .innerJoin('leads', 'leads.id', 'keys.subject_id')
    .select(['subject_id', 'kek_id', 'wrapped', 'sealed'])
    .where('subject_kind', '=', 'lead')
    .where('subject_id', '>', after)
    .$if(end !== undefined, rows => rows.where('subject_id', '<=', end!))
    .where('index_version', '<>', index_version)
    .orderBy('subject_id')
    .limit(sql.lit(limit))
    .execute();
}

/** Writes new indexes, unless the lead was corrected or erased since it was read. */
function updateIndexes(
  db: Database,
  { subject_id, wrapped }: { subject_id: string; wrapped: string },
  indexes: ReturnType<Vault['index']>,
): CompiledQuery {
  return db
    .updateTable('keys')
    .set(indexes)
    .where('subject_kind', '=', 'lead')
    .where('subject_id', '=', subject_id)
    .where('wrapped', '=', wrapped)
    .compile();
}
