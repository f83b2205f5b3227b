import { type CompiledQuery, sql } from 'kysely';
import { type Actor, type AuditEvent, recordEvent, takeNumber, takenNumber } from '../audit/record.ts';
import { Conflict, type Database } from '../database.ts';
import { dayOf } from '../days.ts';
import { attempts, type Part, run } from '../leads/parts.ts';
import { failUnless } from '../statements.ts';
import type { Vault } from '../vault/vault.ts';
import { findRequest, type KeyedRequest, openTexts } from './find.ts';
import { due_zone, dueDay, latestDue, type RequestRow, type RequestTexts, type StaffVerification } from './request.ts';

/** Why an act on a request is not done. */
export type Hindrance =
  | 'unknown'
  /** It has ended. */
  | 'closed'
  /** Its due day is over. */
  | 'late'
  /** The new day is not later than the old one. */
  | 'not_later'
  /** The new day is more than a year off, as a mistyped year is. */
  | 'too_far'
  /** No refusal was asked for. */
  | 'unasked'
  /** Who would approve is who asked. */
  | 'same_person'
  /** It is not any more what the reader saw. */
  | 'changed'
  | 'unverified'
  | 'held'
  /** A lead is restricted, so that nothing changes it. */
  | 'restricted'
  /** No lead is known that it could be about. */
  | 'no_lead';

interface Services {
  db: Database;
  vault: Vault;
}

type Decision = Hindrance | Part[] | 'nothing';

/**
 * Decides on a request as it stands and acts in one unit, again where somebody else was quicker.
 *
 * @returns Undefined when it was done, or there was nothing to do.
 */
export async function actOn(
  db: Database,
  id: string,
  decide: (request: KeyedRequest) => Decision | Promise<Decision>,
): Promise<Hindrance | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const request = await findRequest(db, id);
    const decision = request ? await decide(request) : 'unknown';
    if (decision === 'nothing') return undefined;
    if (typeof decision === 'string') return decision;
    if (await run(db, decision)) return undefined;
  }
  throw new Conflict('subject_requests', undefined);
}

/** Drafts a change of a request with its event. It fails with a Conflict when the request has changed since it was read. */
export function draftAct(
  db: Database,
  { id, seq }: Pick<RequestRow, 'id' | 'seq'>,
  set: Partial<RequestRow>,
  event: AuditEvent,
  actor: Actor,
  now: Date,
): Part {
  return {
    locks: [],
    acts: [
      takeNumber(db),
      db
        .updateTable('subject_requests')
        .set({ ...set, seq: failUnless(sql`subject_requests.seq = ${seq}`, takenNumber()) })
        .where('id', '=', id)
        .compile(),
      ...recordEvent(db, actor, event, now),
    ],
  };
}

/** Seals what is written of a request anew, with more of it, under the key that it has. */
export function reseal(
  { db, vault }: Services,
  request: KeyedRequest,
  more: RequestTexts,
): { sealed: string; locks: CompiledQuery[] } {
  const { id, kek_id, wrapped } = request;
  const texts = JSON.stringify({ ...openTexts(vault, request), ...more });
  const { sealed, keys } = vault.sealOwn('request', id, texts, { kek_id: kek_id!, wrapped: wrapped! });
  const update = db.updateTable('keys').set(keys).where('subject_kind', '=', 'request').where('subject_id', '=', id);
  return { sealed, locks: [update.compile()] };
}

/** Records that staff have verified who asks, or with `failed` that they tried in vain. */
export function verifyRequest(
  db: Database,
  id: string,
  { by, failed }: { by: StaffVerification; failed: boolean },
  actor: Actor,
  now: Date,
): Promise<Hindrance | undefined> {
  const at = now.toISOString();
  return actOn(db, id, request => {
    if (request.closed_at) return 'closed';
    if (request.verified_at) return 'nothing';
    const verified = { verified_at: at, verified_by: by, ...(request.state === 'received' && { state: 'verified' }) };
    const set = failed ? { attempted_at: at } : verified;
    const action = failed ? 'request.unverified' : 'request.verified';
    return [draftAct(db, request, set, { action, fields: id, purpose: by }, actor, now)];
  });
}

/** Extends the time for a request, before its due day is over. The day that was told first stays on record. */
export function extendRequest(
  services: Services,
  id: string,
  { reason, due_on }: { reason: string; due_on: string },
  actor: Actor,
  now: Date,
): Promise<Hindrance | undefined> {
  const { db } = services;
  return actOn(db, id, request => {
    if (request.closed_at) return 'closed';
    if (dayOf(now, due_zone) > dueDay(request)) return 'late';
    if (due_on <= dueDay(request)) return 'not_later';
    if (due_on > latestDue(now)) return 'too_far';
    const { sealed, locks } = reseal(services, request, { reason });
    const set = { state: 'extended', extended_to: due_on, sealed };
    const event = { action: 'request.extended', fields: id, purpose: request.type } as const;
    return [{ locks, acts: [] }, draftAct(db, request, set, event, actor, now)];
  });
}
