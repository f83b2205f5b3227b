import { type AuditEvent, recordEvent, subject_tables, system, takeNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import type { MailKind } from '../notices/mails.ts';
import type { Vault } from '../vault/vault.ts';
import { openValues } from './rows/open.ts';
import { selectLead } from './rows/rows.ts';

/**
 * Opens the address of a lead to send a mail to it. The event is durable before.
 *
 * @param kind What the mail is.
 * @returns The address, or undefined where there is no such lead, or it is erased.
 * @throws LostKey when it does not open.
 */
export async function openAddress(
  { db, vault }: { db: Database; vault: Vault },
  lead_id: string,
  kind: MailKind,
  now: Date,
): Promise<string | undefined> {
  const lead = await selectLead(db, lead_id);
  if (!lead || lead.erased_at) return undefined;
  const event: AuditEvent = { action: 'address.opened', fields: 'email', purpose: kind, lead_ids: [lead_id] };
  try {
    await db.atomic([takeNumber(db), ...recordEvent(db, system, event, now)]);
  } catch (error) {
    // It was erased meanwhile.
    if (error instanceof Conflict && subject_tables.includes(error.table)) return undefined;
    throw error;
  }
  return openValues(vault, lead).email;
}
