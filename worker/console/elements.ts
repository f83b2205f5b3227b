import { html } from 'hono/html';
import type { Content } from '../http/page.ts';
import { type Locale, language_names } from '../shared/locales.ts';

/** Draws what stands in place of an empty list: that there is nothing, why, and what to do. */
export function renderEmpty(title: string, hint: string, more: Content | string = ''): Content {
  return html`<div class="empty"><h2>${title}</h2><p>${hint}</p>${more}</div>`;
}

/** Draws the ways to other parts of a list; nothing where there are none, because an empty landmark leads nowhere. */
export function renderPaging(label: string, ...links: (Content | string)[]): Content | string {
  return links.some(Boolean) ? html`<nav class="pages" aria-label="${label}">${links}</nav>` : '';
}

/** Draws the name of a language, in that language. */
export function renderLanguage(locale: string): Content {
  return html`<span lang="${locale}">${language_names[locale as Locale] ?? locale}</span>`;
}

/** Draws what came of an act. The focus begins there, so that a screen reader says it and Tab goes on behind it. */
export function renderOutcome(content: Content | string): Content {
  return html`<div tabindex="-1" autofocus class="notice" role="status">${content}</div>`;
}

/**
 * Draws a table with a name. Its roles are written out, because the styles make a card of each row on a phone, and a
 * screen reader would then no longer call it a row.
 *
 * @param ids The ids of what the rows stand for, in their order.
 */
export function renderTable(
  label: string,
  heads: (Content | string)[],
  rows: Content[][],
  ids: readonly string[] = [],
): Content {
  return html`<div class="table stack" tabindex="0" role="region" aria-label="${label}"><table role="table"><thead role="rowgroup"><tr role="row">${heads.map(head => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead><tbody role="rowgroup">${rows.map((cells, at) => html`<tr role="row"${ids[at] ? html` data-id="${ids[at]}"` : ''}>${cells.map(cell => html`<td role="cell">${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}

/**
 * Draws a select with its label.
 *
 * @param any Text of an option with the empty value, which stands first. Without it one of the other options
 *   is always chosen.
 * @param attributes More attributes of the select, as HTML.
 */
export function renderSelect(
  name: string,
  label: string,
  options: (readonly [value: string, text: string])[],
  chosen: string | undefined,
  any?: string,
  attributes: Content | string = '',
): Content {
  const all = any === undefined ? options : [['', any] as const, ...options];
  return html`<label>${label}<select name="${name}"${attributes}>${all.map(([value, text]) => html`<option value="${value}"${value === (chosen ?? '') ? html` selected` : ''}>${text}</option>`)}</select></label>`;
}
