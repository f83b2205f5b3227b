import type { Context } from 'hono';
import * as z from 'zod/mini';
import { changeLead } from '../../db/leads/change.ts';
import { eraseLeadById } from '../../db/leads/erase.ts';
import { findStanding } from '../../db/leads/holds/hold.ts';
import { closed_reasons, erasure_grounds, type Lead, lead_statuses } from '../../db/leads/lead.ts';
import { findLead } from '../../db/leads/read.ts';
import { type App, factory } from '../context.ts';
import { actorOf, hasScope } from '../guards/access.ts';
import { problem } from '../http/problems/problem.ts';
import { uuid } from '../http/query-fields.ts';
import { staffName, staffNote } from '../http/staff-text.ts';
import { body, field, invalidFields } from '../http/validate.ts';

export const change = z.strictObject({
  status: z.optional(z.enum(lead_statuses)),
  closed_reason: z.optional(z.nullable(z.enum(closed_reasons))),
  assigned_to: z.optional(z.nullable(staffName)),
  follow_up_on: z.optional(z.nullable(z.iso.date())),
  note: z.optional(z.nullable(staffNote)),
  name: z.optional(field('name')),
  phone: z.optional(field('phone')),
  email: z.optional(field('email')),
  company: z.optional(field('company')),
});

/**
 * `PATCH /leads/{id}` changes what staff say of their work on a lead, or corrects values, which needs a scope of its
 * own. It returns the lead, masked.
 */
export const patchLead = factory.createHandlers(body(change), async c => {
  const { status, closed_reason, assigned_to, follow_up_on, note, ...values } = c.req.valid('json');
  if (Object.keys(c.req.valid('json')).length === 0) return invalidFields(c, [{ field: '', code: 'required' }]);
  const corrects = Object.values(values).some(value => value !== undefined);
  if (corrects && !hasScope(c, 'leads:correct')) return problem(c, 'forbidden');
  const { services } = c.var;
  const id = c.req.param('id')!;
  const work = { status, closed_reason, assigned_to, follow_up_on, note };
  const asked = { ...work, values: corrects ? values : undefined };
  if (!uuid.test(id)) return problem(c, 'not-found');
  const outcome = await changeLead(services, id, asked, actorOf(c), services.now());
  if (outcome === 'not_closed') return invalidFields(c, [{ field: 'closed_reason', code: 'not_allowed' }]);
  const lead = await findLead(services, id, { masked: true }, services.now());
  if (outcome === 'gone') return refuseChange(c, lead);
  return c.json(lead, 200, { 'Cache-Control': 'private, no-store' });
});

export const erasure = z.strictObject({ ground: z.optional(z.enum(erasure_grounds)) });

/** `DELETE /leads/{id}` erases a lead. Repeated, it gives the same answer. */
export const eraseLead = factory.createHandlers(body(erasure, { optional: true }), async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id')!;
  const { ground } = c.req.valid('json');
  const outcome = uuid.test(id) ? await eraseLeadById(db, id, ground, actorOf(c), now()) : undefined;
  if (!outcome) return problem(c, 'not-found');
  if (outcome === 'held') return problem(c, 'held');
  return c.body(null, 204, { 'Cache-Control': 'no-store' });
});

/** Answers for a lead that cannot be changed: a held or restricted one, or an erased one, of which nothing is left. */
async function refuseChange(c: Context<App>, lead: Lead | undefined) {
  if (lead && 'restricted_at' in lead) {
    const holds = await findStanding(c.var.services.db, lead.id);
    return problem(c, 'held', holds.length > 0 ? {} : { because: 'restricted' });
  }
  return problem(c, 'not-found', lead && { because: 'erased' });
}
