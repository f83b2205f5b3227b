import type { Context } from 'hono';
import type { Receipt } from '../../db/leads/create.ts';
import type { App } from '../context.ts';
import type { Failure } from '../guards/bot-check.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { page_texts } from '../http/page-texts.ts';
import { problem, problem_headers } from '../http/problem.ts';
import { problem_texts } from '../http/problem-texts.ts';
import type { FieldError } from '../http/slugs.ts';
import { invalidFields } from '../http/validate.ts';
import type { Form } from '../shared/fields.ts';
import { answerForm, answerReceipt, answerThanks, type Sent } from './page.ts';
import { form_texts } from './texts.ts';

/** Every outcome of a submission. */
export type Outcome =
  /** The lead is stored, by this request or by the first one with the same key. */
  | { is: 'stored'; receipt: Receipt }
  /** The same page was sent before, with the same content. */
  | { is: 'repeated'; receipt: Receipt }
  /** The key was sent before, with other content. */
  | { is: 'reused' }
  /** The lead that was stored under the key is erased. */
  | { is: 'gone' }
  | { is: 'fields'; errors: FieldError[] }
  /** The form is too large, yet was read to be shown again. */
  | { is: 'large'; errors: FieldError[] }
  | { is: 'flood'; headers: Record<string, string> }
  | { is: 'bot'; failure: Failure }
  /** The database cannot be used just now. */
  | { is: 'away' };

type Reply = (c: Context<App>, form: Form, sent: unknown, outcome: Outcome) => Response | Promise<Response>;

/** Chooses how a submission is answered, once for the request: as a page if the client prefers HTML, else as JSON. */
export function chooseReply(c: Context<App>): Reply {
  return prefersHtml(c) ? replyWithPage : replyWithJson;
}

const replyWithJson: Reply = (c, _form, _sent, outcome): Response => {
  switch (outcome.is) {
    case 'stored':
      return c.json(outcome.receipt, 201, { 'Cache-Control': 'no-store' });
    case 'fields':
      return invalidFields(c, outcome.errors);
    case 'large':
      return problem(c, 'payload-too-large');
    case 'reused':
      return problem(c, 'idempotency-key-reused');
    case 'gone':
      return problem(c, 'gone');
    case 'flood':
      return problem(c, 'too-many-requests', { headers: outcome.headers });
    case 'bot':
    case 'repeated':
      return problem(c, 'bot-check-failed');
    case 'away':
      return problem(c, 'unavailable');
  }
};

/** Answers with a page that shows again what was typed, and says what to do. */
const replyWithPage: Reply = (c, form, sent, outcome): Response | Promise<Response> => {
  const typed: Sent = Object(sent);
  const locale = localeOf(c);
  const { failures, unavailable, tooLong } = form_texts[locale];
  const problems = problem_texts[locale];
  switch (outcome.is) {
    case 'stored':
      return answerThanks(c, form, outcome.receipt.receipt_code, typed.return_to);
    case 'repeated':
      return answerReceipt(c, outcome.receipt.receipt_code, 403);
    case 'fields':
      return answerForm(c, form, typed, { status: 422, errors: outcome.errors });
    case 'large':
      return answerForm(c, form, typed, { status: 413, errors: outcome.errors, notice: tooLong });
    case 'reused':
      return answerForm(c, form, typed, { status: 422, notice: problems['idempotency-key-reused'].detail });
    case 'gone':
      return answerForm(c, form, typed, { status: 410, notice: problems.gone.detail });
    case 'flood': {
      const notice = page_texts[locale].slower(Number(outcome.headers['Retry-After']));
      return answerForm(c, form, typed, { status: 429, notice, headers: outcome.headers });
    }
    case 'bot':
      return answerForm(c, form, typed, {
        status: 403,
        notice: failures[outcome.failure],
        stale: outcome.failure !== 'early',
      });
    case 'away':
      return answerForm(c, form, typed, {
        status: 503,
        notice: unavailable,
        away: true,
        headers: problem_headers.unavailable,
      });
  }
};
