import { type Actor, type AuditEvent, recordEvent, subject_tables, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { digest } from '../digest.ts';
import type { Vault } from '../vault/vault.ts';
import { type Lead, noted_fields, type RevealPurpose } from './lead.ts';
import { readLead } from './read.ts';
import { selectLead } from './rows/rows.ts';

/** Period for which one event covers that a session sees a lead. */
export const covered_ms = 10 * 60_000;

/**
 * Records that a session sees a lead in clear, and for what. The session then sees it for ten minutes under this one
 * event. A lead that does not exist, or is erased or restricted, is not revealed.
 *
 * Because a note may be written within the ten minutes, the event always names it.
 */
export async function grantReveal(
  db: Database,
  session_id: string,
  lead_id: string,
  purpose: RevealPurpose,
  actor: Actor,
  now: Date,
): Promise<void> {
  const event: AuditEvent = { action: 'lead.revealed', fields: noted_fields, purpose, lead_ids: [lead_id] };
  const expires_at = new Date(now.getTime() + covered_ms).toISOString();
  const reveal = { seq: takenNumber(), expires_at };
  try {
    await db.atomic([
      takeNumber(db),
      ...recordEvent(db, actor, event, now),
      db
        .insertInto('session_reveals')
        .values({ session_sha256: digest(session_id), lead_id, ...reveal })
        .onConflict(conflict => conflict.columns(['session_sha256', 'lead_id']).doUpdateSet(reveal))
        .compile(),
    ]);
  } catch (error) {
    if (!(error instanceof Conflict && subject_tables.includes(error.table))) throw error;
  }
}

/** Ends a reveal early, so that the session sees the lead masked again. */
export async function endReveal(db: Database, session_id: string, lead_id: string): Promise<void> {
  await db.atomic([
    db
      .deleteFrom('session_reveals')
      .where('session_sha256', '=', digest(session_id))
      .where('lead_id', '=', lead_id)
      .compile(),
  ]);
}

/**
 * Finds a lead as a session sees it: in clear while a reveal covers it, else masked.
 *
 * @returns The lead, and the purpose for which its values are shown, undefined while they are masked.
 */
export async function findLeadInSession(
  { db, vault }: { db: Database; vault: Vault },
  session_id: string,
  id: string,
  now: Date,
): Promise<{ lead: Lead; shownFor: RevealPurpose | undefined } | undefined> {
  const [reveal, row] = await Promise.all([
    db
      .selectFrom('session_reveals')
      .innerJoin('audit_events', 'audit_events.seq', 'session_reveals.seq')
      .select('purpose')
      .where('session_sha256', '=', digest(session_id))
      .where('session_reveals.lead_id', '=', id)
      .where('expires_at', '>', now.toISOString())
      .executeTakeFirst(),
    selectLead(db, id),
  ]);
  return row && { lead: readLead(vault, row, Boolean(reveal)), shownFor: reveal?.purpose as RevealPurpose | undefined };
}
