import type { Actor } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { firstIdAt } from '../ids.ts';
import { hashReceiptCode, readReceiptCode, readReceiptTime } from '../vault/signer.ts';
import { eraseLeads } from './erase.ts';
import { draftNote, isHeld } from './holds/hold.ts';
import { attempts, run } from './parts.ts';

/**
 * Withdraws the consent given with a lead and erases the lead. One on which a hold stands is erased when the last hold
 * is released.
 *
 * @param typed The receipt code as a person typed it.
 * @returns Undefined when the code is not valid; it is valid once.
 * @see PIPL art. 15, 47
 */
export async function withdrawLead(
  db: Database,
  typed: string,
  actor: Actor,
  now: Date,
): Promise<'erased' | 'held' | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const lead = await findByReceipt(db, typed);
    if (!lead) return undefined;
    if (lead.is_held) {
      if (await run(db, [draftNote(db, lead, 'withdrawn_at', actor, now)])) return 'held';
      continue;
    }
    const [withdrawn] = await eraseLeads(db, [lead], { action: 'lead.withdrawn' }, actor, now);
    if (withdrawn) return 'erased';
  }
  return undefined;
}

/**
 * Finds the lead of a receipt code, unless it was withdrawn or erased: among those received at the time in the code,
 * the one with its hash.
 *
 * @param typed The code as a person typed it. Because what cannot be a code is looked up too, it takes as long.
 */
export function findByReceipt(db: Database, typed: string) {
  const code = readReceiptCode(typed) ?? '';
  const [from, before] = readReceiptTime(code);
  return db
    .selectFrom('leads')
    .select(['id', 'form', 'received_at', isHeld().as('is_held')])
    .where('id', '>=', firstIdAt(from))
    .where('id', '<', firstIdAt(before))
    .where('receipt_hash', '=', hashReceiptCode(code))
    .where('erased_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst();
}
