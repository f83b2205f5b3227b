import { sql } from 'kysely';
import type { Actor } from '../audit/record.ts';
import type { Database } from '../database.ts';
import { listLeadHolds } from '../leads/holds/list.ts';
import { listRestrictions } from '../leads/holds/restrict.ts';
import { run } from '../leads/parts.ts';
import { findPeriodEnd, type Periods } from '../leads/period.ts';
import { openNote, openValues } from '../leads/rows/open.ts';
import { selectLead } from '../leads/rows/rows.ts';
import type { LeadValues, Vault } from '../vault/vault.ts';
import { draftAct } from './act.ts';
import {
  event as event_places,
  hold as hold_places,
  incident as incident_places,
  type Laid,
  layOut,
  leads,
  request as request_places,
  restriction as restriction_places,
} from './copy-places.ts';
import { findByCopyCode, type KeyedRequest, openTexts } from './find.ts';

/** A copy holds this of one lead. A lead that was erased meanwhile has only its id and when. */
export interface CopiedLead extends Laid {
  id: string;
  values?: LeadValues;
  kept_until?: string;
  restrictions?: Laid[];
  holds?: Laid[];
  events?: Laid[];
}

/** Everything that is held of a person, as the copy has it. */
export interface Copy {
  made_at: string;
  request: Laid;
  leads: CopiedLead[];
}

/** Holds that a copy tells of. Nobody places as many on one lead. */
const most_holds = 1_000;

interface Services {
  db: Database;
  vault: Vault;
  periods: Periods;
}

/** Finds the request whose copy a code opens; undefined when there is none, it was opened before, or its days are over. */
export async function findCopy(db: Database, typed: string, now: Date): Promise<KeyedRequest | undefined> {
  const request = await findByCopyCode(db, typed);
  const isGood = request?.copy_until && !request.copy_opened_at && request.copy_until > now.toISOString();
  return isGood ? request : undefined;
}

/**
 * Opens a copy, once: the event that says so is durable before any value is opened.
 *
 * @returns Undefined where `findCopy` finds none, or another request was quicker.
 */
export async function openCopy(services: Services, typed: string, actor: Actor, now: Date): Promise<Copy | undefined> {
  const { db } = services;
  const request = await findCopy(db, typed, now);
  if (!request) return undefined;
  const lead_ids: string[] = JSON.parse(request.lead_ids ?? '[]');
  const opened = { copy_opened_at: now.toISOString() };
  const event = { action: 'copy.opened' as const, fields: request.id, purpose: request.type, lead_ids };
  if (!(await run(db, [draftAct(db, request, opened, event, actor, now)]))) return undefined;
  return {
    made_at: now.toISOString(),
    request: layOut({ ...request, ...opened }, request_places, { texts: openTexts(services.vault, request) }),
    leads: await Promise.all(lead_ids.map(id => copyLead(services, id))),
  };
}

async function copyLead({ db, vault, periods }: Services, id: string): Promise<CopiedLead> {
  const [sealed, lead, consents, holds, restrictions, incidents, events] = await Promise.all([
    selectLead(db, id),
    db.selectFrom('leads').selectAll('leads').where('id', '=', id).executeTakeFirstOrThrow(),
    db
      .selectFrom('leads')
      .innerJoin('policy_forms', join =>
        join
          .onRef('policy_forms.version', '=', 'leads.policy_version')
          .onRef('policy_forms.form', '=', 'leads.form')
          .onRef('policy_forms.locale', '=', 'leads.locale'),
      )
      .select(['agreement', 'agreement_sha256'])
      .where('leads.id', '=', id)
      .execute(),
    listLeadHolds({ db, vault }, id, most_holds, undefined),
    listRestrictions({ db, vault }, id),
    db.selectFrom('incident_leads').selectAll().where('lead_id', '=', id).orderBy('incident_id').execute(),
    listOwnEvents(db, id),
  ]);
  if (lead.erased_at || !sealed) return { id, erased_at: lead.erased_at };
  return {
    ...layOut({ ...lead, note: openNote(vault, sealed) }, leads, { consent: consents[0] }),
    id,
    values: openValues(vault, sealed),
    kept_until: (await findPeriodEnd(db, periods, lead)).toISOString(),
    restrictions: restrictions.map(one => layOut(one, restriction_places)),
    incidents: incidents.map(one => layOut(one, incident_places)),
    holds: holds.holds.map(one => layOut(one, hold_places)),
    events: events.map(one => layOut(one, event_places)),
  };
}

/** Lists all that was done with a lead, its receipt first. */
async function listOwnEvents(db: Database, id: string) {
  const events = db.selectFrom('audit_events').selectAll('audit_events');
  const [created, own, shared] = await Promise.all([
    events.innerJoin('leads', 'created_seq', 'audit_events.seq').where('leads.id', '=', id).execute(),
    events.where('audit_events.lead_id', '=', id).where('action', '<>', sql.lit('lead.created')).execute(),
    events
      .innerJoin('audit_subjects', 'audit_subjects.seq', 'audit_events.seq')
      .where('audit_subjects.lead_id', '=', id)
      .execute(),
  ]);
  return [...created, ...own, ...shared].sort((a, b) => a.seq - b.seq);
}
