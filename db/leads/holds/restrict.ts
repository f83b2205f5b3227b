import { type RawBuilder, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber, takenNumber } from '../../audit/record.ts';
import { Conflict, type Database } from '../../database.ts';
import { newId } from '../../ids.ts';
import type { Restrictions } from '../../schema.ts';
import { failUnless } from '../../statements.ts';
import { LostKey } from '../../vault/lost-key.ts';
import type { Vault } from '../../vault/vault.ts';
import { attempts, type Part, run } from '../parts.ts';
import { isHeld } from './hold.ts';
import { findHoldKey } from './words.ts';

/** Returns SQL that says whether a restriction, which its person asked for, stands on the lead of the row. */
export function isRestricted(): RawBuilder<boolean> {
  return sql`exists (select 1 from restrictions where restrictions.lead_id = leads.id and restrictions.lifted_at is null)`;
}

/**
 * Drafts the restriction of a lead: no view but the feed shows it and nothing changes it, but it may be erased. It fails
 * with a Conflict in `leads` when the lead is erased or a hold stands on it.
 *
 * @see PIPL art. 44
 */
export function draftRestriction(
  db: Database,
  { id, form }: { id: string; form: string },
  request_id: string,
  actor: Actor,
  now: Date,
): Part {
  const at = now.toISOString();
  const row: Restrictions = { id: newId(now), lead_id: id, request_id, placed_at: at, lifted_at: null, reason: null };
  const event: AuditEvent = { action: 'restriction.placed', fields: request_id, purpose: form, lead_ids: [id] };
  return {
    locks: [db.insertInto('restrictions').values(row).compile()],
    acts: [
      takeNumber(db),
      db
        .updateTable('leads')
        .set({
          restricted_at: sql`coalesce(restricted_at, ${at})`,
          changed_at: at,
          seq: failUnless(sql`erased_at is null and not ${isHeld()}`, takenNumber()),
        })
        .where('id', '=', id)
        .compile(),
      ...recordEvent(db, actor, event, now),
    ],
  };
}

/** Lists all restrictions of a lead, those that were lifted too, with the reason as it was written. */
export async function listRestrictions(
  { db, vault }: { db: Database; vault: Vault },
  lead_id: string,
): Promise<Restrictions[]> {
  const [rows, key] = [await selectRestrictions(db, lead_id), await findHoldKey(db, lead_id)];
  return rows.map(row => ({
    ...row,
    reason: row.reason && key ? vault.openText(lead_id, nameOf(row.id), row.reason, key) : null,
  }));
}

/** A restriction that stands on a lead. */
export type StandingRestriction = Pick<Restrictions, 'id' | 'lead_id' | 'request_id' | 'placed_at'>;

/** Lists the restrictions that stand on leads that are not erased, in the order in which they were placed, after an id. */
export async function listStandingRestrictions(
  db: Database,
  limit: number,
  after: string | undefined,
): Promise<{ restrictions: StandingRestriction[]; has_more: boolean }> {
  let rows = db
    .selectFrom('restrictions')
    .innerJoin('leads', 'leads.id', 'restrictions.lead_id')
    .select(['restrictions.id', 'lead_id', 'request_id', 'placed_at'])
    .where('lifted_at', 'is', null)
    .where('leads.erased_at', 'is', null)
    .orderBy('restrictions.id')
    .limit(limit + 1);
  if (after) rows = rows.where('restrictions.id', '>', after);
  const restrictions = await rows.execute();
  return { restrictions: restrictions.slice(0, limit), has_more: restrictions.length > limit };
}

function selectRestrictions(db: Database, lead_id: string): Promise<Restrictions[]> {
  return db.selectFrom('restrictions').selectAll().where('lead_id', '=', lead_id).orderBy('id').execute();
}

function nameOf(id: string): string {
  return `restriction ${id} reason`;
}

/**
 * Lifts the restrictions of a lead, with a reason that is sealed under the key of the lead. Where no hold stands on it,
 * every view shows it again.
 *
 * @returns `already` when they were lifted before, undefined when there are none or the lead is erased.
 */
export async function liftRestriction(
  { db, vault }: { db: Database; vault: Vault },
  lead_id: string,
  reason: string,
  actor: Actor,
  now: Date,
): Promise<'lifted' | 'already' | undefined> {
  const at = now.toISOString();
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const lead = await db
      .selectFrom('leads')
      .select(['form', 'seq', 'erased_at'])
      .where('id', '=', lead_id)
      .executeTakeFirst();
    const restrictions = await selectRestrictions(db, lead_id);
    const key = await findHoldKey(db, lead_id);
    if (!lead || lead.erased_at || restrictions.length === 0) return undefined;
    if (restrictions.every(({ lifted_at }) => lifted_at)) return 'already';
    if (!key) throw new LostKey('ENCRYPTION_KEYS', [{ subject_id: lead_id }]);
    const event: AuditEvent = { action: 'restriction.lifted', purpose: lead.form, lead_ids: [lead_id] };
    const part: Part = {
      locks: restrictions
        .filter(({ lifted_at }) => !lifted_at)
        .map(({ id }) =>
          db
            .updateTable('restrictions')
            .set({ lifted_at: at, reason: vault.sealText(lead_id, nameOf(id), reason, key) })
            .where('id', '=', id)
            .where('lifted_at', 'is', null)
            .compile(),
        ),
      acts: [
        takeNumber(db),
        db
          .updateTable('leads')
          .set({
            restricted_at: sql`case when ${isHeld()} then restricted_at end`,
            changed_at: at,
            seq: failUnless(sql`leads.seq = ${lead.seq}`, takenNumber()),
          })
          .where('id', '=', lead_id)
          .compile(),
        ...recordEvent(db, actor, event, now),
      ],
    };
    if (await run(db, [part])) return 'lifted';
  }
  throw new Conflict('leads', undefined);
}
