import type { Context } from 'hono';
import * as z from 'zod/mini';
import { changeLead, type LeadChange } from '../../../db/leads/change.ts';
import { eraseLeadById } from '../../../db/leads/erase.ts';
import { findLead, lead_statuses, reveal_purposes, type View } from '../../../db/leads/read.ts';
import { type App, factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { asksForJson } from '../../http/negotiate.ts';
import { problem } from '../../http/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import type { FieldError } from '../../http/slugs.ts';
import { body } from '../../http/validate.ts';
import { assignee, checkField, leadFields } from '../../shared/fields.ts';
import { normalizePhone } from '../../shared/phone.ts';
import { consoleLocale, showConsolePage } from '../layout.ts';
import { console_texts } from '../texts/texts.ts';
import { renderErasure, renderLead } from './page.ts';

type Answer = Parameters<typeof renderLead>[2];

/** `GET /console/leads/{id}`: a lead, masked. */
export const showLead = factory.createHandlers(c => answerLead(c, { masked: true }));

/** `POST /console/leads/{id}/reveal`: the same in clear, for a purpose, once the audit trail holds both. */
export const revealLead = factory.createHandlers(
  body(z.object({ purpose: z.enum(reveal_purposes) }), { form: true }),
  c => answerLead(c, { clear: actorOf(c), purpose: c.req.valid('json').purpose }),
);

async function answerLead(c: Context<App>, view: View, answer: Answer = {}, status: 200 | 422 = 200) {
  const { services } = c.var;
  const id = readId(c);
  const lead = id && (await findLead(services, id, view, services.now()));
  if (!lead) return problem(c, 'not-found');
  const done = c.req.method === 'GET' ? c.req.query('done') : undefined;
  const purpose = 'clear' in view ? view.purpose : undefined;
  const { title } = console_texts[consoleLocale(c)].lead;
  const page = { title, section: 'leads', address: `/console/leads/${id}`, status } as const;
  return showConsolePage(c, page, await renderLead(c, lead, { done, purpose, ...answer }));
}

/** `POST /console/leads/{id}/status`: one click or one key. */
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
    z.string().check(z.regex(assignee)),
  ]),
});

/** `POST /console/leads/{id}/assignee`. */
export const setAssignee = factory.createHandlers(body(assignment, { form: true }), c =>
  answerChange(c, c.req.valid('json'), 'assigned'),
);

/** Changes a lead; goes back to its page, or tells the script what is so now. */
async function answerChange(c: Context<App>, change: LeadChange, done: string) {
  const { services } = c.var;
  const id = readId(c);
  if (!id || !(await changeLead(services, id, change, actorOf(c), services.now()))) return problem(c, 'not-found');
  if (!asksForJson(c)) return c.redirect(`/console/leads/${id}?done=${done}`, 303);
  const text = console_texts[consoleLocale(c)];
  const { status, assigned_to } = change;
  const slots = status ? { chip: text.statuses[status] } : { to: assigned_to ?? text.nobody };
  return c.json({ status, slots, said: text.lead.done[done] }, 200, { 'Cache-Control': 'no-store' });
}

const correction = z.object(Object.fromEntries(leadFields.map(({ name }) => [name, z._default(z.string(), '')])));

/** `POST /console/leads/{id}/correction`: only what is filled in. */
export const correctLead = factory.createHandlers(body(correction, { form: true }), async c => {
  const typed = Object.entries(c.req.valid('json')).filter(([, value]) => value.trim());
  const errors = typed.flatMap(([field, value]): FieldError[] => {
    const code = checkField(field as 'name', value);
    return code ? [{ field, code }] : [];
  });
  if (errors.length > 0 || typed.length === 0)
    return answerLead(c, { masked: true }, { errors, typed: Object.fromEntries(typed) }, 422);
  const values = Object.fromEntries(
    typed.map(([field, value]) => [field, field === 'phone' ? normalizePhone(value) : value.trim()]),
  );
  return answerChange(c, { values }, 'corrected');
});

/** `GET /console/leads/{id}/erasure`: asks first. */
export const askErasure = factory.createHandlers(async c => {
  const { services } = c.var;
  const id = readId(c);
  const lead = id && (await findLead(services, id, { masked: true }, services.now()));
  if (!lead || !('form' in lead)) return problem(c, 'not-found');
  const { eraseTitle } = console_texts[consoleLocale(c)].lead;
  return showConsolePage(c, { title: eraseTitle, section: 'leads' }, renderErasure(c, lead));
});

/** `POST /console/leads/{id}/erasure`: erases, if the box says so. */
export const eraseLead = factory.createHandlers(body(z.object({ sure: z.literal('yes') }), { form: true }), async c => {
  const { db, now } = c.var.services;
  const id = readId(c);
  const outcome = id && (await eraseLeadById(db, id, actorOf(c), now()));
  if (!outcome) return problem(c, 'not-found');
  if (outcome === 'restricted') return problem(c, 'forbidden', { because: 'restricted' });
  return c.redirect(`/console/leads/${id}?done=erased`, 303);
});

function readId(c: Context<App>): string | undefined {
  const id = c.req.param('id') ?? '';
  return uuid.test(id) ? id : undefined;
}
