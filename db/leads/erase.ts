import { sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { forgetSubject } from '../once/forget.ts';
import { repeatEnds } from '../once/repeat.ts';
import { failUnless } from '../statements.ts';
import { draftEnd, draftNote, findStanding, isHeld } from './holds/hold.ts';
import { type ErasureGround, personal_fields } from './lead.ts';
import { attempts, type Part, run } from './parts.ts';

/** The columns of a lead that its erasure needs. */
export interface Erasable {
  id: string;
  form: string;
  received_at: string;
}

/** Why a lead is erased: a withdrawal by its person, or what staff or the retention period say. */
export type Cause = { action: 'lead.withdrawn' } | { action: 'lead.erased'; ground?: ErasureGround | undefined };

/** Grounds of holds to which even the erasure of a child's lead yields. */
const strong_grounds = ['law', 'court'];

/**
 * Erases leads: deletes their keys and sealed values, in every backup too, and leaves tombstones in the feed.
 *
 * Each lead is a unit of its own; the files are overwritten once, after the last.
 *
 * @returns The ids of the leads that this call erased. When several callers erase a lead at once, one gets its id; a
 *   lead on which a hold stands is not erased.
 */
export async function eraseLeads(
  db: Database,
  leads: Erasable[],
  cause: Cause,
  actor: Actor,
  now: Date,
): Promise<string[]> {
  const erased = await Promise.all(leads.map(lead => run(db, [draftErasure(db, lead, cause, actor, now)])));
  await db.scrub();
  return leads.filter((_, place) => erased[place]).map(({ id }) => id);
}

/** Drafts the erasure of a lead. It fails with a Conflict when the lead is erased or a hold stands on it. */
export function draftErasure(
  db: Database,
  { id, form, received_at }: Erasable,
  cause: Cause,
  actor: Actor,
  now: Date,
): Part {
  const at = now.toISOString();
  const { action } = cause;
  const ground = 'ground' in cause ? cause.ground : undefined;
  const event: AuditEvent = { action, fields: personal_fields, purpose: ground ?? form, lead_ids: [id] };
  return {
    locks: [
      forgetSubject(db, id, repeatEnds(new Date(received_at))),
      db.deleteFrom('keys').where('subject_kind', '=', 'lead').where('subject_id', '=', id).compile(),
    ],
    acts: [
      takeNumber(db),
      db
        .updateTable('leads')
        .set({
          sealed: null,
          note: null,
          follow_up_on: null,
          restricted_at: null,
          // A date that is there already stays, because the guard would refuse the unit with an error that is no Conflict.
          erased_at: sql`coalesce(erased_at, ${at})`,
          changed_at: at,
          ...(action === 'lead.withdrawn' && { withdrawn_at: sql`coalesce(withdrawn_at, ${at})` }),
          ...(ground === 'child' && { child_at: sql`coalesce(child_at, ${at})` }),
          seq: failUnless(sql`erased_at is null and not ${isHeld()}`, takenNumber()),
        })
        .where('id', '=', id)
        .compile(),
      ...recordEvent(db, actor, event, now),
    ],
  };
}

/**
 * Erases a lead on behalf of the staff. The record of the consent stays, because nobody has withdrawn it.
 *
 * The lead of a child yields to a hold by law or court alone. It ends other holds, and where it yields, the lead is
 * erased when the last hold is released.
 *
 * @returns `already` when the lead was erased before, `held` when a hold keeps it, undefined when there is none.
 */
export async function eraseLeadById(
  db: Database,
  id: string,
  ground: ErasureGround | undefined,
  actor: Actor,
  now: Date,
): Promise<'erased' | 'already' | 'held' | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const lead = await findErasable(db, id);
    if (!lead) return undefined;
    if (lead.erased_at) return 'already';
    const parts = await planErasure(db, lead, ground, actor, now);
    if (parts === 'held') {
      const isNoted = ground !== 'child' || lead.child_at;
      if (isNoted || (await run(db, [draftNote(db, lead, 'child_at', actor, now)]))) return 'held';
      continue;
    }
    if (!(await run(db, parts))) continue;
    await db.scrub();
    return 'erased';
  }
  throw new Conflict('leads', undefined);
}

/**
 * Drafts the erasure of a lead as staff ask for it, with the ends of the holds that yield to it; `held` where one does not.
 * The parts fail with a Conflict when a hold was placed or released meanwhile.
 */
export async function planErasure(
  db: Database,
  lead: Erasable,
  ground: ErasureGround | undefined,
  actor: Actor,
  now: Date,
): Promise<Part[] | 'held'> {
  const holds = await findStanding(db, lead.id);
  const isChild = ground === 'child';
  if (holds.some(hold => !isChild || strong_grounds.includes(hold.ground))) return 'held';
  const ends = holds.map(hold => draftEnd(db, hold, 'child', actor, now));
  return [...ends, draftErasure(db, lead, { action: 'lead.erased', ground }, actor, now)];
}

function findErasable(db: Database, id: string) {
  return db
    .selectFrom('leads')
    .select(['id', 'form', 'received_at', 'erased_at', 'child_at'])
    .where('id', '=', id)
    .executeTakeFirst();
}
