import { html } from 'hono/html';
import type { RequestRow, RequestState, RequestType } from '../../../db/requests/request.ts';
import type { Findings } from '../../../db/requests/search.ts';
import { type Content, renderNotice, unaided } from '../../http/page.ts';
import { writeDay } from '../../http/times.ts';
import { renderEmpty, renderPaging, renderSelect, renderTable } from '../elements.ts';
import type { Page } from '../layout.ts';
import type { Reader } from '../reader.ts';
import { renderTime } from '../times.ts';
import { requestAddress } from './address.ts';
import { nextStep, type Urgency } from './due.ts';
import { desk_texts } from './texts.ts';

/** Lists beside the states that a request may have. */
export const lists = ['open', 'approval', 'all'] as const;

/** Days by which the queue can be narrowed down. */
export const dues = ['overdue', 'soon', 'near'] as const;

export interface QueueFilters {
  state: (typeof lists)[number] | RequestState;
  type?: RequestType | undefined;
  due?: (typeof dues)[number] | undefined;
}

/** A request with how near its due day is. */
export type ListedRequest = RequestRow & { urgency: Urgency | undefined };

/** What was typed for a search, how many requests are listed for it instead of the filters', and what it looked through. */
interface SearchOutcome extends Pick<Findings, 'searched' | 'is_cut'> {
  sought: string;
  found: number;
}

interface Queue {
  filters: QueueFilters;
  /** The search that has led here. */
  search: SearchOutcome | undefined;
  /** States and types to choose from. */
  choices: { states: readonly RequestState[]; types: readonly RequestType[] };
  requests: ListedRequest[];
  isFirst: boolean;
  /** Place after which the next page begins. */
  next: string | undefined;
}

/** Draws the requests with what narrows them down, and what is next about each. */
export function requestsPage(reader: Reader, { filters, search, choices, requests, isFirst, next }: Queue): Page {
  const { locale, text: texts, scopes } = reader;
  const text = desk_texts[locale];
  const states = [...lists, ...choices.states].map(
    state => [state, text.lists[state] ?? text.states[state] ?? state] as const,
  );
  const types = choices.types.map(type => [type, text.types[type]] as const);
  const days = dues.map(due => [due, text.dues[due]] as const);
  const kept = Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const address = (more: Record<string, string> = {}) =>
    `/console/requests?${new URLSearchParams({ ...Object.fromEntries(kept), ...more })}`;
  const handles = scopes.includes('requests:handle');
  return {
    title: text.title,
    section: 'requests',
    content: html`<div class="acts headed"><h1>${text.title}</h1>${handles ? html`<a class="button" href="/console/requests/new">${text.take}</a>` : ''}</div><p class="hint">${text.intro}</p>
${search ? renderOutcome(reader, search) : ''}
<form class="row wide" method="post" action="/console/requests/search"><label>${handles ? text.sought : text.reference}<input name="reference" value="${search?.sought ?? ''}" required autocomplete="off" ${unaided} maxlength="300"></label><button class="quiet">${texts.list.find}</button></form>
<form class="row pairs" method="get" action="/console/requests">${renderSelect('state', text.state, states, filters.state)}${renderSelect('type', text.labels.type!, types, filters.type, text.any)}${renderSelect('due', text.due, days, filters.due, text.any)}<button class="quiet">${texts.list.apply}</button></form>
${requests.length > 0 ? renderRequests(reader, requests) : renderEmpty(text.none, text.noneHint)}
${renderPaging(texts.list.paging, isFirst ? '' : html`<a class="button quiet" href="${address()}">${texts.list.first}</a>`, next ? html`<a class="button quiet" rel="next" href="${address({ after: next })}">${text.later}</a>` : '')}`,
  };
}

/** Says how a search by reference or contact has ended. */
function renderOutcome({ locale, scopes }: Reader, { found, searched, is_cut }: SearchOutcome): Content {
  const text = desk_texts[locale];
  if (found > 0) return html`<p tabindex="-1" class="notice" role="status">${text.found(found, is_cut)}</p>`;
  if (is_cut) return renderNotice(text.cut(searched));
  return renderNotice(scopes.includes('requests:handle') ? text.unfound : text.unfoundReference);
}

/** Draws requests as a table: until when, what, its state, and what is next. */
export function renderRequests(reader: Reader, requests: ListedRequest[]): Content {
  const text = desk_texts[reader.locale];
  const heads = [text.due, text.request, text.state, text.received, text.next];
  const rows = requests.map(request => [
    renderDue(reader, request, request.urgency),
    html`<a class="name" href="${requestAddress(request.id)}">${text.types[request.type] ?? request.type}</a><small>${text.channels[request.channel] ?? request.channel}</small>`,
    renderState(reader, request),
    renderTime(reader, request.received_at),
    html`${describeStep(reader, request)}`,
  ]);
  return renderTable(
    text.title,
    heads,
    rows,
    requests.map(({ id }) => id),
  );
}

/** Draws the day by which a request must be answered, with a word and a colour for how near it is. */
export function renderDue(
  { locale }: Reader,
  { due_on, extended_to, provisional }: RequestRow,
  urgency: Urgency | undefined,
): Content {
  const text = desk_texts[locale];
  const day = extended_to ?? due_on;
  return html`<time datetime="${day}">${writeDay(locale, day)}</time>${urgency ? html` <span class="chip ${urgency.level}">${writeUrgency(locale, urgency)}</span>` : ''}${provisional && !extended_to ? html`<small>${text.provisional}</small>` : ''}`;
}

function writeUrgency(locale: Reader['locale'], { level, days }: Urgency): string {
  const text = desk_texts[locale];
  if (level === 'overdue') return text.overdue(days);
  return days === 0 ? text.today : text.left(days);
}

/** Draws the state of a request. */
export function renderState({ locale }: Reader, { state }: RequestRow): Content {
  return html`<span class="chip ${state}">${desk_texts[locale].states[state] ?? state}</span>`;
}

/** Says what the reader does next about a request. */
export function describeStep({ locale, holder, scopes }: Reader, request: RequestRow): string {
  const text = desk_texts[locale];
  const step = nextStep(request, { id: holder?.id, handles: scopes.includes('requests:handle') });
  return step === 'fulfil' ? (text.fulfil[request.type] ?? '') : text.steps[step]!;
}
