import type { Context } from 'hono';
import * as z from 'zod/mini';
import { listEvents } from '../../../db/audit/list.ts';
import { changeLead, type LeadChange } from '../../../db/leads/change.ts';
import { eraseLeadById } from '../../../db/leads/erase.ts';
import { findLeadConsent, listEarlier } from '../../../db/leads/history.ts';
import { lead_statuses, reveal_purposes } from '../../../db/leads/lead.ts';
import { findLead, type View } from '../../../db/leads/read.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, hasScope } from '../../guards/access.ts';
import { asksForJson } from '../../http/negotiate.ts';
import { problem } from '../../http/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import type { FieldError } from '../../http/slugs.ts';
import { staffName } from '../../http/staff-text.ts';
import { body } from '../../http/validate.ts';
import { checkField, type LeadField, leadFields, normalizeField } from '../../shared/fields.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { listAssignees } from './assignees.ts';
import { type Correction, erasurePage, leadPage } from './lead-page.ts';
import { isOpen } from './rows.ts';

const events_shown = 10;

/** `GET /console/leads/{id}` shows a lead, masked. */
export const showLead = factory.createHandlers(c => answerLead(c, { masked: true }));

/** `POST /console/leads/{id}/reveal` shows a lead in clear, for a purpose, once the audit trail holds both. */
export const revealLead = factory.createHandlers(
  body(z.object({ purpose: z.enum(reveal_purposes) }), { form: true }),
  c => answerLead(c, { clear: actorOf(c), purpose: c.req.valid('json').purpose }),
);

/** `POST /console/leads/{id}/status` changes the status. */
export const setStatus = factory.createHandlers(body(z.object({ status: z.enum(lead_statuses) }), { form: true }), c =>
  answerChange(c, c.req.valid('json'), 'status'),
);

/** An empty name takes the lead from whoever has it. */
const assignment = z.object({
  assigned_to: z.union([
    z.pipe(
      z.literal(''),
      z.transform(() => null),
    ),
    staffName,
  ]),
});

/** `POST /console/leads/{id}/assignee` gives the lead to somebody, or to nobody. */
export const setAssignee = factory.createHandlers(body(assignment, { form: true }), c =>
  answerChange(c, c.req.valid('json'), 'assigned'),
);

const correction = z.object(Object.fromEntries(leadFields.map(({ name }) => [name, z._default(z.string(), '')])));

/** `POST /console/leads/{id}/correction` replaces the values that are filled in. */
export const correctLead = factory.createHandlers(body(correction, { form: true }), async c => {
  const typed = Object.entries(c.req.valid('json')).filter(([, value]) => value.trim());
  const errors = typed.flatMap(([field, value]): FieldError[] => {
    const code = checkField(field as LeadField, value);
    return code ? [{ field, code }] : [];
  });
  if (errors.length > 0 || typed.length === 0)
    return answerLead(c, { masked: true }, { errors, typed: Object.fromEntries(typed) });
  const values = Object.fromEntries(typed.map(([field, value]) => [field, normalizeField(field as LeadField, value)]));
  return answerChange(c, { values }, 'corrected');
});

/** `GET /console/leads/{id}/erasure` asks before a lead is erased. */
export const askErasure = factory.createHandlers(async c => {
  const lead = await loadLead(c, { masked: true });
  return lead && isOpen(lead) ? answerPage(c, erasurePage(readerOf(c), lead)) : problem(c, 'not-found');
});

/** `POST /console/leads/{id}/erasure` erases a lead, if the box is ticked. */
export const eraseLead = factory.createHandlers(body(z.object({ sure: z.literal('yes') }), { form: true }), async c => {
  const { db, now } = c.var.services;
  const id = readId(c);
  const outcome = id && (await eraseLeadById(db, id, actorOf(c), now()));
  if (!outcome) return problem(c, 'not-found');
  if (outcome === 'restricted') return problem(c, 'forbidden', { because: 'restricted' });
  return goBack(c, id, 'erased');
});

/** Answers with the page of a lead, or 404. A correction that was refused is shown for another try. */
async function answerLead(c: Context<App>, view: View, refused?: Correction) {
  const { services } = c.var;
  const { db } = services;
  const lead = await loadLead(c, view);
  if (!lead) return problem(c, 'not-found');
  const open = isOpen(lead) ? lead : undefined;
  const history = { lead_id: lead.id, order: 'desc', limit: events_shown } as const;
  const [assignees, earlier, consent, events] = await Promise.all([
    open && hasScope(c, 'leads:write') ? listAssignees(services, open.assigned_to) : undefined,
    open ? listEarlier(db, open.earlier_lead_id) : [],
    findLeadConsent(db, lead.id),
    hasScope(c, 'audit:read') ? listEvents(db, history, undefined) : undefined,
  ]);
  const page = leadPage(readerOf(c), {
    lead,
    done: c.req.method === 'GET' ? c.req.query('done') : undefined,
    shownFor: 'clear' in view ? view.purpose : undefined,
    purposes: hasScope(c, 'leads:reveal') ? reveal_purposes : undefined,
    work: assignees && { statuses: lead_statuses, assignees },
    ...{ earlier, consent: consent!, events, refused },
  });
  return answerPage(c, page, { status: refused ? 422 : 200, address: `/console/leads/${lead.id}` });
}

/** Finds the lead that the address names. */
async function loadLead(c: Context<App>, view: View) {
  const id = readId(c);
  return id && findLead(c.var.services, id, view, c.var.services.now());
}

/** Changes a lead; then goes back to its page, or tells the script what is so now. */
async function answerChange(c: Context<App>, change: LeadChange, done: string) {
  const { services } = c.var;
  const id = readId(c);
  if (!id || !(await changeLead(services, id, change, actorOf(c), services.now()))) return problem(c, 'not-found');
  if (!asksForJson(c)) return goBack(c, id, done);
  const { text } = readerOf(c);
  const { status, assigned_to } = change;
  const slots = status ? { chip: text.statuses[status] } : { to: assigned_to ?? text.nobody };
  return c.json({ status, slots, said: text.lead.done[done] }, 200, { 'Cache-Control': 'no-store' });
}

/** Leads the browser back to the page of the lead, which says what was done. */
function goBack(c: Context<App>, id: string, done: string) {
  return c.redirect(`/console/leads/${id}?done=${done}`, 303);
}

function readId(c: Context<App>): string | undefined {
  const id = c.req.param('id') ?? '';
  return uuid.test(id) ? id : undefined;
}
