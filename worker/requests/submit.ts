import type { Context } from 'hono';
import * as z from 'zod/mini';
import {
  createRequest,
  findRepeatedRequest,
  type RequestReceipt,
  type Verification,
} from '../../db/requests/create.ts';
import { request_types, worded_types } from '../../db/requests/request.ts';
import { readReceiptCode } from '../../db/vault/signer.ts';
import { type App, factory } from '../context.ts';
import { canMail } from '../egress/mail.ts';
import { form_texts } from '../forms/texts.ts';
import { answerRefused, describeRefused } from '../guards/refused.ts';
import { acceptOnce, type Outcome } from '../guards/submission.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { readOutage } from '../http/problems/failure.ts';
import { problem } from '../http/problems/problem.ts';
import { body, spareField, spareText } from '../http/validate.ts';
import { locales } from '../shared/locales.ts';
import { checkDetails, tidyDetails } from './details.ts';
import { answerForm } from './form-page.ts';
import { request_texts } from './texts.ts';

export const newRequest = z.strictObject({
  type: z.enum(request_types),
  email: spareField('email'),
  phone: spareField('phone'),
  name: spareField('name'),
  details: spareText(checkDetails, tidyDetails),
  receipt_code: spareText(
    typed => (typed.length > longest_code ? 'too_long' : undefined),
    typed => typed.trim(),
  ),
  locale: z.optional(z.enum(locales)),
  challenge: z.optional(z.unknown()),
  form_token: z.optional(z.unknown()),
  website: z.optional(z.unknown()),
});
type Sent = z.output<typeof newRequest>;

/** Characters of a receipt code as it is typed, with all that may stand around it. */
const longest_code = 200;

/**
 * `GET /requests` returns the page on which a person asks, without a script. The address may name the type, and the
 * reference of the request that a complaint is about.
 */
export const showForm = factory.createHandlers(c => {
  const reference = readReceiptCode(c.req.query('about') ?? '');
  const details = reference && request_texts[localeOf(c)].about(reference);
  return answerForm(c, { type: c.req.query('type'), details });
});

/** `POST /requests` stores a request once, however often it arrives. It answers alike whomever the database knows. */
export const submitRequest = factory.createHandlers(
  body(newRequest, {
    form: true,
    refuse: (c, errors, slug) => reply(c, { is: slug === 'payload-too-large' ? 'large' : 'fields', errors }),
  }),
  async c => reply(c, await accept(c, c.req.valid('json')).catch(error => readOutage(c, error))),
);

async function accept(c: Context<App>, sent: Sent): Promise<Outcome<RequestReceipt>> {
  const { services, request_id } = c.var;
  const { type, email, phone, name, details, receipt_code } = sent;
  if (!email && !phone && !receipt_code) return { is: 'fields', errors: [{ field: 'email', code: 'required' }] };
  const texts = { email, phone, name, details };
  const request = {
    ...{ type, texts, receipt_code, locale: localeOf(c) },
    channel: 'web' as const,
    verification: chooseVerification(c, sent),
  };
  const actor = { id: 'visitor', role: 'visitor', request_id };
  return acceptOnce(c, {
    to: 'requests',
    scope: 'request',
    content: ['requests', type, texts, receipt_code, sent.locale],
    sent,
    findFirst: repeatable => findRepeatedRequest(services, repeatable, services.now()),
    prepare: async () => terms => createRequest(services, request, terms, actor, services.now()),
  });
}

/** Says how a person verifies: by what was sent and set up, never by what is held. */
function chooseVerification({ var: { services } }: Context<App>, { type, email, receipt_code }: Sent): Verification {
  if (receipt_code) return 'receipt';
  return email && canMail(services) && !worded_types.includes(type) ? 'code' : 'by_staff';
}

/** Answers. A page that was sent twice leads to the same place again. */
function reply(c: Context<App>, outcome: Outcome<RequestReceipt>): Response | Promise<Response> {
  const isStored = outcome.is === 'stored' || outcome.is === 'repeated';
  if (prefersHtml(c))
    return isStored
      ? answerStored(c, outcome.receipt)
      : answerForm(c, Object(c.var.sent), describeRefused(c, outcome, form_texts[localeOf(c)]));
  if (!isStored) return answerRefused(c, outcome);
  if (outcome.is === 'repeated') return problem(c, 'bot-check-failed');
  const { id: _, ...receipt } = outcome.receipt;
  return c.json(receipt, 202, { 'Cache-Control': 'no-store' });
}

function answerStored(c: Context<App>, { reference }: RequestReceipt) {
  c.header('Cache-Control', 'no-store');
  return c.redirect(`/requests/${reference}?lang=${localeOf(c)}`, 303);
}
