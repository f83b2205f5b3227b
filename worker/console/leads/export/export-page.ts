import { html } from 'hono/html';
import type { RevealPurpose } from '../../../../db/leads/lead.ts';
import type { Content } from '../../../http/page.ts';
import { renderSelect } from '../../elements.ts';
import type { Page } from '../../layout.ts';
import type { Reader } from '../../reader.ts';
import type { Refusal } from '../../refusal.ts';
import type { Filters } from '../filters.ts';

interface Export {
  filters: Filters;
  /** The note of the leads that were chosen; undefined where the filters say which. */
  chosen: string | undefined;
  /** The list that the page leads back to (`readList`). */
  list: string;
  /** Leads that the filters leave, counted up to one more than a file may hold. */
  count: number;
  /** Leads that a file may hold. */
  most: number;
  /** Purposes to choose from for values in clear; undefined for a reader who may not see them. */
  purposes: readonly RevealPurpose[] | undefined;
  /** The post that was refused and led here. */
  refusal: Refusal | undefined;
}

/** Draws the form that asks for an export, or says that the filters leave too much for one file. */
export function exportPage(reader: Reader, asked: Export): Page {
  const { export: text, audit, list } = reader.text;
  const { filters, chosen, list: here, count, most } = asked;
  const what = chosen ? text.chosen : describeFilters(reader.text, filters) || text.everything;
  const isTooMuch = count > most;
  const number = isTooMuch ? '' : ` · ${audit.leads(count)}`;
  return {
    title: text.title,
    section: 'leads',
    content: html`<section class="card narrow"><h1>${text.title}</h1>
<dl><div><dt>${text.what}</dt><dd>${what}${number}</dd></div></dl>
${isTooMuch ? html`<p class="notice">${text.tooMany(most)}</p><p><a class="button quiet" href="/console${here}">← ${list.filters}</a></p>` : renderForm(reader, asked)}
</section>`,
  };
}

function renderForm({ text: texts }: Reader, { filters, chosen, list, purposes, refusal }: Export): Content {
  const { export: text } = texts;
  const typed = refusal?.typed ?? {};
  const hidden = Object.entries({ ...filters, chosen }).filter(([, value]) => value);
  const purposeOptions = purposes?.map(one => [one, texts.purposes[one]!] as const);
  const choose = (name: string, options: Record<string, string>) =>
    Object.entries(options).map(
      ([value, label], place) =>
        html`<label class="check"><input type="radio" name="${name}" value="${value}"${(typed[name] ?? '') === value || (!typed[name] && place === 0) ? html` checked` : ''}><span>${label}</span></label>`,
    );
  const formats = { xlsx: text.xlsx, 'text/csv': text.csv, 'application/x-ndjson': text.ndjson };
  const views: Record<string, string> = { masked: text.masked, ...(purposeOptions && { clear: text.clear }) };
  return html`<form method="post" action="/console/export">
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<fieldset class="choices"><legend>${text.format}</legend>${choose('format', formats)}</fieldset>
<fieldset class="choices"><legend>${text.values}</legend>${choose('view', views)}</fieldset>
${purposeOptions ? renderSelect('purpose', text.purpose, purposeOptions, '', text.choose) : ''}
<ul class="notice">${text.logged.map(line => html`<li>${line}</li>`)}</ul>
<p class="go"><button>${text.download}</button><a class="button quiet" href="/console${list}">${texts.cancel}</a></p>
</form>`;
}

function describeFilters(text: Reader['text'], filters: Filters): string {
  const { form, status, assigned_to, unassigned, reached, closed_reason, from, to } = filters;
  return [
    form && text.forms[form],
    status && text.statuses[status],
    assigned_to,
    unassigned && text.nobody,
    reached && `${text.list.reached} ${text.statuses[reached]}`,
    closed_reason && text.closed_reasons[closed_reason],
    from && `${text.list.from} ${from}`,
    to && `${text.list.to} ${to}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
