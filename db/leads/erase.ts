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

/** What is known of a lead that is to be erased. */
interface Erasable {
  id: string;
  form: string;
  received_at: string;
}

/** How the audit trail calls an erasure. */
type Erasure = Extract<AuditEvent['action'], 'lead.erased' | 'lead.withdrawn'>;

/**
 * Erases leads: their keys and sealed values go, in every backup too, and tombstones take their places in the feed.
 *
 * Each lead is a unit of its own; the files are overwritten once, after the last.
 *
 * @returns The ids of those that were there to erase; of several callers at once, one gets an id.
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

/** Returns whether the lead was there to erase. */
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
        erased_at: at,
        changed_at: at,
        ...(isWithdrawal && { withdrawn_at: at }),
        seq: failUnless(erasable, takenNumber()),
      })
      .where('id', '=', id)
      .compile(),
    ...recordEvent(db, actor, { action, fields: personal_fields, purpose: form, lead_ids: [id] }, now),
  ];
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
  const [erased] = await eraseLeads(db, [row], 'lead.erased', actor, now);
  if (erased) return 'erased';
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
  const lead = code && (await findByReceipt(db, code));
  if (!lead) return false;
  const [withdrawn] = await eraseLeads(db, [lead], 'lead.withdrawn', actor, now);
  return withdrawn !== undefined;
}

/** The lead that a receipt code is for, unless it is erased: of those received at the time in the code, the one with its hash. */
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
