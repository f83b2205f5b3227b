import type { Context } from 'hono';
import type { Receipt } from '../../db/leads/create.ts';
import type { App } from '../context.ts';
import { answerRefused, describeRefused } from '../guards/refused.ts';
import type { Outcome } from '../guards/submission.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { problem } from '../http/problems/problem.ts';
import type { Form } from '../shared/fields.ts';
import { answerForm, answerReceipt, answerThanks, type Sent } from './page.ts';
import { form_texts } from './texts.ts';

type Reply = (c: Context<App>, form: Form, outcome: Outcome<Receipt>) => Response | Promise<Response>;

/** Chooses how a submission is answered, once for the request: as a page if the client prefers HTML, else as JSON. */
export function chooseReply(c: Context<App>): Reply {
  return prefersHtml(c) ? replyWithPage : replyWithJson;
}

const replyWithJson: Reply = (c, _form, outcome): Response => {
  switch (outcome.is) {
    case 'stored':
      return c.json(outcome.receipt, 201, { 'Cache-Control': 'no-store' });
    case 'repeated':
      return problem(c, 'bot-check-failed');
    default:
      return answerRefused(c, outcome);
  }
};

/** Answers with a page that shows again what was typed, and says what to do. */
const replyWithPage: Reply = (c, form, outcome): Response | Promise<Response> => {
  const typed: Sent = Object(c.var.sent);
  switch (outcome.is) {
    case 'stored':
      return answerThanks(c, form, outcome.receipt.receipt_code, typed.return_to);
    case 'repeated':
      return answerReceipt(c, outcome.receipt.receipt_code, 403);
    default:
      return answerForm(c, form, typed, describeRefused(c, outcome, form_texts[localeOf(c)]));
  }
};
