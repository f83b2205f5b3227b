import { type CompiledQuery, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { hashReceiptCode, readReceiptCode } from '../vault/signer.ts';
import { personal_fields } from './create.ts';
import { selectLead } from './rows.ts';

/**
 * Erases a lead: its key and sealed values go, in every backup too, and a tombstone takes its place in the feed.
 *
 * @param action How the audit trail calls it.
 * @param also Statements of the same unit.
 * @returns Whether it was there to erase; of several at once, one gets true.
 */
export async function eraseLead(
  db: Database,
  { id, form }: { id: string; form: string },
  action: AuditEvent['action'],
  actor: Actor,
  now: Date,
  also: CompiledQuery[] = [],
): Promise<boolean> {
  const at = now.toISOString();
  // A legal hold binds the staff; a person who withdraws is not bound by it.
  const erasable =
    action === 'lead.withdrawn' ? sql`erased_at is null` : sql`erased_at is null and restricted_at is null`;
  try {
    await db.atomic([
      ...also,
      db.deleteFrom('idempotency_keys').where('subject_id', '=', id).compile(),
      db.deleteFrom('lead_keys').where('lead_id', '=', id).compile(),
      takeNumber(db),
      db
        .updateTable('leads')
        .set({
          sealed: null,
          erased_at: at,
          changed_at: at,
          // Null where none may be: a lead that is erased already makes the whole unit fail.
          seq: sql<number>`case when ${erasable} then ${takenNumber()} end`,
        })
        .where('id', '=', id)
        .compile(),
      ...recordEvent(db, actor, { action, fields: personal_fields, purpose: form, lead_ids: [id] }, now),
    ]);
    await db.scrub();
    return true;
  } catch (error) {
    if (error instanceof Conflict && ['leads', 'lead_consents', 'audit_subjects'].includes(error.table)) return false;
    throw error;
  }
}

/**
 * Erases a lead on behalf of the staff. The record of the consent once given stays; nobody has withdrawn it.
 *
 * @returns `already` for one that was erased before, `restricted` for one under a legal hold, which stays as it is; undefined for none.
 */
export async function eraseLeadById(
  db: Database,
  id: string,
  actor: Actor,
  now: Date,
): Promise<'erased' | 'already' | 'restricted' | undefined> {
  const row = await selectLead(db, id);
  if (!row) return undefined;
  if (row.erased_at) return 'already';
  if (row.restricted_at) return 'restricted';
  if (await eraseLead(db, row, 'lead.erased', actor, now)) return 'erased';
  return (await selectLead(db, id))?.erased_at ? 'already' : 'restricted';
}

/**
 * Withdraws the consent given with a lead and erases the lead.
 *
 * @param typed The receipt code as a person typed it.
 * @returns Whether the code was good; it is good once.
 * @see PIPL art. 15, 47
 */
export async function withdrawLead(db: Database, typed: string, actor: Actor, now: Date): Promise<boolean> {
  const code = readReceiptCode(typed);
  const given = code && (await findGiven(db, code));
  if (!given) return false;
  const { lead_id, purpose, policy_version, policy_sha256, locale } = given;
  const withdrawn = { lead_id, state: 'withdrawn', recorded_at: now.toISOString() } as const;
  const record = { ...withdrawn, purpose, policy_version, policy_sha256, locale };
  return eraseLead(db, { id: lead_id, form: purpose }, 'lead.withdrawn', actor, now, [
    db.insertInto('lead_consents').values(record).compile(),
  ]);
}

/** The consent given with the lead that a receipt code is for, unless that lead is erased. */
function findGiven(db: Database, code: string) {
  return db
    .selectFrom('leads')
    .innerJoin('lead_consents', 'lead_consents.lead_id', 'leads.id')
    .select(['lead_id', 'purpose', 'lead_consents.policy_version', 'policy_sha256', 'locale'])
    .where('receipt_hash', '=', hashReceiptCode(code))
    .where('erased_at', 'is', null)
    .where('state', '=', 'given')
    .executeTakeFirst();
}
