import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import * as z from 'zod/mini';
import { withdrawLead } from '../../db/leads/withdraw.ts';
import { type App, factory } from '../context.ts';
import { useLimit } from '../guards/rate-limit.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { type Content, renderError, renderNotice, renderSummary, showPage, unaided } from '../http/page.ts';
import { page_texts } from '../http/page-texts.ts';
import { readOutage } from '../http/problems/failure.ts';
import { problem, problem_headers } from '../http/problems/problem.ts';
import type { FieldError } from '../http/problems/slugs.ts';
import { writeInstant } from '../http/times.ts';
import { body, invalidFields } from '../http/validate.ts';
import { withdrawal_texts } from './withdraw-texts.ts';

export const withdrawal = z.strictObject({
  receipt_code: z.string().check(z.refine(code => code.trim(), { params: { code: 'required' } })),
  locale: z.optional(z.unknown()),
});

/** Every outcome of a withdrawal. */
type Outcome =
  | { is: 'withdrawn'; at: Date; erased: boolean }
  /**
   * No lead has this code, or it was withdrawn before. Both are one outcome, so that nobody learns which codes
   * there have been.
   */
  | { is: 'unknown' }
  | { is: 'fields'; errors: FieldError[] }
  | { is: 'flood'; headers: Record<string, string> }
  /** The database cannot be used just now. */
  | { is: 'away' };

/** `GET /withdrawals` returns the page on which the holder of a receipt code withdraws, without a script. */
export const showWithdrawal = factory.createHandlers(c => answerPage(c, {}));

/** `POST /withdrawals` withdraws the consent and erases the lead, at once or when its last hold ends. */
export const submitWithdrawal = factory.createHandlers(
  body(withdrawal, { form: true, refuse: (c, errors) => reply(c, { is: 'fields', errors }) }),
  async c => {
    const { receipt_code } = c.req.valid('json');
    return reply(c, await withdraw(c, receipt_code).catch(error => readOutage(c, error)));
  },
);

/** Withdraws by a receipt code. It is limited like the forms, because codes could be guessed. */
async function withdraw(c: Context<App>, receipt_code: string): Promise<Outcome> {
  const { services, request_id } = c.var;
  const limited = await useLimit(c, 'form', 'withdrawals');
  if (limited) return { is: 'flood', headers: limited };
  const at = services.now();
  const actor = { id: 'visitor', role: 'visitor', request_id };
  const outcome = await withdrawLead(services.db, receipt_code, actor, at);
  return outcome ? { is: 'withdrawn', at, erased: outcome === 'erased' } : { is: 'unknown' };
}

function reply(c: Context<App>, outcome: Outcome): Response | Promise<Response> {
  return prefersHtml(c) ? replyWithPage(c, Object(c.var.sent), outcome) : replyWithJson(c, outcome);
}

function replyWithJson(c: Context<App>, outcome: Outcome): Response {
  switch (outcome.is) {
    case 'withdrawn': {
      const { at, erased } = outcome;
      return c.json({ withdrawn_at: at.toISOString(), erased }, 200, { 'Cache-Control': 'no-store' });
    }
    case 'unknown':
      return problem(c, 'not-found', { because: 'receipt_code' });
    case 'fields':
      return invalidFields(c, outcome.errors);
    case 'flood':
      return problem(c, 'too-many-requests', { headers: outcome.headers });
    case 'away':
      return problem(c, 'unavailable');
  }
}

function replyWithPage(c: Context<App>, sent: Sent, outcome: Outcome): Promise<Response> {
  const locale = localeOf(c);
  switch (outcome.is) {
    case 'withdrawn':
      return answerDone(c, outcome.at, outcome.erased);
    case 'unknown': {
      const [title, ...lines] = withdrawal_texts[locale].wrong;
      const top = renderNotice(html`<h2>${title}</h2>${lines.map(line => html`<p>${line}</p>`)}`);
      return answerPage(c, sent, { status: 404, top });
    }
    case 'fields': {
      const { errors } = outcome;
      return answerPage(c, sent, { status: 422, top: renderSummary(locale, errors, ['receipt_code']), errors });
    }
    case 'flood': {
      const { headers } = outcome;
      const top = renderNotice(page_texts[locale].slower(Number(headers['Retry-After'])));
      return answerPage(c, sent, { status: 429, top, headers });
    }
    case 'away': {
      const top = renderNotice(withdrawal_texts[locale].unavailable);
      return answerPage(c, sent, { status: 503, top, headers: problem_headers.unavailable });
    }
  }
}

interface Sent {
  receipt_code?: unknown;
}

interface PageAnswer {
  status?: ContentfulStatusCode;
  top?: Content;
  errors?: FieldError[];
  headers?: Record<string, string> | undefined;
}

function answerPage(c: Context<App>, sent: Sent, { status = 200, top, errors = [], headers }: PageAnswer = {}) {
  const locale = localeOf(c);
  const texts = withdrawal_texts[locale];
  const typed = typeof sent.receipt_code === 'string' ? sent.receipt_code : '';
  const { line, attributes } = renderError(locale, 'receipt_code', errors, 'receipt_code-hint');
  return showPage(
    c,
    { title: texts.title, isPublic: true, status, headers },
    html`<h1>${texts.title}</h1>
<p>${texts.intro}</p>
${top ?? ''}
<form class="card" method="post" action="/withdrawals" novalidate>
<div>
<label for="receipt_code">${texts.label}</label>
<span class="hint" id="receipt_code-hint">${texts.hint}</span>
<input class="code" id="receipt_code" name="receipt_code" type="text" autocomplete="off" ${unaided} value="${typed}" required${attributes}>
${line}
</div>
<input type="hidden" name="locale" value="${locale}">
<button type="submit">${texts.submit}</button>
</form>
<p class="note ways"><a href="/requests?lang=${locale}&amp;type=withdrawal">${texts.other}</a></p>`,
  );
}

function answerDone(c: Context<App>, at: Date, erased: boolean) {
  const locale = localeOf(c);
  const { done, held } = withdrawal_texts[locale];
  const texts = erased ? done : { ...done, ...held };
  const { time_zone } = c.var.services.settings;
  return showPage(
    c,
    { title: texts.title },
    html`<section class="card" role="status"><h1>${texts.title}</h1>
<p>${texts.body}</p>
<p class="hint">${texts.at} <time datetime="${at.toISOString()}">${writeInstant(locale, time_zone, at)}</time></p>
<p class="hint">${texts.again}</p></section>`,
  );
}
