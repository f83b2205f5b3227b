import type { Context } from 'hono';
import * as z from 'zod/mini';
import { createLead, findRepeatedLead, type Receipt, type Terms } from '../../db/leads/create.ts';
import { findFirstUse } from '../../db/once/repeat.ts';
import { currentPolicy } from '../../db/policies/force.ts';
import { documentIn, type Policy } from '../../db/policies/policy.ts';
import { listPolicies } from '../../db/policies/read.ts';
import type { LeadValues } from '../../db/vault/vault.ts';
import { type App, factory } from '../context.ts';
import { readReturn } from '../guards/origins.ts';
import { acceptOnce, type Outcome } from '../guards/submission.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { localeOf } from '../http/language.ts';
import { readOutage } from '../http/problems/failure.ts';
import { problem } from '../http/problems/problem.ts';
import type { FieldError } from '../http/problems/slugs.ts';
import { body, field } from '../http/validate.ts';
import { type Form, findForm } from '../shared/fields.ts';
import { locales } from '../shared/locales.ts';
import { answerForm, showReceipt } from './page.ts';
import { chooseReply } from './replies.ts';

export const submission = z.strictObject({
  name: field('name'),
  phone: field('phone'),
  email: field('email'),
  company: field('company'),
  policy_version: z.string().check(z.refine(Boolean, { params: { code: 'required' } })),
  locale: z.optional(z.enum(locales)),
  return_to: z.optional(z.string()),
  challenge: z.optional(z.unknown()),
  form_token: z.optional(z.unknown()),
  website: z.optional(z.unknown()),
});
type Sent = z.output<typeof submission>;

/** Answers 404 for a form that does not exist, before anything is read. */
export const requireForm = factory.createMiddleware(async (c, next) => {
  if (!findForm(c.req.param('form'))) return problem(c, 'unknown-form');
  await next();
});

/** `GET /forms/{form}` returns the form as a page that needs no script. */
export const showForm = factory.createHandlers(c => answerForm(c, formOf(c), { return_to: c.req.query('return_to') }));

/** `GET /forms/{form}/thanks` returns the page on which a browser without script lands, with its receipt code once. */
export const showThanks = factory.createHandlers(c => showReceipt(c, formOf(c)));

/** `POST /forms/{form}` stores a lead once, however often the request arrives. */
export const submitForm = factory.createHandlers(
  body(submission, {
    form: true,
    refuse: async (c, errors, slug) => {
      const is = (await isGone(c)) ? 'gone' : slug === 'payload-too-large' ? 'large' : 'fields';
      return chooseReply(c)(c, formOf(c), { is, errors });
    },
    unread: async c => ((await isGone(c)) ? chooseReply(c)(c, formOf(c), { is: 'gone' }) : undefined),
  }),
  c => {
    const form = formOf(c);
    const reply = chooseReply(c);
    return acceptForm(c, form, c.req.valid('json'))
      .then(outcome => reply(c, form, outcome))
      .catch(error => reply(c, form, readOutage(c, error)));
  },
);

/** Returns whether the lead of the request's key is erased. That is answered first, whatever is sent with the key. */
async function isGone(c: Context<App>): Promise<boolean> {
  const { db, signer, now } = c.get('services');
  const { key } = readIdempotencyKey(c);
  const first = key && findFirstUse(db, signer.idempotencyKeys('lead', key), now());
  return (await Promise.resolve(first).catch(() => undefined)) === 'erased';
}

function formOf(c: Context<App>): Form {
  return findForm(c.req.param('form'))!;
}

/** Finds the outcome of a submission. Errors that a person can correct come first and cost nothing. */
async function acceptForm(c: Context<App>, form: Form, sent: Sent): Promise<Outcome<Receipt>> {
  const services = c.get('services');
  const { name, phone, email, company, policy_version, locale, return_to } = sent;
  if (return_to && !readIdempotencyKey(c).error && !readReturn(services, return_to))
    return (await isGone(c)) ? { is: 'gone' } : { is: 'fields', errors: [{ field: 'return_to', code: 'not_allowed' }] };
  const values = { name, phone, email, company };
  return acceptOnce(c, {
    to: form,
    scope: 'lead',
    content: [form, values, policy_version, locale],
    sent,
    findFirst: repeatable => findRepeatedLead(services, repeatable, services.now()),
    prepare: () => prepareLead(c, form, values, policy_version),
  });
}

/** Returns what stores the lead under the policy that was agreed to, or the error that it is not the current one. */
async function prepareLead(
  c: Context<App>,
  form: Form,
  values: LeadValues,
  policy_version: string,
): Promise<FieldError[] | ((terms: Terms) => Promise<Receipt>)> {
  const services = c.get('services');
  const { db, now } = services;
  const policies = await listPolicies(db);
  const current = currentPolicy(policies, now());
  if (current?.version !== policy_version)
    return [{ field: 'policy_version', code: isPast(policies, policy_version, now()) ? 'outdated' : 'invalid' }];
  const { sha256, locale } = documentIn(current, localeOf(c));
  const lead = { form, values, policy_version: current.version, policy_sha256: sha256, locale };
  const actor = { id: 'visitor', role: 'visitor', request_id: c.get('request_id') };
  return terms => createLead(services, lead, terms, actor, now());
}

function isPast(policies: Policy[], version: string, now: Date): boolean {
  return policies.some(policy => policy.version === version && policy.effective_at <= now.toISOString());
}
