import { html } from 'hono/html';
import type { RequestRow } from '../../../db/requests/request.ts';
import { type Content, renderNotice } from '../../http/page.ts';
import { writeDay } from '../../http/times.ts';
import { request_texts } from '../../requests/texts.ts';
import { groupsOf } from '../../shared/receipt-code.ts';
import { renderOutcome, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import { isOpen } from '../leads/rows.ts';
import { renderPhone } from '../phones.ts';
import type { Reader } from '../reader.ts';
import { renderTime, writeTime } from '../times.ts';
import { renderActs } from './act-forms.ts';
import { requestAddress } from './address.ts';
import type { NewCopy, RequestDetails } from './details.ts';
import { hasCopy, isWorded } from './due.ts';
import { renderDue, renderState } from './requests-page.ts';
import { describeMistakes } from './take-page.ts';
import { desk_texts } from './texts.ts';

/** Draws a request with all that the reader may do about it. */
export function requestPage(reader: Reader, details: RequestDetails): Page {
  const { locale } = reader;
  const text = desk_texts[locale];
  const { request, done, draft, copy } = details;
  const said = done && Object.hasOwn(text.done, done) ? text.done[done] : undefined;
  return {
    title: text.request,
    section: 'requests',
    content: html`<p class="crumb"><a href="/console/requests">← ${text.title}</a></p>
${draft ? renderNotice(draft.hindrance ? (text.hindrances[draft.hindrance] ?? '') : describeMistakes(reader, draft)) : ''}
${said ? renderOutcome(said) : ''}
${copy ? renderCopy(reader, copy) : ''}
<article class="card lead" data-id="${request.id}"><header><h1>${text.types[request.type] ?? request.type}</h1>
<p class="meta">${renderState(reader, request)} ${text.due}${reader.text.colon}${renderDue(reader, request, details.urgency)}</p></header>
<dl class="values">${renderFacts(reader, details)}</dl>
${renderPerson(reader, details)}</article>
${renderActs(reader, details, renderLeads(reader, details))}`,
  };
}

function renderCopy(reader: Reader, { url, until }: NewCopy): Content {
  const { locale, text: texts } = reader;
  const text = desk_texts[locale];
  return html`<div class="notice"><p>${text.copyMade} ${writeTime(reader, until)}</p><code class="receipt" aria-label="${text.copyAddress}">${url}</code><button class="quiet" type="button" data-copy="${url}" hidden>${texts.lead.copy}</button></div>`;
}

function renderFacts(reader: Reader, { request, reference, texts, mentioned }: RequestDetails): Content[] {
  const { locale } = reader;
  const text = desk_texts[locale];
  const { refusal_code, copy_until, copy_opened_at, extended_to, closed_at } = request;
  const refusal = refusal_code && request_texts[locale].refusals[refusal_code];
  const facts: [string, Content | string | null | undefined][] = [
    [
      text.received,
      html`${renderTime(reader, request.received_at)} <small>${text.channels[request.channel] ?? request.channel}</small>`,
    ],
    [text.reference, reference && html`<code>${groupsOf(reference)}</code>`],
    [text.verified, describeVerification(reader, request)],
    [text.extendedTo, extended_to && html`${writeDay(locale, extended_to)} <small>${texts?.reason ?? ''}</small>`],
    [
      text.refusal,
      refusal &&
        html`${refusal_code}: ${refusal} <small>${texts?.explanation ?? ''}</small>${closed_at ? '' : html` <small>${text.asked}</small>`}`,
    ],
    [text.settled, closed_at && renderTime(reader, closed_at)],
    [
      text.copyOf,
      copy_until &&
        (copy_opened_at
          ? text.copyOpened(writeTime(reader, copy_opened_at))
          : text.copyUntil(writeTime(reader, copy_until))),
    ],
    [
      text.mentions,
      mentioned &&
        html`<a href="${requestAddress(mentioned.id)}">${text.types[mentioned.type] ?? mentioned.type}, ${writeTime(reader, mentioned.received_at, 'date')}</a>`,
    ],
  ];
  return facts.filter(([, value]) => value).map(([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`);
}

function describeVerification(reader: Reader, { type, verified_at, verified_by, attempted_at }: RequestRow) {
  const text = desk_texts[reader.locale];
  if (verified_at)
    return html`${renderTime(reader, verified_at)} <small>${text.verifiedBy[verified_by!] ?? verified_by}</small>`;
  if (isWorded(type)) return text.needless;
  return attempted_at ? text.attempted(writeTime(reader, attempted_at)) : text.unverified;
}

/** Draws who asks, in what words, and the way to see it in clear. */
function renderPerson(reader: Reader, { request, texts, shown }: RequestDetails): Content {
  const { locale, scopes } = reader;
  const text = desk_texts[locale];
  if (!texts)
    return html`<p class="hint">${request.erased_at ? text.wordsErased(writeTime(reader, request.erased_at)) : ''}</p>`;
  const values = (['name', 'phone', 'email'] as const).map(
    name =>
      html`<div><dt>${text.labels[name]}</dt><dd>${renderContact(reader, texts[name], name === 'phone', shown) ?? text.nothing}</dd></div>`,
  );
  const words = shown
    ? html`<dt>${text.labels.details}</dt><dd class="words">${texts.details ?? text.nothing}</dd>`
    : '';
  return html`<h2>${text.who}</h2><dl class="values">${values}${words && html`<div>${words}</div>`}</dl>
${
  shown
    ? html`<p class="notice shown"><span>${text.shown}</span> <a class="button quiet" href="${requestAddress(request.id)}">${text.hide}</a></p>`
    : scopes.includes('requests:handle')
      ? html`<form class="reveal" method="post" action="${requestAddress(request.id, '/reveal')}"><p class="hint">${text.showHint}</p><button class="quiet">${text.show}</button></form>`
      : html`<p class="hint">${text.hidden}</p>`
}`;
}

/** Draws how a person is reached; a phone that is shown with a link that calls it. */
function renderContact(
  { text }: Reader,
  value: string | null | undefined,
  isPhone: boolean,
  shown: string | undefined,
) {
  if (!value || !isPhone) return value;
  const phone = renderPhone(value, text.extension);
  return shown ? html`<a href="tel:${value}">${phone}</a>` : phone;
}

/** Draws the leads that a request is about. */
function renderLeads(reader: Reader, { request, leads }: RequestDetails): Content {
  const { locale, text: texts } = reader;
  const text = desk_texts[locale];
  if (isWorded(request.type)) return html``;
  const { fields, list, lead: words, forms } = texts;
  const hint = hasCopy(request.type) ? text.noLeadsHint : text.noLeadsEnd;
  const heads = [fields.name!, fields.company!, fields.phone!, list.form, words.received];
  const rows = leads.map(({ id, form, received_at, lead, is_held, is_restricted }) => {
    const open = lead && isOpen(lead) ? lead : undefined;
    const name = open?.name ?? id.slice(-12);
    const state = is_held ? text.held : is_restricted ? text.restricted : '';
    return [
      html`${lead ? html`<a href="/console/leads/${id}">${name}</a>` : html`<code>${name}</code>`}${state ? html` <span class="chip held">${state}</span>` : ''}`,
      html`${open?.company ?? '–'}`,
      html`${open?.phone ?? '–'}`,
      html`${forms[form] ?? form}`,
      renderTime(reader, received_at),
    ];
  });
  return html`<section><h2>${text.leads}</h2>${
    rows.length > 0
      ? renderTable(
          text.leads,
          heads,
          rows,
          leads.map(({ id }) => id),
        )
      : html`<p>${text.noLeads}${request.closed_at ? '' : html` <span class="hint">${hint}</span>`}</p>`
  }</section>`;
}
