import { type CompiledQuery, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, subject_tables, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { forgetSubject } from '../once.ts';
import { failUnless } from '../statements.ts';
import { hashReceiptCode, readReceiptCode, readReceiptTime } from '../vault/signer.ts';
import { repeatEnds } from './create.ts';
import { personal_fields } from './lead.ts';
import { selectLead } from './rows.ts';

/** The columns of a lead that its erasure needs. */
interface Erasable {
  id: string;
  form: string;
  received_at: string;
}

/** The action of an erasure in the audit trail. */
type Erasure = Extract<AuditEvent['action'], 'lead.erased' | 'lead.withdrawn'>;

/**
 * Erases leads: deletes their keys and sealed values, in every backup too, and leaves tombstones in the feed.
 *
 * Each lead is a unit of its own; the files are overwritten once, after the last.
 *
 * @returns The ids of the leads that this call erased. When several callers erase a lead at once, one gets its id.
 */
export async function eraseLeads(
  db: Database,
  leads: Erasable[],
  action: Erasure,
  actor: Actor,
  now: Date,
): Promise<string[]> {
  const erased = await Promise.all(leads.map(lead => runErasure(db, draftErasure(db, lead, action, actor, now))));
  await db.scrub();
  return leads.filter((_, place) => erased[place]).map(({ id }) => id);
}

/** Runs an erasure and returns whether the lead was there to erase. */
async function runErasure(db: Database, statements: CompiledQuery[]): Promise<boolean> {
  try {
    await db.atomic(statements);
    return true;
  } catch (error) {
    if (error instanceof Conflict && ['leads', ...subject_tables].includes(error.table)) return false;
    throw error;
  }
}

function draftErasure(
  db: Database,
  { id, form, received_at }: Erasable,
  action: Erasure,
  actor: Actor,
  now: Date,
): CompiledQuery[] {
  const at = now.toISOString();
  const isWithdrawal = action === 'lead.withdrawn';
  // A legal hold binds the staff; a person who withdraws is not bound by it.
  const erasable = isWithdrawal ? sql`erased_at is null` : sql`erased_at is null and restricted_at is null`;
  return [
    forgetSubject(db, id, repeatEnds(new Date(received_at))),
    db.deleteFrom('keys').where('subject_kind', '=', 'lead').where('subject_id', '=', id).compile(),
    takeNumber(db),
    db
      .updateTable('leads')
      .set({
        sealed: null,
        // A date that is there already stays, because the guard would refuse the unit with an error that is no Conflict.
        erased_at: sql`coalesce(erased_at, ${at})`,
        changed_at: at,
        ...(isWithdrawal && { withdrawn_at: sql`coalesce(withdrawn_at, ${at})` }),
        seq: failUnless(erasable, takenNumber()),
      })
      .where('id', '=', id)
      .compile(),
    ...recordEvent(db, actor, { action, fields: personal_fields, purpose: form, lead_ids: [id] }, now),
  ];
}

/**
 * Erases a lead on behalf of the staff. The record of the consent stays, because nobody has withdrawn it.
 *
 * @returns `already` when the lead was erased before, `restricted` when a legal hold keeps it, undefined when
 *   there is none.
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
  const [erased] = await eraseLeads(db, [row], 'lead.erased', actor, now);
  if (erased) return 'erased';
  return (await selectLead(db, id))?.erased_at ? 'already' : 'restricted';
}

/**
 * Withdraws the consent given with a lead and erases the lead.
 *
 * @param typed The receipt code as a person typed it.
 * @returns Whether the code was valid; it is valid once.
 * @see PIPL art. 15, 47
 */
export async function withdrawLead(db: Database, typed: string, actor: Actor, now: Date): Promise<boolean> {
  const code = readReceiptCode(typed);
  const lead = code && (await findByReceipt(db, code));
  if (!lead) return false;
  const [withdrawn] = await eraseLeads(db, [lead], 'lead.withdrawn', actor, now);
  return withdrawn !== undefined;
}

/**
 * Finds the lead of a receipt code, unless it is erased: among those received at the time in the code, the one
 * with its hash.
 */
function findByReceipt(db: Database, code: string): Promise<Erasable | undefined> {
  const [from, before] = readReceiptTime(code);
  return db
    .selectFrom('leads')
    .select(['id', 'form', 'received_at'])
    .where('id', '>=', firstIdAt(from))
    .where('id', '<', firstIdAt(before))
    .where('receipt_hash', '=', hashReceiptCode(code))
    .where('erased_at', 'is', null)
    .executeTakeFirst();
}
