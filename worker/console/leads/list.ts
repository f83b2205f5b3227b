import type { Context } from 'hono';
import { html } from 'hono/html';
import { lead_statuses } from '../../../db/leads/read.ts';
import type { App } from '../../context.ts';
import { hasScope } from '../../guards/access.ts';
import { type Content, renderNotice } from '../../http/page.ts';
import { forms } from '../../shared/fields.ts';
import { consoleLocale, renderEmpty } from '../layout.ts';
import { console_texts } from '../texts/texts.ts';
import { type Filters, isFiltered, writeFilters } from './filters.ts';
import { type OpenLead, renderLeads, renderTemplate } from './rows.ts';

interface List {
  filters: Filters;
  assignees: string[];
  leads: OpenLead[];
  next: string | undefined;
  isFirst: boolean;
  arrivals: string | undefined;
}

/** The list of leads with what narrows it down. */
export function renderList(c: Context<App>, { filters, assignees, leads, next, isFirst, arrivals }: List): Content {
  const text = console_texts[consoleLocale(c)];
  const links = [
    isFirst ? '' : html`<a class="button quiet" href="/console${writeFilters(filters)}">${text.list.first}</a>`,
    next
      ? html`<a class="button quiet" rel="next" href="/console${writeFilters(filters, { cursor: next })}">${filters.order === 'desc' ? text.list.next : text.list.later}</a>`
      : '',
  ];
  return html`<h1 class="hidden">${text.nav.leads}</h1>
<div class="bar">
${renderTabs(c, filters)}
${renderFinder(c, '')}
${renderFilters(c, filters, assignees)}
<p class="tools"><a href="/console${writeFilters(filters)}" data-refresh>${text.list.refresh}</a><a href="/console/export${writeFilters(filters)}">${text.list.export}</a></p>
</div>
<div data-arrivals="${arrivals ?? ''}" data-arrived="${text.list.arrived}"${hasScope(c, 'leads:write') ? html` data-failed="${text.lead.failed}"` : ''}>${renderLeads(c, leads)}${arrivals ? renderTemplate() : ''}</div>
${leads.length === 0 ? renderNothing(c, filters) : ''}
<nav class="pages" aria-label="${text.list.paging}">${links}</nav>`;
}

/** What a search found, or what is wrong with it. */
export function renderSearch(c: Context<App>, q: string, found: Content | undefined, count = 0): Content {
  const { list } = console_texts[consoleLocale(c)];
  const back = html`<p><a class="button quiet" href="/console">${list.all}</a></p>`;
  return html`<div class="bar">${renderFinder(c, q, !found)}</div>
${
  !found
    ? html`<h1 class="hidden">${list.find}</h1>${renderNotice(list.invalid)}${back}`
    : count === 0
      ? html`<h1 class="hidden">${list.find}</h1>${renderEmpty(list.none, list.noneHint, back)}`
      : html`<h1 class="found">${list.found(count)}</h1>${found}${back}`
}`;
}

/** The statuses as tabs, one's own leads beside them; each keeps the other filters. */
function renderTabs(c: Context<App>, filters: Filters): Content {
  const text = console_texts[consoleLocale(c)];
  const me = c.var.holder.holder;
  const tabs = [
    { name: text.list.any, to: { status: undefined }, isHere: !filters.status },
    ...lead_statuses.map(status => ({
      name: text.statuses[status]!,
      to: { status },
      isHere: filters.status === status,
    })),
  ].map(
    ({ name, to, isHere }) =>
      html`<li><a href="/console${writeFilters({ ...filters, ...to })}"${isHere ? html` aria-current="page"` : ''}>${name}</a></li>`,
  );
  const isMine = filters.assigned_to === me;
  const mine = hasScope(c, 'leads:write')
    ? html`<li><a href="/console${writeFilters({ ...filters, assigned_to: isMine ? undefined : me })}"${isMine ? html` aria-current="true"` : ''}>${text.list.mine}</a></li>`
    : '';
  return html`<nav class="tabs" aria-label="${text.fields.status}"><ul>${tabs}${mine}</ul></nav>`;
}

function renderFilters(c: Context<App>, filters: Filters, assignees: string[]): Content {
  const text = console_texts[consoleLocale(c)];
  const { list, fields } = text;
  const { status, order: _, ...others } = filters;
  const count = Object.values(others).filter(Boolean).length;
  return html`<details class="filters"><summary>${list.more}${count > 0 ? html` <b>${count}</b>` : ''}</summary>
<form method="get" action="/console" aria-label="${list.filters}">
${status ? html`<input type="hidden" name="status" value="${status}">` : ''}
${renderSelect(
  'form',
  list.form,
  forms.map(form => [form, text.forms[form]!]),
  filters.form,
  list.any,
)}
${renderSelect(
  'assigned_to',
  fields.assigned_to!,
  assignees.map(one => [one, one]),
  filters.assigned_to,
  list.any,
)}
<label>${list.from}<input type="date" name="from" value="${filters.from ?? ''}"></label>
<label>${list.to}<input type="date" name="to" value="${filters.to ?? ''}"></label>
${renderSelect(
  'order',
  list.order,
  [
    ['desc', list.desc],
    ['asc', list.asc],
  ],
  filters.order,
)}
<p class="go"><button>${list.apply}</button>${count > 0 ? html`<a href="/console">${list.clear}</a>` : ''}</p>
</form></details>`;
}

/** A select with its label; without `any` one of the options is always chosen. */
export function renderSelect(
  name: string,
  label: string,
  options: (readonly [value: string, text: string])[],
  chosen: string | undefined,
  any?: string,
): Content {
  const all = any === undefined ? options : [['', any] as const, ...options];
  return html`<label>${label}<select name="${name}">${all.map(([value, text]) => html`<option value="${value}"${value === (chosen ?? '') ? html` selected` : ''}>${text}</option>`)}</select></label>`;
}

function renderFinder(c: Context<App>, q: string, isWrong = false): Content {
  const { list } = console_texts[consoleLocale(c)];
  return html`<form class="finder" method="post" action="/console/search" role="search">
<label><span class="hidden">${list.search}</span><input type="search" name="q" value="${q}" placeholder="${list.search}" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="300" data-key="/" data-focus${isWrong ? html` aria-invalid="true"` : ''}></label>
<button class="quiet">${list.find}</button>
</form>`;
}

function renderNothing(c: Context<App>, filters: Filters): Content {
  const locale = consoleLocale(c);
  const text = console_texts[locale];
  if (isFiltered(filters))
    return renderEmpty(
      text.list.nothing,
      text.list.nothingHint,
      html`<p><a class="button quiet" href="/console">${text.list.clear}</a></p>`,
    );
  const links = forms.map(
    form =>
      html`<li><a href="/forms/${form}?lang=${locale}" target="_blank" rel="noopener">${text.forms[form]}</a></li>`,
  );
  return renderEmpty(text.list.empty, text.list.emptyHint, html`<ul>${links}</ul>`);
}
