import { html } from 'hono/html';
import type { Exports } from '../../../db/audit/list.ts';
import { unaided } from '../../http/page.ts';
import { renderEmpty, renderPaging, renderSelect } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import type { EventFilters } from './filters.ts';
import { type ListedEvent, renderEvents } from './rows.ts';

interface Events {
  filters: EventFilters;
  /** The filter offers the acts of these people. */
  people: string[];
  events: ListedEvent[];
  /** The requests that were exports, by their id in the log. */
  exports: Exports;
  isFirst: boolean;
  /** Number of the event after which the next page begins. */
  next: number | undefined;
}

/** Draws the access log with what narrows it down, and the way to have it as a file. */
export function eventsPage(reader: Reader, { filters, people, events, exports, isFirst, next }: Events): Page {
  const { audit, list, roles } = reader.text;
  const { action, lead_id, person, from, to } = filters;
  const actions = [['all', audit.all] as const, ...Object.entries(audit.actions)];
  const names = people.map(one => [one, roles[one] ?? one] as const);
  const kept = Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const address = (more: Record<string, string> = {}) =>
    `/console/audit?${new URLSearchParams({ ...Object.fromEntries(kept), ...more })}`;
  return {
    title: audit.title,
    section: 'audit',
    content: html`<h1>${audit.title}</h1><p class="hint">${audit.intro}</p>
<form class="row pairs" method="get" action="/console/audit">${renderSelect('action', audit.action, actions, action)}${renderSelect('person', audit.person, names, person, audit.anyone)}
<label>${audit.lead}<input name="lead_id" value="${lead_id ?? ''}" autocomplete="off" ${unaided} maxlength="36"></label>
<label>${list.from}<input name="from" type="date" value="${from ?? ''}"></label><label>${list.to}<input name="to" type="date" value="${to ?? ''}"></label><button class="quiet">${list.apply}</button></form>
${events.length > 0 ? renderEvents(reader, events, { exports }) : renderEmpty(audit.none, audit.noneHint)}
${renderPaging(list.paging, isFirst ? '' : html`<a class="button quiet" href="${address()}">${list.first}</a>`, next ? html`<a class="button quiet" rel="next" href="${address({ before: String(next) })}">${list.next}</a>` : '')}
<form class="asks" method="post" action="/console/audit/export">${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<p class="hint">${audit.csvHint}</p><button class="quiet">${audit.csv}</button></form>`,
  };
}
