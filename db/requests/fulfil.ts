import type { Actor, AuditEvent } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { draftChange, type LeadChange } from '../leads/change.ts';
import { draftErasure, eraseLeadById, planErasure } from '../leads/erase.ts';
import { draftRestriction } from '../leads/holds/restrict.ts';
import type { ErasureGround } from '../leads/lead.ts';
import type { Part } from '../leads/parts.ts';
import { selectLead } from '../leads/rows/rows.ts';
import { queueMail } from '../notices/mails.ts';
import { hashReceiptCode, type Signer } from '../vault/signer.ts';
import type { Vault } from '../vault/vault.ts';
import { actOn, draftAct, type Hindrance } from './act.ts';
import type { KeyedRequest } from './find.ts';
import { findMeant, type Meant } from './meant.ts';
import { copy_types, type RequestRow, worded_types } from './request.ts';

/** Period in which the address of a copy can be opened, once. */
const copy_ms = 7 * 24 * 3_600_000;

interface Services {
  db: Database;
  vault: Vault;
  signer: Signer;
}

/** A fulfilment needs this beside the request: the right values of a correction, the ground of an erasure. */
export interface Fulfilment {
  values?: NonNullable<LeadChange['values']> | undefined;
  ground?: ErasureGround | undefined;
  /** Whether the address of a copy is mailed to the contact on file. */
  mail?: boolean;
}

/** The code that opens a copy, and until when. */
export interface CopyCode {
  code: string;
  until: string;
}

/**
 * Does what a verified request asks for, and ends it, in one unit with its events: prepares a copy, erases, corrects or
 * restricts the leads that it is about.
 *
 * @returns What hindered it, or the code that opens the copy where there is one.
 * @see PIPL art. 44–48
 */
export async function fulfilRequest(
  services: Services,
  id: string,
  fulfilment: Fulfilment,
  actor: Actor,
  now: Date,
): Promise<Hindrance | { copy: CopyCode | undefined }> {
  const { db, signer } = services;
  let copy: CopyCode | undefined;
  let isErasure = false;
  const hindrance = await actOn(db, id, async request => {
    if (request.closed_at) return 'closed';
    const isWorded = worded_types.includes(request.type);
    if (!isWorded && !request.verified_at) return 'unverified';
    const leads = isWorded ? [] : await findMeant(services, request);
    const yields = request.type === 'erasure' && fulfilment.ground === 'child';
    if (!yields && leads.some(({ is_held }) => is_held)) return 'held';
    const parts = await draftFulfilment(services, request, leads, fulfilment, actor, now);
    if (typeof parts === 'string') return parts;
    isErasure = parts.length > 0;
    copy = copy_types.includes(request.type)
      ? { code: signer.makeCode('copy', request), until: new Date(now.getTime() + copy_ms).toISOString() }
      : undefined;
    const lead_ids = leads.map(lead => lead.id);
    const set: Partial<RequestRow> = {
      ...{ state: 'fulfilled', closed_at: now.toISOString(), refusal_code: null, refusal_by: null },
      ...(!isWorded && { lead_ids: JSON.stringify(lead_ids) }),
      ...(copy && { copy_hash: hashReceiptCode(copy.code), copy_until: copy.until }),
    };
    const event = { action: 'request.fulfilled', fields: id, purpose: request.type, lead_ids } satisfies AuditEvent;
    const mail = copy && fulfilment.mail && isReachable(request) ? [queueMail(db, 'copy', id, now)] : [];
    return [...parts, draftAct(db, request, set, event, actor, now), { locks: [], acts: mail }];
  });
  if (hindrance) return hindrance;
  if (isErasure) await db.scrub();
  return { copy };
}

/** Returns whether a correction says what is right. One without can but end, where no lead is left that it could be about. */
export const hasValues = (values: Fulfilment['values']) =>
  Object.values(values ?? {}).some(value => value !== undefined);

/** Returns whether the contact on file is that of who asks: relatives of a person who has died are handed the copy. */
const isReachable = ({ verified_by }: RequestRow) => verified_by !== 'relatives';

/** Drafts what the type of a request means for its leads. */
async function draftFulfilment(
  { db, vault }: Services,
  { id, type }: KeyedRequest,
  leads: Meant[],
  { values, ground = 'withdrawn' }: Fulfilment,
  actor: Actor,
  now: Date,
): Promise<Hindrance | Part[]> {
  switch (type) {
    case 'erasure': {
      const plans = await Promise.all(leads.map(lead => planErasure(db, lead, ground, actor, now)));
      const held = leads.filter((_, place) => plans[place] === 'held');
      // Because the lead of a child goes at once, it is noted that it goes when the last hold by law or court is released.
      if (ground === 'child') await Promise.all(held.map(lead => eraseLeadById(db, lead.id, ground, actor, now)));
      return plans.includes('held') ? 'held' : plans.flatMap(plan => plan as Part[]);
    }
    case 'withdrawal':
      return leads.map(lead => draftErasure(db, lead, { action: 'lead.withdrawn' }, actor, now));
    case 'restriction':
      return leads
        .filter(({ is_restricted }) => !is_restricted)
        .map(lead => draftRestriction(db, lead, id, actor, now));
    case 'rectification': {
      if (leads.length === 0) return hasValues(values) ? 'no_lead' : [];
      if (leads.some(({ is_restricted }) => is_restricted)) return 'restricted';
      const rows = await Promise.all(leads.map(lead => selectLead(db, lead.id)));
      const changes = rows.map(row => row && !row.erased_at && draftChange({ db, vault }, row, { values }, actor, now));
      return changes.filter(part => part !== undefined && part !== false);
    }
    default:
      return [];
  }
}
