import type { Actor } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { findHolder } from '../staff/holders.ts';
import { hasMade } from '../staff/makers.ts';
import { foldName, withoutBrackets } from '../staff/names.ts';
import type { Vault } from '../vault/vault.ts';
import { actOn, draftAct, type Hindrance, reseal } from './act.ts';
import type { RefusalCode } from './request.ts';

/** Asks for a refusal on one of the policy's grounds. It is in force only when another person has approved it. */
export function askRefusal(
  services: { db: Database; vault: Vault },
  id: string,
  { code, explanation }: { code: RefusalCode; explanation: string },
  actor: Actor,
  now: Date,
): Promise<Hindrance | undefined> {
  const { db } = services;
  return actOn(db, id, request => {
    if (request.closed_at) return 'closed';
    const { sealed, locks } = reseal(services, request, { explanation });
    const set = { sealed, refusal_code: code, refusal_by: actor.id };
    const event = { action: 'request.refusal_asked', fields: id, purpose: code } as const;
    return [{ locks, acts: [] }, draftAct(db, request, set, event, actor, now)];
  });
}

/**
 * Brings a refusal into force that another person asked for.
 *
 * @param seen The number of the change of the request that the approver has seen, where that is known: only a refusal that
 *   was read is approved.
 */
export function approveRefusal(
  db: Database,
  id: string,
  approver: { id: string; holder: string },
  actor: Actor,
  now: Date,
  seen?: number,
): Promise<Hindrance | undefined> {
  return actOn(db, id, async request => {
    if (request.closed_at) return 'closed';
    if (!request.refusal_code || !request.refusal_by) return 'unasked';
    if (await isSamePerson(db, request.refusal_by, approver)) return 'same_person';
    if (seen !== undefined && seen !== request.seq) return 'changed';
    const set = { state: 'refused', closed_at: now.toISOString() };
    const event = { action: 'request.refused', fields: id, purpose: request.refusal_code } as const;
    return [draftAct(db, request, set, event, actor, now)];
  });
}

/**
 * Returns whether who asked and who would approve may be one person: by token, by name, or by who made the token or one that
 * it came from by rotation. Two accounts of one provider are told apart by it, whatever their names are; other names are
 * compared without the brackets that an account has been given.
 */
async function isSamePerson(db: Database, asker_id: string, approver: { id: string; holder: string }) {
  if (asker_id === approver.id) return true;
  const [asker, other] = await Promise.all([findHolder(db, asker_id), findHolder(db, approver.id)]);
  if (asker?.person && asker.person.issuer === other?.person?.issuer)
    return asker.person.subject === other.person.subject;
  const compared = [asker?.holder, other?.holder ?? approver.holder].map(name => name && foldName(name));
  const hasAccount = asker?.person || other?.person;
  const [asking, approving] = hasAccount ? compared.map(name => name && withoutBrackets(name)) : compared;
  if (asking === approving) return true;
  return hasMade(db, asker_id, approver.id);
}
