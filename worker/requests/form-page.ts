import type { Context } from 'hono';
import { html } from 'hono/html';
import { request_types } from '../../db/requests/request.ts';
import type { App } from '../context.ts';
import { keepToken } from '../guards/bot-check.ts';
import type { Shown } from '../guards/refused.ts';
import { localeOf } from '../http/language.ts';
import {
  type Content,
  renderBotCheck,
  renderError,
  renderNotice,
  renderSummary,
  showPage,
  unaided,
} from '../http/page.ts';
import { page_texts } from '../http/page-texts.ts';
import type { FieldError } from '../http/problems/slugs.ts';
import type { Locale } from '../shared/locales.ts';
import { request_texts } from './texts.ts';

const fields = ['type', 'email', 'phone', 'name', 'receipt_code', 'details'] as const;
const inputs = { email: 'email', phone: 'tel', name: 'text', receipt_code: 'text' } as const;
const completed = { email: 'email', phone: 'tel', name: 'name', receipt_code: 'off' } as const;

type Sent = Record<string, unknown>;

/** Answers with the page on which a person asks, with what was typed and what is wrong with it. */
export function answerForm(c: Context<App>, sent: Sent, shown: Shown = {}): Promise<Response> {
  const { status = 200, errors = [], notice, stale = false, headers } = shown;
  const { signer, now } = c.var.services;
  const locale = localeOf(c);
  const texts = request_texts[locale];
  const top = errors.length > 0 ? renderSummary(locale, errors, fields) : notice ? renderNotice(notice) : '';
  const token = keepToken(signer, 'requests', stale ? undefined : sent.form_token, now());
  const title = errors.length > 0 ? `${page_texts[locale].mistakes(errors.length)} · ${texts.title}` : texts.title;
  return showPage(
    c,
    { title, isPublic: true, status, headers },
    html`<h1>${texts.title}</h1>
<p>${texts.intro}</p>
${top}
<form class="card" method="post" action="/requests" novalidate>
${renderType(locale, sent, errors)}
<p class="hint">${texts.contact}</p>
${(['email', 'phone', 'name', 'receipt_code'] as const).map(name => renderInput(locale, name, sent, errors))}
${renderDetails(locale, sent, errors)}
${renderBotCheck(locale, token)}
<input type="hidden" name="locale" value="${locale}">
<button type="submit">${texts.submit}</button>
</form>
<div class="note"><p>${texts.promise}</p>
<p class="ways"><a href="/withdrawals?lang=${locale}">${texts.withdraw}</a></p></div>`,
  );
}

function typedOf(sent: Sent, name: string): string {
  return typeof sent[name] === 'string' ? sent[name] : '';
}

function renderType(locale: Locale, sent: Sent, errors: FieldError[]): Content {
  const texts = request_texts[locale];
  const chosen = typedOf(sent, 'type');
  const { line, attributes } = renderError(locale, 'type', errors);
  return html`<div>
<label for="type">${texts.labels.type}</label>
<select id="type" name="type" required${attributes}>${request_types.map(
    type => html`<option value="${type}"${type === chosen ? html` selected` : ''}>${texts.types[type]}</option>`,
  )}</select>
${line}
</div>`;
}

function renderInput(locale: Locale, name: keyof typeof inputs, sent: Sent, errors: FieldError[]): Content {
  const { labels, hints } = request_texts[locale];
  const hint = name === 'receipt_code' ? hints.receipt_code : undefined;
  const { line, attributes } = renderError(locale, name, errors, hint && `${name}-hint`);
  return html`<div>
<label for="${name}">${labels[name]}</label>
${hint ? html`<span class="hint" id="${name}-hint">${hint}</span>` : ''}
<input id="${name}" name="${name}" type="${inputs[name]}" autocomplete="${completed[name]}" ${unaided} value="${typedOf(sent, name)}"${attributes}>
${line}
</div>`;
}

function renderDetails(locale: Locale, sent: Sent, errors: FieldError[]): Content {
  const { labels, hints } = request_texts[locale];
  const { line, attributes } = renderError(locale, 'details', errors, 'details-hint');
  return html`<div>
<label for="details">${labels.details}</label>
<span class="hint" id="details-hint">${hints.details}</span>
<textarea id="details" name="details" rows="5" ${unaided}${attributes}>
${typedOf(sent, 'details')}</textarea>
${line}
</div>`;
}
