import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../database.ts';
import { nextTurn } from '../turn.ts';
import type { Vault } from '../vault/vault.ts';

/** Rows that one query walks past, and leads that one unit writes: few enough that requests are not held up. */
const rows_per_step = 5_000;
const leads_per_unit = 50;

/**
 * Makes the blind indexes anew that were made by an earlier rule or under another key. It opens each such lead, shows it
 * to nobody, and changes nothing else, so it is no act of the audit trail.
 *
 * Because a lead that is done has the current version, the walk may be killed and begun again, and two servers may walk
 * at once.
 *
 * @param normalizePhone Brings a stored phone to today's normal form.
 * @returns The number of leads indexed anew, and of those that do not open.
 */
export async function reindexLeads(
  { db, vault }: { db: Database; vault: Vault },
  normalizePhone: (phone: string) => string,
): Promise<{ leads: number; unreadable: number }> {
  const done = { leads: 0, unreadable: 0 };
  for (let after = ''; ; await nextTurn()) {
    const end = await findEnd(db, after);
    const stale = await selectStale(db, vault, after, end);
    const updates = stale.map(row => {
      try {
        const { phone, email } = vault.open(row.subject_id, row.sealed!, row);
        return updateIndexes(db, row, vault.index({ phone: normalizePhone(phone), email }));
      } catch {
        done.unreadable += 1;
        return undefined;
      }
    });
    const statements = updates.filter(update => update !== undefined);
    const outcomes = statements.length > 0 ? await db.atomic(statements) : [];
    done.leads += outcomes.reduce((sum, { changed }) => sum + changed, 0);
    const isFull = stale.length === leads_per_unit;
    if (!isFull && end === undefined) return done;
    after = isFull ? stale.at(-1)!.subject_id : end!;
  }
}

/** Finds where a step ends; undefined for the last one. */
async function findEnd(db: Database, after: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('keys')
    .select('subject_id')
    .where('subject_id', '>', after)
    .orderBy('subject_id')
    .limit(sql.lit(1))
    .offset(sql.lit(rows_per_step - 1))
    .executeTakeFirst();
  return row?.subject_id;
}

function selectStale(db: Database, { index_version }: Vault, after: string, end: string | undefined) {
  return db
    .selectFrom('keys')
    .innerJoin('leads', 'leads.id', 'keys.subject_id')
    .select(['subject_id', 'kek_id', 'wrapped', 'sealed'])
    .where('subject_kind', '=', 'lead')
    .where('subject_id', '>', after)
    .$if(end !== undefined, rows => rows.where('subject_id', '<=', end!))
    .where('index_version', '<>', index_version)
    .orderBy('subject_id')
    .limit(sql.lit(leads_per_unit))
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
