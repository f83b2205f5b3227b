import { type RawBuilder, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber, takenNumber } from '../../audit/record.ts';
import { Conflict, type Database } from '../../database.ts';
import { newId } from '../../ids.ts';
import type { Holds } from '../../schema.ts';
import { failUnless } from '../../statements.ts';
import type { Vault } from '../../vault/vault.ts';
import type { HoldGround } from '../lead.ts';
import { hold_tables, type Part } from '../parts.ts';
import { findHoldKey, sealReference } from './words.ts';

/** The values that place a hold. `review_on` is a day, `YYYY-MM-DD`. */
export interface NewHold {
  ground: HoldGround;
  reference: string;
  review_on: string;
}

/** Returns SQL that says whether a hold stands on the lead of the row. */
export function isHeld(): RawBuilder<boolean> {
  return sql`exists (select 1 from holds where holds.lead_id = leads.id and holds.released_at is null)`;
}

/**
 * Places a hold on a lead. While one stands the lead is restricted: no view but the feed shows it, and it is neither
 * changed nor erased. A lead may have several holds.
 *
 * @returns Undefined when there is no such lead or it is erased.
 * @throws LostKey when the lead's key, under which the reference is sealed, is lost.
 */
export async function placeHold(
  { db, vault }: { db: Database; vault: Vault },
  lead_id: string,
  hold: NewHold,
  actor: Actor,
  now: Date,
): Promise<Holds | undefined> {
  const at = now.toISOString();
  const lead = await db.selectFrom('leads').select('erased_at').where('id', '=', lead_id).executeTakeFirst();
  if (!lead || lead.erased_at) return undefined;
  const row: Holds = { id: newId(now), lead_id, ...hold, placed_at: at, released_at: null, reason: null };
  const reference = sealReference(vault, row, await findHoldKey(db, lead_id));
  const event = {
    action: 'hold.placed',
    fields: row.id,
    purpose: hold.ground,
    lead_ids: [lead_id],
  } satisfies AuditEvent;
  try {
    await db.atomic([
      db
        .insertInto('holds')
        .values({ ...row, reference })
        .compile(),
      takeNumber(db),
      db
        .updateTable('leads')
        .set({
          restricted_at: sql`coalesce(restricted_at, ${at})`,
          changed_at: at,
          seq: failUnless(sql`erased_at is null`, takenNumber()),
        })
        .where('id', '=', lead_id)
        .compile(),
      ...recordEvent(db, actor, event, now),
    ]);
    return row;
  } catch (error) {
    if (error instanceof Conflict && hold_tables.includes(error.table)) return undefined;
    throw error;
  }
}

/** Finds a hold by its id. */
export function findHold(db: Database, id: string): Promise<Holds | undefined> {
  return db.selectFrom('holds').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Lists the holds that stand on a lead. */
export function findStanding(db: Database, lead_id: string): Promise<Holds[]> {
  return db
    .selectFrom('holds')
    .selectAll()
    .where('lead_id', '=', lead_id)
    .where('released_at', 'is', null)
    .orderBy('id')
    .execute();
}

/**
 * Drafts the end of a hold, without what follows for its lead. It fails with a Conflict in `holds` when it has ended.
 *
 * @param reason A reason of the product's own, or words of the staff that are sealed.
 */
export function draftEnd(db: Database, { id, lead_id, ground }: Holds, reason: string, actor: Actor, now: Date): Part {
  const event = { action: 'hold.released', fields: id, purpose: ground, lead_ids: [lead_id] } satisfies AuditEvent;
  return {
    locks: [
      db
        .updateTable('holds')
        .set({
          id: failUnless(sql`released_at is null`, sql<string>`id`),
          released_at: sql`coalesce(released_at, ${now.toISOString()})`,
          reason: sql`coalesce(reason, ${reason})`,
        })
        .where('id', '=', id)
        .compile(),
    ],
    acts: [takeNumber(db), ...recordEvent(db, actor, event, now)],
  };
}

/** Drafts a note on a held lead, of what is done once its last hold is released: it is then erased. */
export function draftNote(
  db: Database,
  { id, form }: { id: string; form: string },
  column: 'child_at' | 'withdrawn_at',
  actor: Actor,
  now: Date,
): Part {
  const at = now.toISOString();
  const noted = sql.ref(column);
  const action = column === 'child_at' ? 'lead.child' : 'lead.withdrawn';
  return {
    locks: [],
    acts: [
      takeNumber(db),
      db
        .updateTable('leads')
        .set({
          [column]: sql`coalesce(${noted}, ${at})`,
          changed_at: at,
          seq: failUnless(sql`${noted} is null and erased_at is null and ${isHeld()}`, takenNumber()),
        })
        .where('id', '=', id)
        .compile(),
      ...recordEvent(db, actor, { action, purpose: form, lead_ids: [id] }, now),
    ],
  };
}
