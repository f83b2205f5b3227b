import * as z from 'zod/mini';
import { findExports, listEvents } from '../../../../db/audit/list.ts';
import type { Database } from '../../../../db/database.ts';
import { addDays, dayOf } from '../../../../db/days.ts';
import { findLeadConsent, listEarlier } from '../../../../db/leads/history.ts';
import { listLeadHolds } from '../../../../db/leads/holds/list.ts';
import { findWaiting } from '../../../../db/leads/holds/release.ts';
import { listRestrictions } from '../../../../db/leads/holds/restrict.ts';
import { closed_reasons, lead_statuses, reveal_purposes } from '../../../../db/leads/lead.ts';
import { findLead } from '../../../../db/leads/read.ts';
import { endReveal, findLeadInSession, grantReveal } from '../../../../db/leads/reveals.ts';
import { factory } from '../../../context.ts';
import { actorOf, hasScope } from '../../../guards/access.ts';
import { problem } from '../../../http/problems/problem.ts';
import { body } from '../../../http/validate.ts';
import { answerPage } from '../../answer.ts';
import { type Reader, readerOf } from '../../reader.ts';
import { readRefusal } from '../../refusal.ts';
import { readSessionId } from '../../session.ts';
import { listAssignees } from '../assignees.ts';
import { readList } from '../filters.ts';
import { isOpen } from '../rows.ts';
import { goBack, readId } from './answers.ts';
import { readRefused } from './correction.ts';
import { leadPage } from './lead-page.ts';
import { readNoteForm } from './note.ts';

const events_shown = 10;
/** Acts on the lead that its page shows to those who work on it. */
const work_shown = 50;
/** Holds of the lead that the page shows; those that stand are all at `/console/holds`. */
const holds_shown = 100;

/**
 * `GET /console/leads/{id}` shows a lead: masked, or in clear while a reveal of this session covers it. A correction
 * that was refused is shown for another try.
 */
export const showLead = factory.createHandlers(async c => {
  const { services } = c.var;
  const { db } = services;
  const id = readId(c);
  const seen = id && (await findLeadInSession(services, readSessionId(c)!, id, services.now()));
  if (!seen) return problem(c, 'not-found');
  const { lead, shownFor } = seen;
  const open = isOpen(lead) ? lead : undefined;
  const mayWork = hasScope(c, 'leads:write');
  const [assignees, earlier, consent, events, holds, restrictions, refused, note] = await Promise.all([
    open && mayWork ? listAssignees(services, open.assigned_to) : undefined,
    open ? listEarlier(db, open.earlier_lead_id) : [],
    findLeadConsent(db, lead.id),
    hasScope(c, 'audit:read') ? listHistory(db, lead.id) : open && mayWork ? listWork(db, lead.id) : undefined,
    hasScope(c, 'holds:manage') ? listLeadHolds(services, lead.id, holds_shown, undefined) : undefined,
    hasScope(c, 'requests:handle') ? listRestrictions(services, lead.id) : [],
    open && hasScope(c, 'leads:correct') ? readRefused(c) : undefined,
    open && mayWork ? readNoteForm(c, open) : undefined,
  ]);
  const isHeld = holds?.holds.some(({ released_at }) => !released_at);
  const periods = services.settings.lead_retention_months;
  const reader = readerOf(c);
  const page = leadPage(reader, {
    lead,
    list: readList(c.req.query('list')),
    done: c.req.query('done'),
    shownFor,
    purposes: hasScope(c, 'leads:reveal') ? reveal_purposes : undefined,
    work: assignees && {
      statuses: lead_statuses,
      reasons: closed_reasons,
      assignees,
      follow_up_days: listDays(reader),
    },
    ...{
      earlier,
      consent: consent!,
      events,
      holds: holds?.holds,
      waiting: isHeld ? await findWaiting({ db, periods }, lead.id, services.now()) : undefined,
      restrictions,
      refused,
      note,
      refusal: readRefusal(c),
    },
  });
  return answerPage(c, page, (refused || note?.refused) && { status: 422 });
});

/** How far off the days are that one click chooses for the next contact. */
const follow_up_in = [1, 3, 7];

function listDays({ now, time_zone }: Reader): string[] {
  return follow_up_in.map(days => addDays(dayOf(now, time_zone), days));
}

/** Lists the latest events of a lead, and which of them were exports. */
async function listHistory(db: Database, lead_id: string) {
  const page = await listEvents(db, { lead_id, order: 'desc', limit: events_shown }, undefined);
  const requests = page.audit_events.flatMap(({ request_id }) => request_id ?? []);
  return { ...page, exports: await findExports(db, [...new Set(requests)]) };
}

/** Acts by which a lead goes on. They say who worked on it, and not who saw it. */
const work_actions = ['lead.created', 'lead.changed', 'lead.corrected'];

/** Lists what was done with a lead, the latest first, for those who work on it. */
async function listWork(db: Database, lead_id: string) {
  const query = { lead_id, actions: work_actions, order: 'desc', limit: work_shown } as const;
  return { ...(await listEvents(db, query, undefined)), exports: new Map<string, undefined>() };
}

/** `POST /console/leads/{id}/reveal` lets the session see a lead in clear, for a purpose that the audit trail holds. */
export const revealLead = factory.createHandlers(
  body(z.object({ purpose: z.enum(reveal_purposes) }), { form: true }),
  async c => {
    const { db, now } = c.var.services;
    const id = readId(c);
    if (!id) return problem(c, 'not-found');
    await grantReveal(db, readSessionId(c)!, id, c.req.valid('json').purpose, actorOf(c), now());
    return goBack(c, id);
  },
);

/**
 * `POST /console/leads/{id}/call` lets the session see a lead for a call, by one press from the list. The press says what
 * for: a new lead is called for the first contact, any other one for a follow-up.
 */
export const callLead = factory.createHandlers(async c => {
  const { services } = c.var;
  const { db, now } = services;
  const id = readId(c);
  const lead = id && (await findLead(services, id, { masked: true }, now()));
  if (!lead) return problem(c, 'not-found');
  const purpose = isOpen(lead) && lead.status === 'new' ? 'first_contact' : 'follow_up';
  await grantReveal(db, readSessionId(c)!, lead.id, purpose, actorOf(c), now());
  return goBack(c, lead.id);
});

/** `POST /console/leads/{id}/reveal/end` masks a lead again before its ten minutes are over. */
export const hideLead = factory.createHandlers(async c => {
  const id = readId(c);
  if (!id) return problem(c, 'not-found');
  await endReveal(c.var.services.db, readSessionId(c)!, id);
  return goBack(c, id);
});
