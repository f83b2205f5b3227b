import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { currentPolicy } from '../../db/policies/force.ts';
import { documentIn } from '../../db/policies/policy.ts';
import { listKnownPolicies, listPolicies } from '../../db/policies/read.ts';
import { readReceiptCode } from '../../db/vault/signer.ts';
import type { App } from '../context.ts';
import { keepToken } from '../guards/bot-check.ts';
import { readReturn } from '../guards/origins.ts';
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
import { agreements, splitAgreement } from '../policies/agreements.ts';
import { type Form, leadFields } from '../shared/fields.ts';
import type { Locale } from '../shared/locales.ts';
import { groupsOf } from '../shared/receipt-code.ts';
import { form_texts } from './texts.ts';

/** The fields that came with a form, as far as a page can show them again. */
export type Sent = Record<string, unknown>;

const receipt_seconds = 600;

/**
 * Answers with the form as a page, with what was typed and what is wrong with it.
 *
 * Where the database cannot be read, the policy that was read last stands for the current one; the next post is checked
 * against the current one again.
 */
export async function answerForm(c: Context<App>, form: Form, sent: Sent, answer: Shown = {}) {
  const { status = 200, errors = [], notice, stale = false, away = false, headers } = answer;
  const { services } = c.var;
  const locale = localeOf(c);
  const { db, signer, now } = services;
  const texts = form_texts[locale];
  const title = texts.titles[form];
  const policy = currentPolicy(away ? listKnownPolicies(db) : await listPolicies(db), now());
  const agreement = policy
    ? { version: policy.version, sentence: documentIn(policy, locale).agreements[form]! }
    : away
      ? { version: String(sent.policy_version), sentence: agreements[locale][form] }
      : undefined;
  const return_to = readReturn(services, sent.return_to);
  const kept = return_to ? { return_to } : undefined;
  const page = {
    title: errors.length > 0 ? `${page_texts[locale].mistakes(errors.length)} · ${title}` : title,
    kept,
    status,
  };
  const fields = [...leadFields.map(({ name }) => name), 'policy_version'];
  const top = errors.length > 0 ? renderSummary(locale, errors, fields) : notice ? renderNotice(notice) : '';
  const token = keepToken(signer, form, stale ? undefined : sent.form_token, now());
  return showPage(
    c,
    { ...page, isPublic: true, headers },
    html`<h1>${title}</h1>
${
  agreement
    ? html`<p>${texts.intro}</p>
${top}
<form class="card" method="post" action="/forms/${form}" novalidate>
<p class="hint">${texts.required}</p>
${leadFields.map(field => renderField(locale, field, sent, errors))}
${renderAgreement(locale, agreement, sent, errors)}
${renderBotCheck(locale, token)}
<input type="hidden" name="locale" value="${locale}">
${kept ? html`<input type="hidden" name="return_to" value="${kept.return_to}">` : ''}
<button type="submit">${texts.submit}</button>
</form>
<div class="note">${texts.privacy.map(line => html`<p>${line}</p>`)}</div>`
    : html`<p class="notice">${texts.closed}</p>`
}`,
  );
}

function renderField(locale: Locale, field: (typeof leadFields)[number], sent: Sent, errors: FieldError[]): Content {
  const { name, type, autocomplete } = field;
  const { labels, hints } = form_texts[locale];
  const hint = hints[name];
  const { line, attributes } = renderError(locale, name, errors, hint && `${name}-hint`);
  const typed = typeof sent[name] === 'string' ? sent[name] : '';
  return html`<div>
<label for="${name}">${labels[name]}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" ${unaided} value="${typed}" required${attributes}>
${hint ? html`<span class="hint" id="${name}-hint">${hint}</span>` : ''}
${line}
</div>`;
}

function renderAgreement(
  locale: Locale,
  { version, sentence }: { version: string; sentence: string },
  sent: Sent,
  errors: FieldError[],
): Content {
  const { newTab } = form_texts[locale];
  const { line, attributes } = renderError(locale, 'policy_version', errors);
  const [before, title, after] = splitAgreement(sentence);
  const link = html`<a href="/policies/${version}?lang=${locale}" target="_blank" rel="noopener">${title}<span class="hidden">${newTab}</span></a>`;
  return html`<div>
<label class="check"><input id="policy_version" name="policy_version" type="checkbox" value="${version}" required${sent.policy_version === version ? html` checked` : ''}${attributes}><span>${before}${link}${after}</span></label>
${line}
</div>`;
}

/** Parameter of the thanks' address after a lead was stored: a browser may bring no cookie. */
const sent = 'sent';

/** Redirects a browser after its lead was stored. The receipt code travels in a cookie and is shown once. */
export function answerThanks(c: Context<App>, form: Form, receipt_code: string, return_to: unknown) {
  const { services } = c.var;
  const { name, options } = receiptCookie(c, form);
  setCookie(c, name, receipt_code, { ...options, maxAge: receipt_seconds });
  c.header('Cache-Control', 'no-store');
  return c.redirect(readReturn(services, return_to) ?? `/forms/${form}/thanks?lang=${localeOf(c)}&${sent}=1`, 303);
}

/** Answers with the thanks, and with the receipt code if the browser sends it. The answer deletes the cookie. */
export function showReceipt(c: Context<App>, form: Form) {
  const { name, options } = receiptCookie(c, form);
  const code = readReceiptCode(getCookie(c, name) ?? '');
  if (code) deleteCookie(c, name, options);
  return code || c.req.query(sent) ? answerReceipt(c, code) : answerNothing(c, form);
}

/** Answers whoever opens the thanks without having sent anything. */
function answerNothing(c: Context<App>, form: Form) {
  const locale = localeOf(c);
  const { title, body, open } = form_texts[locale].nothing;
  const content = html`<section class="card"><h1>${title}</h1>
<p>${body}</p>
<p><a class="button" href="/forms/${form}?lang=${locale}">${open}</a></p></section>`;
  return showPage(c, { title }, content);
}

/** Answers with the thanks as a page. With 403 it says that the lead was stored before. */
export function answerReceipt(c: Context<App>, code: string | undefined, status: 200 | 403 = 200) {
  const locale = localeOf(c);
  const { thanks, repeated, gone } = form_texts[locale];
  return showPage(
    c,
    { title: thanks.title, status, kept: status === 200 ? { [sent]: '1' } : undefined },
    html`<section class="card" data-lead-form-done>
<h1>${thanks.title}</h1>
<p>${status === 200 ? '' : html`${repeated} `}${thanks.body}</p>
${
  code
    ? html`<h2 id="code">${thanks.code}</h2>
<p><strong class="receipt" aria-labelledby="code"><data value="${code}">${groupsOf(code).map(group => html`<span>${group}</span>`)}</data></strong></p>
<p>${thanks.keep}</p>`
    : html`<p class="hint">${gone}</p>`
}
<p class="ways"><a href="/withdrawals?lang=${locale}">${thanks.withdraw}</a></p>
</section>`,
  );
}

/**
 * Returns the name and options of the cookie that brings a receipt to its page. Because of the name's prefix, no other
 * host of the domain can put another receipt in its place.
 *
 * @see RFC 6265bis §4.1.3
 */
function receiptCookie(c: Context<App>, form: Form) {
  const secure = c.get('services').settings.public_url.startsWith('https:');
  const name = `${secure ? '__Host-' : ''}receipt-${form}`;
  return { name, options: { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const };
}
