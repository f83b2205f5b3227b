import type { Context } from 'hono';
import { html } from 'hono/html';
import { findByReference, type KeyedRequest, openTexts } from '../../db/requests/find.ts';
import type { RequestState, RequestType } from '../../db/requests/request.ts';
import { readReceiptCode } from '../../db/vault/signer.ts';
import { type App, factory } from '../context.ts';
import { localeOf } from '../http/language.ts';
import { prefersHtml } from '../http/negotiate.ts';
import { type Content, showPage, unaided } from '../http/page.ts';
import { problem } from '../http/problems/problem.ts';
import { writeDay, writeInstant } from '../http/times.ts';
import type { Locale } from '../shared/locales.ts';
import { groupsOf } from '../shared/receipt-code.ts';
import { request_texts } from './texts.ts';

/** `GET /requests/{reference}` tells its holder what became of a request, and nothing of what is held. */
export const showStatus = factory.createHandlers(c => answerStatus(c));

/** Answers with the state of a request. `isWrong`: a code that was typed is not right, or no longer. */
export async function answerStatus(c: Context<App>, isWrong = false): Promise<Response> {
  const { db, vault } = c.var.services;
  const request = await findByReference(db, c.req.param('reference')!);
  if (!request) return problem(c, 'not-found', { because: 'reference' });
  const { type, state, received_at, due_on, provisional, extended_to, refusal_code } = request;
  const isRefused = state === 'refused' && refusal_code !== null;
  const status = {
    ...{ type, state, received_at, due_on, provisional: provisional === 1 },
    ...(extended_to && { extended_to }),
    ...(isRefused && {
      refusal: { code: refusal_code, explanation: openTexts(vault, request)?.explanation ?? null },
    }),
  };
  if (prefersHtml(c)) return answerPage(c, request, status.refusal, isWrong);
  return c.json(status, 200, { 'Cache-Control': 'no-store' });
}

function answerPage(
  c: Context<App>,
  request: KeyedRequest,
  refusal: { code: string; explanation: string | null } | undefined,
  isWrong: boolean,
): Promise<Response> {
  const { vault, settings } = c.var.services;
  const { time_zone } = settings;
  const locale = localeOf(c);
  const code = readReceiptCode(c.req.param('reference')!)!;
  const { status: texts, types, refusals } = request_texts[locale];
  const { type, state, received_at, verified_at, verification, closed_at } = request;
  const awaitsCode = verification === 'code' && !verified_at && !closed_at;
  return showPage(
    c,
    { title: texts.title, status: isWrong ? 404 : 200 },
    html`<section class="card"><h1>${texts.title}</h1>
<dl>
<dt>${texts.type}</dt><dd>${types[type as RequestType]}</dd>
<dt>${texts.state}</dt><dd data-state="${state}">${texts.states[state as RequestState]}</dd>
<dt>${texts.received}</dt><dd><time datetime="${received_at}">${writeInstant(locale, time_zone, new Date(received_at))}</time></dd>
${closed_at ? html`<dt>${texts.closed}</dt><dd><time datetime="${closed_at}">${writeInstant(locale, time_zone, new Date(closed_at))}</time></dd>` : renderDue(locale, request, openTexts(vault, request)?.reason)}
${renderCopy(c, request)}
${refusal ? html`<dt>${texts.refusal}</dt><dd>${refusals[refusal.code]}${refusal.explanation ? html`<br><span class="typed">${refusal.explanation}</span>` : ''}</dd>` : ''}
</dl>
<h2 id="code">${texts.reference}</h2>
<p><strong class="receipt" aria-labelledby="code"><data value="${code}">${groupsOf(code).map(group => html`<span>${group}</span>`)}</data></strong></p>
<p>${texts.keep}</p>
${refusal ? html`<p>${texts.complain} <a href="/requests?lang=${locale}&amp;type=complaint&amp;about=${code}">${types.complaint}</a></p>` : ''}
${awaitsCode ? renderCodeForm(locale, code, isWrong) : state === 'received' && !verified_at ? html`<p class="hint">${texts.unverified}</p>` : ''}
</section>`,
  );
}

/** Draws what becomes of the copy that a request asked for, because a page that says "fulfilled" does not hand it over. */
function renderCopy(c: Context<App>, { copy_until, copy_opened_at }: KeyedRequest): Content {
  if (!copy_until) return html``;
  const { settings, now } = c.var.services;
  const { time_zone, controller_contact: contact = '' } = settings;
  const locale = localeOf(c);
  const { copy } = request_texts[locale].status;
  const write = (at: string) => writeInstant(locale, time_zone, new Date(at));
  const isOver = copy_until <= now().toISOString();
  const told = copy_opened_at ? copy.opened(write(copy_opened_at)) : isOver ? copy.over : copy.waits(write(copy_until));
  const whom = copy_opened_at || isOver ? '' : contact;
  return html`<dt>${copy.title}</dt><dd>${told}${whom ? html`<br><span class="hint">${whom}</span>` : ''}</dd>`;
}

/**
 * Draws until when an open request is answered.
 *
 * @param reason Why the time was extended, in the words of staff.
 */
function renderDue(
  locale: Locale,
  { due_on, provisional, extended_to }: KeyedRequest,
  reason: string | undefined,
): Content {
  const { status: texts } = request_texts[locale];
  return html`<dt>${texts.due}</dt><dd><time datetime="${due_on}">${writeDay(locale, due_on)}</time>${provisional ? html`<br><span class="hint">${texts.provisional}</span>` : ''}</dd>
${extended_to ? html`<dt>${texts.extended}</dt><dd><time datetime="${extended_to}">${writeDay(locale, extended_to)}</time></dd>` : ''}
${extended_to && reason ? html`<dt>${texts.extendedWhy}</dt><dd class="typed">${reason}</dd>` : ''}`;
}

/** Draws the form for the code that was mailed. It says nothing of whether one was. */
function renderCodeForm(locale: Locale, reference: string, isWrong: boolean): Content {
  const { status: texts } = request_texts[locale];
  const described = isWrong
    ? html` aria-invalid="true" aria-describedby="mailed-error mailed-hint"`
    : html` aria-describedby="mailed-hint"`;
  return html`<form method="post" action="/requests/${reference}/verification?lang=${locale}" novalidate>
<h2><label for="mailed">${texts.code}</label></h2>
<p class="hint" id="mailed-hint">${texts.codeHint}</p>
<input id="mailed" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="20" ${unaided}${described}>
${isWrong ? html`<p class="error" id="mailed-error" role="alert">${texts.codeWrong}</p>` : ''}
<button type="submit">${texts.verify}</button>
</form>`;
}
