import { sql } from 'kysely';
import { type Actor, takenNumber } from '../../audit/record.ts';
import { Conflict, type Database } from '../../database.ts';
import type { Holds } from '../../schema.ts';
import { failUnless } from '../../statements.ts';
import type { Vault } from '../../vault/vault.ts';
import { draftErasure } from '../erase.ts';
import { retention } from '../expire.ts';
import type { ErasureGround } from '../lead.ts';
import { attempts, type Part, run } from '../parts.ts';
import { type Kept, type Periods, readPeriods } from '../period.ts';
import { draftEnd, findHold, findStanding, isHeld } from './hold.ts';
import { isRestricted } from './restrict.ts';
import { findHoldKey, sealReason } from './words.ts';

/**
 * Releases a hold. With the last one the lead is restricted no more, unless its person asked for that,
 * or is erased in the same unit, when its person has
 * withdrawn, it is a child's, or its retention period is over.
 *
 * @param lead_id The lead that the hold must be of, where one is named.
 * @returns `already` when the hold was released before, undefined when there is none.
 */
export async function releaseHold(
  { db, vault, periods }: { db: Database; vault: Vault; periods: Periods },
  { id, lead_id }: { id: string; lead_id?: string },
  reason: string,
  actor: Actor,
  now: Date,
): Promise<'released' | 'already' | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const hold = await findHold(db, id);
    if (!hold || (lead_id && hold.lead_id !== lead_id)) return undefined;
    if (hold.released_at) return 'already';
    // The lead is read before its holds, because a hold that comes after it then changes the lead's number.
    const lead = await getLead(db, hold.lead_id);
    const isLast = (await findStanding(db, lead.id)).every(one => one.id === id);
    const sealed = sealReason(vault, hold, reason, await findHoldKey(db, lead.id));
    const end = draftEnd(db, hold, sealed, actor, now);
    const ground = isLast ? await findGround(db, lead, periods, now) : undefined;
    const erasure =
      ground &&
      draftErasure(db, lead, { action: 'lead.erased', ground }, ground === 'period_over' ? retention : actor, now);
    const parts = [end, draftFreedom(db, hold, lead.seq, now), ...(erasure ? [erasure] : [])];
    if (!(await run(db, parts))) continue;
    if (erasure) await db.scrub();
    return 'released';
  }
  throw new Conflict('holds', undefined);
}

/** Finds on which ground the release of its last hold would erase a lead now; undefined where it would stay. */
export async function findWaiting(
  { db, periods }: { db: Database; periods: Periods },
  lead_id: string,
  now: Date,
): Promise<ErasureGround | undefined> {
  return findGround(db, await getLead(db, lead_id), periods, now);
}

function getLead(db: Database, id: string) {
  return db
    .selectFrom('leads')
    .select(['id', 'form', 'policy_version', 'received_at', 'status_changed_at', 'withdrawn_at', 'child_at', 'seq'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
}

/** Finds the ground on which a lead is erased once no hold stands on it; undefined when it stays. */
async function findGround(
  db: Database,
  lead: Kept & { withdrawn_at: string | null; child_at: string | null },
  periods: Periods,
  now: Date,
): Promise<ErasureGround | undefined> {
  if (lead.withdrawn_at) return 'withdrawn';
  if (lead.child_at) return 'child';
  return (await readPeriods(db, periods, now)).isOver(lead) ? 'period_over' : undefined;
}

/**
 * Drafts what the end of a hold means for its lead. It fails with a Conflict in `leads` when the lead has changed since
 * it was read, because a withdrawal or another hold may have come.
 *
 * The statements take the number that `draftEnd` took.
 */
function draftFreedom(db: Database, { lead_id }: Holds, seq: number, now: Date): Part {
  return {
    locks: [],
    acts: [
      db
        .updateTable('leads')
        .set({
          restricted_at: sql`case when ${isHeld()} or ${isRestricted()} then restricted_at end`,
          changed_at: now.toISOString(),
          seq: failUnless(sql`leads.seq = ${seq}`, takenNumber()),
        })
        .where('id', '=', lead_id)
        .compile(),
    ],
  };
}
