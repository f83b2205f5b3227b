import type { Context } from 'hono';
import { html } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import * as z from 'zod/mini';
import { withdrawLead } from '../../db/leads/erase.ts';
import { type App, factory } from '../context.ts';
import { useLimit } from '../guards/rate-limit.ts';
import { chooseLocale } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { type Content, renderError, renderNotice, renderSummary, showPage } from '../http/page.ts';
import { page_texts } from '../http/page-texts.ts';
import { problem } from '../http/problem.ts';
import type { FieldError } from '../http/slugs.ts';
import { body, invalidFields } from '../http/validate.ts';
import { date_tags } from '../shared/locales.ts';

export const withdrawal = z.strictObject({
  receipt_code: z.string().check(z.refine(code => code.trim(), { params: { code: 'required' } })),
  locale: z.optional(z.unknown()),
});

/** `GET /withdrawals`: the page on which the holder of a receipt code withdraws, without a script. */
export const showWithdrawal = factory.createHandlers(c => answerPage(c, {}));

/** `POST /withdrawals`: withdraws and erases. Limited like the forms, because codes could be guessed. */
export const submitWithdrawal = factory.createHandlers(
  body(withdrawal, { form: true, refuse: refuseFields }),
  async c => {
    const sent = c.req.valid('json');
    const { services, request_id } = c.var;
    const limited = await useLimit(c, 'form', 'withdrawals');
    if (limited) return refuseFlood(c, sent, limited);
    const now = services.now();
    const actor = { id: 'visitor', role: 'visitor', request_id };
    if (!(await withdrawLead(services.db, sent.receipt_code, actor, now))) return refuseCode(c, sent);
    return prefersHtml(c)
      ? answerDone(c, sent, now)
      : c.json({ withdrawn_at: now.toISOString() }, 200, { 'Cache-Control': 'no-store' });
  },
);

function refuseFields(c: Context<App>, errors: FieldError[], sent: unknown) {
  if (!prefersHtml(c)) return invalidFields(c, errors, sent);
  const locale = localeOf(c, Object(sent));
  return answerPage(c, Object(sent), 422, renderSummary(locale, errors, ['receipt_code']), errors);
}

/** One answer to a wrong code and to a used one: nobody learns which codes there have been. */
function refuseCode(c: Context<App>, sent: object) {
  const locale = localeOf(c, sent);
  if (!prefersHtml(c)) return problem(c, 'not-found', { locale });
  const [title, ...lines] = page_texts[locale].withdrawal.wrong;
  const notice = renderNotice(html`<h2>${title}</h2>${lines.map(line => html`<p>${line}</p>`)}`);
  return answerPage(c, sent, 404, notice);
}

function refuseFlood(c: Context<App>, sent: object, headers: Record<string, string>) {
  const locale = localeOf(c, sent);
  if (!prefersHtml(c)) return problem(c, 'too-many-requests', { locale, headers });
  const notice = renderNotice(page_texts[locale].slower(Number(headers['Retry-After'])));
  return answerPage(c, sent, 429, notice, [], headers);
}

function answerPage(
  c: Context<App>,
  sent: { receipt_code?: unknown; locale?: unknown },
  status: ContentfulStatusCode = 200,
  top: Content | string = '',
  errors: FieldError[] = [],
  headers?: Record<string, string>,
) {
  const locale = localeOf(c, sent);
  const texts = page_texts[locale].withdrawal;
  const typed = typeof sent.receipt_code === 'string' ? sent.receipt_code : '';
  const { line, attributes } = renderError(locale, 'receipt_code', errors, 'receipt_code-hint');
  return showPage(
    c,
    { locale, title: texts.title, status, headers },
    html`<h1>${texts.title}</h1>
<p>${texts.intro}</p>
${top}
<form class="card" method="post" action="/withdrawals" novalidate>
<div>
<label for="receipt_code">${texts.label}</label>
<span class="hint" id="receipt_code-hint">${texts.hint}</span>
<input class="code" id="receipt_code" name="receipt_code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" value="${typed}" required${attributes}>
${line}
</div>
<input type="hidden" name="locale" value="${locale}">
<button type="submit">${texts.submit}</button>
</form>`,
  );
}

function answerDone(c: Context<App>, sent: object, now: Date) {
  const locale = localeOf(c, sent);
  const { title, body, at, again } = page_texts[locale].withdrawal.done;
  const { time_zone } = c.var.services.settings;
  const words = new Intl.DateTimeFormat(date_tags[locale], {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone: time_zone,
  }).format(now);
  return showPage(
    c,
    { locale, title },
    html`<section class="card" role="status"><h1>${title}</h1>
<p>${body}</p>
<p class="hint">${at} <time datetime="${now.toISOString()}">${words}</time></p>
<p class="hint">${again}</p></section>`,
  );
}

function localeOf(c: Context<App>, sent: { locale?: unknown }) {
  return chooseLocale(c, sent.locale);
}
