import { html } from 'hono/html';
import type { RevealPurpose } from '../../../db/leads/lead.ts';
import { renderSelect } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { type Filters, writeFilters } from './filters.ts';

interface Export {
  filters: Filters;
  /** Purposes to choose from for values in clear; undefined for a reader who may not see them. */
  purposes: readonly RevealPurpose[] | undefined;
}

/** Draws the form that asks for an export. */
export function exportPage({ text: texts }: Reader, { filters, purposes }: Export): Page {
  const { export: text, lead } = texts;
  const hidden = Object.entries(filters).filter(([, value]) => value);
  const purposeOptions = purposes?.map(one => [one, texts.purposes[one]!] as const);
  return {
    title: text.title,
    section: 'leads',
    content: html`<section class="card narrow"><h1>${text.title}</h1>
<dl><div><dt>${text.what}</dt><dd>${describeFilters(texts, filters) || text.everything}</dd></div></dl>
<form method="post" action="/console/export">
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<fieldset class="choices"><legend>${text.format}</legend>
<label class="check"><input type="radio" name="format" value="text/csv" checked><span>${text.csv}</span></label>
<label class="check"><input type="radio" name="format" value="application/x-ndjson"><span>${text.ndjson}</span></label></fieldset>
<fieldset class="choices"><legend>${text.values}</legend>
<label class="check"><input type="radio" name="view" value="masked" checked><span>${text.masked}</span></label>
${purposeOptions ? html`<label class="check"><input type="radio" name="view" value="clear"><span>${text.clear}</span></label>` : ''}</fieldset>
${purposeOptions ? renderSelect('purpose', text.purpose, purposeOptions, 'handover') : ''}
<ul class="notice">${text.logged.map(line => html`<li>${line}</li>`)}</ul>
<p class="go"><button>${text.download}</button><a class="button quiet" href="/console${writeFilters(filters)}">${lead.back}</a></p>
</form></section>`,
  };
}

function describeFilters(text: Reader['text'], { form, status, assigned_to, from, to }: Filters): string {
  return [
    form && text.forms[form],
    status && text.statuses[status],
    assigned_to,
    from && `${text.list.from} ${from}`,
    to && `${text.list.to} ${to}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
