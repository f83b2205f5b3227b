import type { Context } from 'hono';
import * as z from 'zod/mini';
import { Conflict, isUnavailable } from '../../db/database.ts';
import { createLead, findRepeatedLead, type Receipt, type Submission, type Terms } from '../../db/leads/create.ts';
import type { Repeatable } from '../../db/once.ts';
import { currentPolicy, documentIn, listPolicies } from '../../db/policies.ts';
import { type App, factory } from '../context.ts';
import { checkBot, type Failure } from '../guards/bot-check.ts';
import { isAllowedOrigin } from '../guards/origins.ts';
import { describeQuota, useLimit } from '../guards/rate-limit.ts';
import { chooseLocale } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { page_texts } from '../http/page-texts.ts';
import { problem } from '../http/problem.ts';
import type { FieldError } from '../http/slugs.ts';
import { body, field, invalidFields, readIdempotencyKey } from '../http/validate.ts';
import { type Form, findForm } from '../shared/fields.ts';
import { locales } from '../shared/locales.ts';
import { normalizePhone } from '../shared/phone.ts';
import { answerForm, answerReceipt, answerThanks, showReceipt } from './page.ts';

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

/** `GET /forms/{form}`: the form as a page that needs no script. */
export const showForm = factory.createHandlers(c => {
  const return_to = readReturn(c, c.req.query('return_to'));
  return answerForm(c, formOf(c), { return_to });
});

/** `GET /forms/{form}/thanks`: where a browser without script lands, with its receipt code once. */
export const showThanks = factory.createHandlers(c => showReceipt(c, formOf(c)));

/**
 * `POST /forms/{form}`: stores a lead once, however often the request arrives.
 *
 * What a person can mend is told first and costs nothing; a repeat gets its answer whatever has run out since; the address's
 * limit stands before all that costs work; and the proof is spent with the lead, so that nothing that fails spends it.
 */
export const submitForm = factory.createHandlers(body(submission, { form: true, refuse: refuseFields }), c => {
  const sent = c.req.valid('json');
  return acceptForm(c, sent).catch(error => refuseForNow(c, sent, error));
});

async function acceptForm(c: Context<App>, sent: Sent): Promise<Response> {
  const { now, signer, settings, db } = c.var.services;
  const { key, error } = readIdempotencyKey(c);
  if (error) return refuseFields(c, [error], sent);
  const return_to = readReturn(c, sent.return_to);
  if (sent.return_to && !return_to) return refuseFields(c, [{ field: 'return_to', code: 'not_allowed' }], sent);
  const form = formOf(c);
  const values = {
    name: sent.name.trim(),
    phone: normalizePhone(sent.phone)!,
    email: sent.email.trim(),
    company: sent.company.trim(),
  };
  const takePrint = () => signer.fingerprint([form, values, sent.policy_version, sent.locale]);
  const repeatable = key ? { key: signer.idempotencyKey('lead', key), fingerprint: takePrint() } : undefined;
  const repeated = repeatable && (await answerRepeated(c, sent, repeatable));
  if (repeated) return repeated;

  const limited = await useLimit(c, 'form', `forms ${form}`);
  if (limited) return refuseFlood(c, sent, limited);
  const proof = settings.bot_check ? checkBot(signer, form, sent, now()) : undefined;
  if (typeof proof === 'string') return refuseBot(c, sent, proof);
  const policies = await listPolicies(db);
  const current = currentPolicy(policies, now());
  if (!current || current.version !== sent.policy_version) {
    const code = isPast(policies, sent.policy_version, now()) ? 'outdated' : 'invalid';
    return refuseFields(c, [{ field: 'policy_version', code }], sent);
  }
  const locale = chooseLocale(c, sent.locale);
  const shown = documentIn(current, locale);
  const quota = settings.form_quota_per_minute;
  return storeLead(
    c,
    sent,
    { form, values, policy_version: current.version, policy_sha256: shown.sha256, locale: shown.locale },
    { repeatable, proof, quota },
    takePrint,
  );
}

/** A page has no key of its own: its proof stands for one, so that a button pressed twice still gets to its receipt. */
async function storeLead(c: Context<App>, sent: Sent, lead: Submission, terms: Terms, takePrint: () => string) {
  const { services, request_id } = c.var;
  const { proof } = terms;
  const ofPage =
    !terms.repeatable && proof && prefersHtml(c)
      ? { key: services.signer.idempotencyKey('lead', `proof\u0000${proof.proof}`), fingerprint: takePrint() }
      : undefined;
  try {
    const actor = { id: 'visitor', role: 'visitor', request_id };
    const repeatable = terms.repeatable ?? ofPage;
    await services.endOfTurn?.();
    return answerStored(c, sent, await createLead(services, lead, { ...terms, repeatable }, actor, services.now()));
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    if (error.table === 'quotas')
      return refuseFlood(c, sent, describeQuota(services.settings.form_quota_per_minute, services.now()));
    if (error.table !== 'once') throw error;
    if (ofPage) return answerSpentPage(c, sent, ofPage);
    const answer = terms.repeatable && (await answerRepeated(c, sent, terms.repeatable));
    return answer ?? refuseBot(c, sent, 'spent');
  }
}

async function answerRepeated(c: Context<App>, sent: Sent, repeatable: Repeatable) {
  const first = await findRepeatedLead(c.var.services, repeatable, c.var.services.now());
  if (!first) return undefined;
  if (first === 'erased') return problem(c, 'gone');
  return first.same ? answerStored(c, sent, first.receipt) : problem(c, 'idempotency-key-reused');
}

async function answerSpentPage(c: Context<App>, sent: Sent, ofPage: Repeatable) {
  const first = await findRepeatedLead(c.var.services, ofPage, c.var.services.now());
  if (first === 'erased') return problem(c, 'gone');
  if (!first?.same) return refuseBot(c, sent, 'spent');
  return answerReceipt(c, chooseLocale(c, sent.locale), first.receipt.receipt_code, 403);
}

function answerStored(c: Context<App>, sent: Sent, receipt: Receipt) {
  if (!prefersHtml(c)) return c.json(receipt, 201, { 'Cache-Control': 'no-store' });
  const locale = chooseLocale(c, sent.locale);
  return answerThanks(c, formOf(c), receipt.receipt_code, locale, readReturn(c, sent.return_to));
}

function refuseFields(c: Context<App>, errors: FieldError[], sent: unknown) {
  if (!prefersHtml(c)) return invalidFields(c, errors, sent);
  const { return_to, ...rest } = Object(sent) as Record<string, unknown>;
  return answerForm(c, formOf(c), { ...rest, return_to: readReturn(c, return_to) }, { status: 422, errors });
}

function refuseBot(c: Context<App>, sent: Sent, failure: Failure) {
  const locale = chooseLocale(c, sent.locale);
  if (!prefersHtml(c)) return problem(c, 'bot-check-failed', { locale });
  const notice = page_texts[locale].form.failures[failure];
  return answerForm(c, formOf(c), sent, { status: 403, notice, stale: failure !== 'early' });
}

function refuseFlood(c: Context<App>, sent: Sent, headers: Record<string, string>) {
  const locale = chooseLocale(c, sent.locale);
  if (!prefersHtml(c)) return problem(c, 'too-many-requests', { locale, headers });
  const notice = page_texts[locale].slower(Number(headers['Retry-After']));
  return answerForm(c, formOf(c), sent, { status: 429, notice, headers });
}

/** A page without a script keeps what was typed while the database is away, as the widget does. */
function refuseForNow(c: Context<App>, sent: Sent, error: Error) {
  if (!isUnavailable(error) || !prefersHtml(c)) throw error;
  const { services, request_id } = c.var;
  services.log('error', 'unavailable', { request_id });
  const notice = page_texts[chooseLocale(c, sent.locale)].form.unavailable;
  return answerForm(c, formOf(c), sent, { status: 503, notice, headers: { 'Retry-After': '5' } });
}

/** Where a visitor may be sent afterwards: an address of the product or of a website that may embed it. */
function readReturn(c: Context<App>, address: unknown): string | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
  const { origin, username, password, href } = new URL(address);
  return isAllowedOrigin(c.var.services, origin) && !username && !password ? href : undefined;
}

function formOf(c: Context<App>): Form {
  return findForm(c.req.param('form'))!;
}

function isPast(policies: { version: string; effective_at: string }[], version: string, now: Date): boolean {
  return policies.some(policy => policy.version === version && policy.effective_at <= now.toISOString());
}
