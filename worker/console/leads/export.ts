import type { Context } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod/mini';
import { reveal_purposes, type View } from '../../../db/leads/read.ts';
import { type App, factory } from '../../context.ts';
import { actorOf, hasScope } from '../../guards/access.ts';
import { problem } from '../../http/problem.ts';
import { body } from '../../http/validate.ts';
import { streamLeads } from '../../leads/export.ts';
import { consoleLocale, showConsolePage } from '../layout.ts';
import { console_texts } from '../texts/texts.ts';
import { type Filters, filterFields, readFilters, toQuery, writeFilters } from './filters.ts';
import { renderSelect } from './list.ts';

/** `GET /console/export`: says what will be in the file and in the access log, before either is written. */
export const askExport = factory.createHandlers(c => {
  const filters = readFilters(c);
  const { export: text, purposes } = console_texts[consoleLocale(c)];
  const hidden = Object.entries(filters).filter(([, value]) => value);
  const mayReveal = hasScope(c, 'leads:reveal');
  const purposeOptions = reveal_purposes.map(one => [one, purposes[one]!] as const);
  return showConsolePage(
    c,
    { title: text.title, section: 'leads' },
    html`<section class="card narrow"><h1>${text.title}</h1>
<dl><div><dt>${text.what}</dt><dd>${describeFilters(c, filters) || text.everything}</dd></div></dl>
<form method="post" action="/console/export">
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<fieldset class="choices"><legend>${text.format}</legend>
<label class="check"><input type="radio" name="format" value="text/csv" checked><span>${text.csv}</span></label>
<label class="check"><input type="radio" name="format" value="application/x-ndjson"><span>${text.ndjson}</span></label></fieldset>
<fieldset class="choices"><legend>${text.values}</legend>
<label class="check"><input type="radio" name="view" value="masked" checked><span>${text.masked}</span></label>
${mayReveal ? html`<label class="check"><input type="radio" name="view" value="clear"><span>${text.clear}</span></label>` : ''}</fieldset>
${mayReveal ? renderSelect('purpose', text.purpose, purposeOptions, 'handover') : ''}
<ul class="notice">${text.logged.map(line => html`<li>${line}</li>`)}</ul>
<p class="go"><button>${text.download}</button><a class="button quiet" href="/console${writeFilters(filters)}">${console_texts[consoleLocale(c)].lead.back}</a></p>
</form></section>`,
  );
});

const wanted = z.extend(filterFields, {
  format: z.enum(['text/csv', 'application/x-ndjson']),
  view: z.enum(['masked', 'clear']),
  purpose: z.optional(z.enum(reveal_purposes)),
});

/** `POST /console/export`: the file. In clear it needs a purpose. */
export const exportLeads = factory.createHandlers(body(wanted, { form: true }), async c => {
  const { format, view: asked, purpose, ...filters } = c.req.valid('json');
  if (asked === 'clear' && !(purpose && hasScope(c, 'leads:reveal'))) return problem(c, 'forbidden');
  const view: View = asked === 'clear' && purpose ? { clear: actorOf(c), purpose } : { masked: true };
  return streamLeads(c, format, toQuery(c, filters), view);
});

function describeFilters(c: Context<App>, { form, status, assigned_to, from, to }: Filters): string {
  const text = console_texts[consoleLocale(c)];
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
