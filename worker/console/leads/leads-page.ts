import { html } from 'hono/html';
import { type Content, renderNotice, unaided } from '../../http/page.ts';
import { forms } from '../../shared/fields.ts';
import { renderEmpty, renderPaging, renderSelect } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { Refusal } from '../refusal.ts';
import type { BulkReport } from './bulk/bulk.ts';
import { refusedChoice, renderBulk, renderReport } from './bulk/bulk-forms.ts';
import { type Filters, isFiltered, reached_statuses, writeFilters } from './filters.ts';
import { type OpenLead, renderLeads, renderTemplate } from './rows.ts';

/** What both lists have. */
interface Listed {
  /** Where this page of the list stands (`readList`). */
  list: string;
  /** Statuses and assignees to choose from. */
  statuses: readonly string[];
  assignees: string[];
  /** What was just done to several leads. */
  report: BulkReport | undefined;
  /** A post that was refused and led here. */
  refusal: Refusal | undefined;
}

interface List extends Listed {
  filters: Filters;
  /** The filter offers the leads of these people. */
  people: string[];
  /** Numbers of leads by tab, as they are shown. */
  counts: Record<string, string>;
  leads: OpenLead[];
  /** Cursor of the next page. */
  next: string | undefined;
  isFirst: boolean;
  /** Cursor after which the script asks for new leads; undefined where none are put on top. */
  arrivals: string | undefined;
}

/** Draws the list of leads with what narrows it down. */
export function leadsPage(reader: Reader, page: List): Page {
  const { text, scopes } = reader;
  const { filters, leads, next, isFirst, arrivals, list, counts } = page;
  const links = [
    isFirst ? '' : html`<a class="button quiet" href="/console${writeFilters(filters)}">${text.list.first}</a>`,
    next
      ? html`<a class="button quiet" rel="next" href="/console${writeFilters(filters, { cursor: next })}">${filters.due ? text.list.more_due : filters.order === 'desc' ? text.list.next : text.list.later}</a>`
      : '',
  ];
  return {
    title: Number.parseInt(counts.new ?? '', 10) > 0 ? `(${counts.new}) ${text.nav.leads}` : text.nav.leads,
    section: 'leads',
    refused: refusedChoice(reader, page.refusal),
    content: html`<h1 class="hidden">${text.nav.leads}</h1>
<div class="bar tabbed">
${renderTabs(reader, page)}
${renderFinder(reader, '')}
${renderFilters(reader, page)}
<p class="tools"><a href="/console${writeFilters(filters)}" data-refresh>${text.list.refresh}</a>${renderExport(reader, filters, 'only-wide')}</p>
</div>
${page.report ? renderReport(reader, page.report, list) : ''}
<div data-arrivals="${arrivals ?? ''}" data-arrived="${text.list.arrived}"${scopes.includes('leads:write') ? html` data-failed="${text.lead.failed}"` : ''}>${renderLeads(reader, leads, list)}${arrivals ? renderTemplate(reader, list) : ''}</div>
${leads.length > 0 ? '' : next ? html`<p class="hint">${text.list.noneYet}</p>` : renderNothing(reader, filters)}
${renderPaging(text.list.paging, ...links)}
${leads.length > 0 || arrivals ? renderBulk(reader, page) : ''}`,
  };
}

interface Found extends Listed {
  /** What was searched for. */
  q: string;
  /** Undefined where nothing can be searched for by `q`. */
  leads: OpenLead[] | undefined;
  /** How many leads a search by a part of a name found, how many it looked through, and how many do not open. */
  byName?: { found: number; searched: number; unopened: number } | undefined;
}

/** Draws what a search found. */
export function searchPage(reader: Reader, found: Found): Page {
  const { q, leads, list: here, report, byName } = found;
  const { list } = reader.text;
  const extent = byName?.searched ? html`<p class="hint">${list.searched(byName.searched)}</p>` : '';
  const unopened = byName?.unopened ? renderNotice(list.unopened(byName.unopened)) : '';
  const beyond =
    leads && byName && byName.found > leads.length ? html`<p class="hint">${list.beyond(leads.length)}</p>` : '';
  const back = html`<p><a class="button quiet" href="/console">${list.all}</a></p>`;
  return {
    title: list.find,
    section: 'leads',
    refused: refusedChoice(reader, found.refusal),
    content: html`<div class="bar">${renderFinder(reader, q, !leads)}</div>
${report ? renderReport(reader, report, here) : ''}${unopened}
${
  !leads
    ? html`<h1 class="hidden">${list.find}</h1>${renderNotice(mayName(reader) ? list.tooShort : list.invalid)}${back}`
    : leads.length === 0
      ? html`<h1 class="hidden">${list.find}</h1>${byName ? renderEmpty(list.noneNamed, list.noneNamedHint, html`${extent}${back}`) : renderEmpty(list.none, list.noneHint, back)}`
      : html`<h1 class="found">${byName ? list.named(byName.found) : list.found(leads.length)}</h1>${extent}${renderLeads(reader, leads, here)}${beyond}${back}${renderBulk(reader, found)}`
}`,
  };
}

/** Draws the statuses and what is to be followed up today as tabs, and beside them the reader's own leads. Each tab keeps the other filters. */
function renderTabs({ text, holder, scopes }: Reader, { filters, statuses, counts }: List): Content {
  const link = (change: { [Name in keyof Filters]?: string | undefined }) =>
    `/console${writeFilters({ ...filters, ...change } as Filters)}`;
  const count = (tab: string) => html` <span class="count" data-tab="${tab}">${counts[tab] ?? ''}</span>`;
  const [all, ...tabs] = [undefined, ...statuses].map(
    status =>
      html`<li><a href="${link({ status, due: undefined })}"${status === filters.status && !filters.due ? html` aria-current="page"` : ''}>${status ? text.statuses[status] : text.list.any}${status ? count(status) : ''}</a></li>`,
  );
  const due = html`<li><a href="${link({ status: undefined, due: 'today' })}"${filters.due ? html` aria-current="page"` : ''}>${text.list.today} <b data-tab="today">${counts.today ?? ''}</b></a></li>`;
  const me = holder?.holder;
  const isMine = filters.assigned_to === me;
  const mine = scopes.includes('leads:write')
    ? html`<li><a href="${link({ assigned_to: isMine ? undefined : me })}"${isMine ? html` aria-current="true"` : ''}>${text.list.mine}${count('mine')}</a></li>`
    : '';
  return html`<nav class="tabs" aria-label="${text.fields.status}"><ul>${all}${due}${tabs}${mine}</ul></nav>`;
}

/** Returns whether a reader may search by a part of a name. Because guesses unmask, it takes the scope for that. */
function mayName({ scopes }: Reader): boolean {
  return scopes.includes('leads:reveal');
}

function renderFinder(reader: Reader, q: string, isWrong = false): Content {
  const { list } = reader.text;
  const label = mayName(reader) ? list.searchAll : list.search;
  return html`<form class="finder" method="post" action="/console/search" role="search">
<label><span class="hidden">${label}</span><input type="search" name="q" value="${q}" placeholder="${mayName(reader) ? list.searchShort : label}" autocomplete="off" ${unaided} required maxlength="300" data-key="/" data-focus${isWrong ? html` aria-invalid="true"` : ''}></label>
<button class="quiet">${list.find}</button>
</form>`;
}

function renderFilters(reader: Reader, { filters, people }: List): Content {
  const { text } = reader;
  const { list, fields } = text;
  const { status, due, order, ...others } = filters;
  const count = Object.values(others).filter(Boolean).length;
  const formOptions = forms.map(form => [form, text.forms[form]!] as const);
  const assigneeOptions = people.map(one => [one, one] as const);
  const reachedOptions = reached_statuses.map(one => [one, text.statuses[one]!] as const);
  const orderOptions = [['desc', list.desc] as const, ['asc', list.asc] as const];
  return html`<details class="filters"><summary>${list.more}${count > 0 ? html` <b>${count}</b>` : ''}</summary>
<form method="get" action="/console" aria-label="${list.filters}">
${status ? html`<input type="hidden" name="status" value="${status}">` : ''}
${due ? html`<input type="hidden" name="due" value="${due}">` : ''}
${renderSelect('form', list.form, formOptions, filters.form, list.any)}
${renderSelect('assigned_to', fields.assigned_to!, assigneeOptions, filters.assigned_to, list.any)}
<label class="check"><input type="checkbox" name="unassigned" value="1"${filters.unassigned ? html` checked` : ''}><span>${list.unassigned}</span></label>
${renderSelect('reached', list.reached, reachedOptions, filters.reached, list.any)}
${renderSelect('closed_reason', fields.closed_reason!, Object.entries(text.closed_reasons), filters.closed_reason, list.any)}
<label>${list.from}<input type="date" name="from" value="${filters.from ?? ''}"></label>
<label>${list.to}<input type="date" name="to" value="${filters.to ?? ''}"></label>
${renderSelect('order', list.order, orderOptions, order)}
<p class="go"><button>${list.apply}</button>${count > 0 ? html`<a href="/console">${list.clear}</a>` : ''}${renderExport(reader, filters, 'only-narrow')}</p>
</form></details>`;
}

/** Draws the link to an export of what is listed: where there is room in the bar, on a phone among the filters. */
function renderExport({ text }: Reader, filters: Filters, where: 'only-wide' | 'only-narrow'): Content {
  return html`<a class="${where}" href="/console/export${writeFilters(filters)}">${text.list.export}</a>`;
}

function renderNothing({ locale, text, holder }: Reader, filters: Filters): Content {
  const { list } = text;
  if (filters.due) return renderEmpty(list.noneDue, list.noneDueHint);
  const { assigned_to, ...others } = filters;
  if (isFiltered(filters)) {
    const isMine = assigned_to === holder?.holder && !isFiltered(others);
    const all = html`<p><a class="button quiet" href="/console">${isMine ? list.all : list.clear}</a></p>`;
    return isMine
      ? renderEmpty(list.noneMine, list.noneMineHint, all)
      : renderEmpty(list.nothing, list.nothingHint, all);
  }
  const links = forms.map(
    form =>
      html`<li><a href="/forms/${form}?lang=${locale}" target="_blank" rel="noopener">${text.forms[form]}</a></li>`,
  );
  return renderEmpty(list.empty, list.emptyHint, html`<ul>${links}</ul>`);
}
