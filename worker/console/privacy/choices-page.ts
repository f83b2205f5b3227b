import { html } from 'hono/html';
import type { ConsentRecord } from '../../../db/consents/record.ts';
import { type Content, renderNotice, unaided } from '../../http/page.ts';
import { renderEmpty, renderPaging, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { renderTime, writeTime } from '../times.ts';
import { privacy_texts } from './texts.ts';

/** A choice with the names of its purposes. */
export interface NamedChoice extends ConsentRecord {
  locale: string;
  granted_names: string[];
  refused_names: string[];
}

interface Found {
  /** What was asked for. */
  visitor_id: string;
  /** Whether it can be the id of a visitor. */
  isId: boolean;
  /** The choices of this page, the latest first. */
  choices: NamedChoice[];
  /** The latest choice of all; undefined where there is none. */
  latest: ConsentRecord | undefined;
  isFirst: boolean;
  /** Place after which the next page begins. */
  next: string | undefined;
}

/** Draws what one visitor chose, and the way to the receipt that says so. */
export function choicesPage(reader: Reader, { visitor_id, isId, choices, latest, isFirst, next }: Found): Page {
  const { locale, text: texts } = reader;
  const text = privacy_texts[locale].choices;
  const address = (more: Record<string, string> = {}) =>
    `/console/choices?${new URLSearchParams({ visitor_id, ...more })}`;
  const isValid = latest && latest.expires_at > reader.now.toISOString();
  const state = latest && (isValid ? text.valid(writeTime(reader, latest.expires_at, 'date')) : text.ended);
  return {
    title: text.title,
    section: 'privacy',
    content: html`<p class="crumb"><a href="/console/privacy">← ${privacy_texts[locale].title}</a></p>
<h1>${text.title}</h1>${isId || !visitor_id ? '' : renderNotice(text.invalid)}<p class="hint">${text.intro}</p>
${renderFinder(reader, visitor_id)}
${
  latest
    ? html`<div class="acts"><p>${state}</p><a class="button quiet" href="/consents/${latest.visitor_id}/receipt" download>${text.receipt}</a></div>${renderChoices(reader, choices)}
${renderPaging(texts.list.paging, isFirst ? '' : html`<a class="button quiet" href="${address()}">${texts.list.first}</a>`, next ? html`<a class="button quiet" rel="next" href="${address({ after: next })}">${text.earlier}</a>` : '')}`
    : isId
      ? renderEmpty(text.none, text.noneHint)
      : ''
}`,
  };
}

/** Draws the form that asks for the choices of a visitor. */
export function renderFinder({ locale }: Reader, visitor_id: string): Content {
  const text = privacy_texts[locale].choices;
  return html`<form class="row wide" method="get" action="/console/choices"><label>${text.id}<input name="visitor_id" value="${visitor_id}" required autocomplete="off" ${unaided} maxlength="2000"></label><button class="quiet">${text.find}</button></form>`;
}

/** Draws choices as a table; of several visitors with the id of each. */
export function renderChoices(reader: Reader, choices: NamedChoice[], isOfMany = false): Content {
  const text = privacy_texts[reader.locale].choices;
  const who = isOfMany ? [text.id] : [];
  const heads = [text.when, ...who, text.granted, text.refused, text.where, text.policy];
  const rows = choices.map(choice => [
    renderTime(reader, isOfMany ? choice.received_at : choice.chosen_at),
    ...who.map(
      () =>
        html`<a href="/console/choices?visitor_id=${choice.visitor_id}"><code>${choice.visitor_id.slice(-12)}</code></a>`,
    ),
    html`<span class="of">${text.granted}</span>${choice.granted_names.join(reader.text.comma) || text.nothing}`,
    html`<span class="of">${text.refused}</span>${choice.refused_names.join(reader.text.comma) || text.nothing}`,
    html`${text.sources[choice.source] ?? choice.source}`,
    html`<a href="/policies/${choice.policy_version}?lang=${choice.locale}" target="_blank" rel="noopener">${choice.policy_version}</a> <small>${choice.locale}</small>`,
  ]);
  return renderTable(
    text.title,
    heads,
    rows,
    choices.map(({ id }) => id),
  );
}
