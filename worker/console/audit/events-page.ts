import { html } from 'hono/html';
import { unaided } from '../../http/page.ts';
import { renderEmpty, renderSelect } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { type ListedEvent, renderEvents } from './rows.ts';

interface Events {
  filters: { action: string; lead_id?: string | undefined };
  events: ListedEvent[];
  isFirst: boolean;
  /** Number of the event after which the next page begins. */
  next: number | undefined;
}

/** Draws the access log with what narrows it down. */
export function eventsPage(reader: Reader, { filters, events, isFirst, next }: Events): Page {
  const { audit, list } = reader.text;
  const { action, lead_id } = filters;
  const actions = [['all', audit.all] as const, ...Object.entries(audit.actions)];
  const kept = { action, ...(lead_id && { lead_id }) };
  const address = (more: Record<string, string> = {}) => `/console/audit?${new URLSearchParams({ ...kept, ...more })}`;
  return {
    title: audit.title,
    section: 'audit',
    content: html`<h1>${audit.title}</h1><p class="hint">${audit.intro}</p>
<form class="row" method="get" action="/console/audit">${renderSelect('action', audit.action, actions, action)}
<label>${audit.lead}<input name="lead_id" value="${lead_id ?? ''}" autocomplete="off" ${unaided} maxlength="36"></label><button class="quiet">${list.apply}</button></form>
${events.length > 0 ? renderEvents(reader, events) : renderEmpty(audit.none, audit.noneHint)}
<nav class="pages" aria-label="${list.paging}">${isFirst ? '' : html`<a class="button quiet" href="${address()}">${list.first}</a>`}${next ? html`<a class="button quiet" rel="next" href="${address({ before: String(next) })}">${list.next}</a>` : ''}</nav>`,
  };
}
