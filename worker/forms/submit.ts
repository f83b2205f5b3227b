import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { Conflict } from '../../db/database.ts';
import { createLead, findRepeatedLead } from '../../db/leads/create.ts';
import { findFirstUse, pairKeys, type Repeatable } from '../../db/once.ts';
import { currentPolicy, documentIn, listPolicies, type Policy } from '../../db/policies.ts';
import type { LeadValues } from '../../db/vault/vault.ts';
import { type App, factory, type Services } from '../context.ts';
import { checkBot, readMark } from '../guards/bot-check.ts';
import { readReturn } from '../guards/origins.ts';
import { describeQuota, useLimit } from '../guards/rate-limit.ts';
import { readOutage } from '../http/failure.ts';
import { readIdempotencyKey, workOnce } from '../http/idempotency-key.ts';
import { localeOf } from '../http/language.ts';
import { problem } from '../http/problem.ts';
import { body, field } from '../http/validate.ts';
import { type Form, findForm } from '../shared/fields.ts';
import { locales } from '../shared/locales.ts';
import { answerForm, showReceipt } from './page.ts';
import { chooseReply, type Outcome } from './replies.ts';

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
    refuse: async (c, errors, sent, slug) => {
      const is = (await isGone(c)) ? 'gone' : slug === 'payload-too-large' ? 'large' : 'fields';
      return chooseReply(c)(c, formOf(c), sent, { is, errors });
    },
    unread: async c => ((await isGone(c)) ? chooseReply(c)(c, formOf(c), undefined, { is: 'gone' }) : undefined),
  }),
  c => {
    const sent = c.req.valid('json');
    const form = formOf(c);
    const reply = chooseReply(c);
    return acceptForm(c, form, sent)
      .then(outcome => reply(c, form, sent, outcome))
      .catch(error => reply(c, form, sent, readOutage(c, error)));
  },
);

/** Returns whether the lead of the request's key is erased. That is answered first, whatever is sent with the key. */
async function isGone(c: Context<App>): Promise<boolean> {
  const { db, signer, now } = c.var.services;
  const { key } = readIdempotencyKey(c);
  const first = key && findFirstUse(db, signer.idempotencyKeys('lead', key), now());
  return (await Promise.resolve(first).catch(() => undefined)) === 'erased';
}

function formOf(c: Context<App>): Form {
  return findForm(c.req.param('form'))!;
}

/**
 * Finds the outcome of a submission.
 *
 * The order of the checks matters. Errors that a person can correct come first and cost nothing. A repeat gets its
 * answer whatever has run out since. The limit of the address comes before all that costs work. The proof is spent in
 * the unit that stores the lead, so that nothing that fails spends it.
 */
async function acceptForm(c: Context<App>, form: Form, sent: Sent): Promise<Outcome> {
  const { services } = c.var;
  const { key, error } = readIdempotencyKey(c);
  if (error) return { is: 'fields', errors: [error] };
  if (sent.return_to && !readReturn(services, sent.return_to))
    return (await isGone(c)) ? { is: 'gone' } : { is: 'fields', errors: [{ field: 'return_to', code: 'not_allowed' }] };
  const { name, phone, email, company } = sent;
  const values = { name, phone, email, company };
  const repeatable = describeRepeat(services, form, values, sent, key);
  return workOnce(
    () => findFirst(services, repeatable, key),
    () => storeLead(c, form, values, sent, repeatable),
    conflict => readConflict(services, conflict),
  );
}

/**
 * Returns the key by which a repeat is known: the one that was sent, or the mark of a page's token. Because a page
 * sends no key and its button can be pressed twice, its token stands for one.
 */
function describeRepeat(
  { signer, settings }: Services,
  form: Form,
  values: LeadValues,
  { form_token, challenge, policy_version, locale }: Sent,
  key: string | undefined,
): Repeatable | undefined {
  const mark = settings.bot_check && !challenge ? readMark(form_token) : undefined;
  if (key === undefined && !mark) return undefined;
  const fingerprints = signer.fingerprints([form, values, policy_version, locale]);
  return pairKeys(
    key === undefined ? fingerprints.map(() => mark!) : signer.idempotencyKeys('lead', key),
    fingerprints,
  );
}

/**
 * Finds the outcome of the first request with the same key, or from the same page. For a page with other content it
 * finds none: its token is then refused as spent.
 */
async function findFirst(
  services: Services,
  repeatable: Repeatable | undefined,
  key: string | undefined,
): Promise<Outcome | undefined> {
  const first = repeatable && (await findRepeatedLead(services, repeatable, services.now()));
  if (!first) return undefined;
  if (key === undefined)
    return first !== 'erased' && first.same ? { is: 'repeated', receipt: first.receipt } : undefined;
  if (first === 'erased') return { is: 'gone' };
  const { same, receipt } = first;
  return same ? { is: 'stored', receipt } : { is: 'reused' };
}

async function storeLead(
  c: Context<App>,
  form: Form,
  values: LeadValues,
  sent: Sent,
  repeatable: Repeatable | undefined,
): Promise<Outcome> {
  const { services, request_id } = c.var;
  const { db, signer, settings, now } = services;
  const limited = await useLimit(c, 'form', `forms ${form}`);
  if (limited) return { is: 'flood', headers: limited };
  const proof = settings.bot_check ? checkBot(signer, form, sent, now()) : undefined;
  if (typeof proof === 'string') return { is: 'bot', failure: proof };
  const policies = await listPolicies(db);
  const current = currentPolicy(policies, now());
  if (current?.version !== sent.policy_version) {
    const code = isPast(policies, sent.policy_version, now()) ? 'outdated' : 'invalid';
    return { is: 'fields', errors: [{ field: 'policy_version', code }] };
  }
  const { sha256, locale } = documentIn(current, localeOf(c));
  const lead = { form, values, policy_version: current.version, policy_sha256: sha256, locale };
  // A page's token that is claimed as the key is spent by that.
  const isClaimed = proof?.proof === repeatable?.[0]?.key;
  const terms = { repeatable, proof: isClaimed ? undefined : proof, quota: settings.form_quota_per_minute };
  const actor = { id: 'visitor', role: 'visitor', request_id };
  return { is: 'stored', receipt: await createLead(services, lead, terms, actor, now()) };
}

function isPast(policies: Policy[], version: string, now: Date): boolean {
  return policies.some(policy => policy.version === version && policy.effective_at <= now.toISOString());
}

/**
 * Returns the outcome that a refusal by the database means when the lead is no repeat: the form's quota is full, or the
 * proof was spent for another lead.
 */
function readConflict({ settings, now }: Services, conflict: Conflict): Outcome {
  switch (conflict.table) {
    case 'quotas':
      return { is: 'flood', headers: describeQuota('form-quota', settings.form_quota_per_minute, now()) };
    case 'once':
      return { is: 'bot', failure: 'spent' };
    default:
      throw conflict;
  }
}
