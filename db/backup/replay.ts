import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { draftErasure, type Erasable } from '../leads/erase.ts';
import { draftEnd, findStanding } from '../leads/holds/hold.ts';
import { self_check_form } from '../leads/lead.ts';
import { run } from '../leads/parts.ts';
import { eraseRequest } from '../requests/expire.ts';

/** Who erases again, in the audit trail. */
const operator = { id: 'operator', role: 'operator', request_id: null };

/** Leads that are looked for, and erased, at once. */
const leads_per_page = 500;

/**
 * Erases again the leads that were erased after the backup was made: those without a key, because the file of keys is
 * later than the backup, and those that were noted since.
 *
 * Because it happened already, no hold of the backup stands against it: the hold ends.
 *
 * @returns The number of leads erased.
 */
export async function replayErasures(db: Database, noted: Set<string>, now: Date): Promise<number> {
  let erased = 0;
  for (let after = ''; ; ) {
    const page = await db
      .selectFrom('leads')
      .leftJoin('keys', join => join.onRef('subject_id', '=', 'leads.id').on('subject_kind', '=', 'lead'))
      .select(['leads.id', 'form', 'received_at', 'wrapped'])
      .where('leads.id', '>', after)
      .where('erased_at', 'is', null)
      .$if(noted.size === 0, rows => rows.where('wrapped', 'is', null))
      .orderBy('leads.id')
      .limit(sql.lit(leads_per_page))
      .execute();
    const last = page.at(-1);
    if (!last) return erased;
    const gone = page.filter(({ id, wrapped }) => wrapped === null || noted.has(id));
    for (const lead of gone) await eraseAgain(db, lead, now);
    erased += gone.filter(({ form }) => form !== self_check_form).length;
    after = last.id;
  }
}

async function eraseAgain(db: Database, lead: Erasable, now: Date) {
  const holds = await findStanding(db, lead.id);
  const ends = holds.map(hold => draftEnd(db, hold, 'erased', operator, now));
  const isErased = await run(db, [...ends, draftErasure(db, lead, { action: 'lead.erased' }, operator, now)]);
  if (!isErased) throw new Error(`lead ${lead.id} could not be erased again`);
}

/** Erases again the requests whose keys the later file of keys has no more. */
export async function replayRequestErasures(db: Database, now: Date): Promise<void> {
  const gone = await db
    .selectFrom('subject_requests')
    .leftJoin('keys', join => join.onRef('subject_id', '=', 'id').on('subject_kind', '=', 'request'))
    .select(['id', 'seq'])
    .where('erased_at', 'is', null)
    .where('wrapped', 'is', null)
    .execute();
  for (const request of gone) await eraseRequest(db, request, operator, now);
}
