import type { Context } from 'hono';
import * as z from 'zod';
import { Conflict } from '../db/database.ts';
import type { Repeatable } from '../db/idempotency.ts';
import { createLead, findRepeatedLead, type Submission } from '../db/leads.ts';
import { currentPolicy, documentIn, listPolicies } from '../db/policies.ts';
import { type App, factory } from './context.ts';
import { checkField, forms, type LeadField, locales } from './fields.ts';
import { chooseLocale } from './language.ts';
import { normalizePhone } from './phone.ts';
import { problem } from './problem.ts';
import { body, invalidFields, readIdempotencyKey } from './validate.ts';

const submission = z.strictObject({
  name: field('name'),
  phone: field('phone'),
  email: field('email'),
  company: field('company'),
  policy_version: z.string().refine(Boolean, { params: { code: 'required' } }),
  locale: z.enum(locales).optional(),
});

/** Answers 404 for a form that does not exist, before anything is read. */
export const requireForm = factory.createMiddleware(async (c, next) => {
  if (!forms.some(form => form === c.req.param('form'))) return problem(c, 'unknown-form');
  await next();
});

/** `POST /forms/{form}`: stores a lead once, however often the request arrives. */
export const submitForm = factory.createHandlers(body(submission, { form: true }), async c => {
  const sent = c.req.valid('json');
  const { now, signer } = c.var.services;
  const { key, error } = readIdempotencyKey(c);
  if (error) return invalidFields(c, [error], sent);
  const form = c.req.param('form')!;
  const values = {
    name: sent.name.trim(),
    phone: normalizePhone(sent.phone)!,
    email: sent.email.trim(),
    company: sent.company.trim(),
  };
  const repeatable = key && {
    key: signer.idempotencyKey('lead', key),
    fingerprint: signer.fingerprint([form, values, sent.policy_version, sent.locale]),
  };
  const repeated = repeatable && (await answerRepeated(c, repeatable));
  if (repeated) return repeated;

  const policies = await listPolicies(c.var.services.db);
  const current = currentPolicy(policies, now());
  if (!current || current.version !== sent.policy_version) {
    const code = isPast(policies, sent.policy_version, now()) ? 'outdated' : 'invalid';
    return invalidFields(c, [{ field: 'policy_version', code }], sent);
  }
  const locale = chooseLocale(c, sent.locale);
  const { version: policy_version, sha256: policy_sha256 } = { ...current, ...documentIn(current, locale) };
  return storeLead(c, { form, values, policy_version, policy_sha256, locale }, repeatable || undefined);
});

async function storeLead(c: Context<App>, lead: Submission, repeatable: Repeatable | undefined) {
  const { services, request_id } = c.var;
  try {
    const actor = { id: 'visitor', role: 'visitor', request_id };
    return c.json(await createLead(services, lead, repeatable, actor, services.now()), 201, no_store);
  } catch (error) {
    const lostRace = repeatable && error instanceof Conflict && error.table === 'idempotency_keys';
    const answer = lostRace && (await answerRepeated(c, repeatable));
    if (answer) return answer;
    throw error;
  }
}

async function answerRepeated(c: Context<App>, repeatable: Repeatable) {
  const first = await findRepeatedLead(c.var.services, repeatable, c.var.services.now());
  if (!first) return undefined;
  return first.same ? c.json(first.receipt, 201, no_store) : problem(c, 'idempotency-key-reused');
}

const no_store = { 'Cache-Control': 'no-store' };

function isPast(policies: { version: string; effective_at: string }[], version: string, now: Date): boolean {
  return policies.some(policy => policy.version === version && policy.effective_at <= now.toISOString());
}

function field(name: LeadField) {
  return z.string().superRefine((typed, context) => {
    const code = checkField(name, typed);
    if (code) context.addIssue({ code: 'custom', params: { code } });
  });
}
