import { html } from 'hono/html';
import type { EventPage, Exports } from '../../../db/audit/list.ts';
import type { Content } from '../../http/page.ts';
import { renderTable } from '../elements.ts';
import { desk_texts as incident_texts } from '../incidents/texts.ts';
import type { Reader } from '../reader.ts';
import { requestAddress } from '../requests/address.ts';
import { desk_texts } from '../requests/texts.ts';
import { renderTime } from '../times.ts';

/** Leads of an event that its row names. */
const leads_shown = 10;

export type ListedEvent = EventPage['audit_events'][number];

interface Given {
  /** What the table is, where it is not the access log. */
  label?: string;
  /** The lead that all events are about. Then no column names it. */
  lead_id?: string;
  /** The requests that were exports, by their id in the log. */
  exports?: Exports;
}

/** Draws events as a table: when, who, what and what for. An export is one row, however many pages it was read in. */
export function renderEvents(reader: Reader, listed: ListedEvent[], { label, lead_id, exports }: Given = {}): Content {
  const { audit } = reader.text;
  const heads = [audit.when, audit.who, audit.action, audit.purpose, ...(lead_id ? [] : [audit.about])];
  const events = joinExports(listed, exports ?? new Map());
  const rows = events.map(event => [
    ...renderEvent(reader, event),
    ...(lead_id ? [] : [renderSubjects(reader, event)]),
  ]);
  return renderTable(label ?? audit.title, heads, rows);
}

/** An event, or an export with how many leads it was asked of where its pages are not all here or were not all read. */
type JoinedEvent = ListedEvent & { most?: number };

/**
 * Joins the events of an export, which follow each other, to one about all of its leads. Because a download may be
 * cancelled, and because a part of the events may be on another page, the number that was counted before is said only
 * where the events say the same.
 */
function joinExports(events: ListedEvent[], exports: Exports): JoinedEvent[] {
  const joined: ListedEvent[] = [];
  for (const event of events) {
    const { request_id, action, lead_count, lead_ids } = event;
    const isPart = request_id !== null && exports.has(request_id) && /^lead\.(revealed|exported)$/.test(action);
    const last = joined.at(-1);
    if (isPart && last?.action === 'lead.exported' && last.request_id === request_id) {
      last.lead_count += lead_count;
      last.lead_ids = [...last.lead_ids, ...lead_ids].slice(0, leads_shown);
    } else joined.push(isPart ? { ...event, action: 'lead.exported' } : event);
  }
  return joined.map(event => {
    const most = event.action === 'lead.exported' ? exports.get(event.request_id ?? '') : undefined;
    return most !== undefined && most > event.lead_count ? { ...event, most } : event;
  });
}

function renderEvent(reader: Reader, { recorded_at, holder, actor, role, action, fields, purpose }: ListedEvent) {
  const { text } = reader;
  const what = purpose && describePurpose(reader, action, purpose);
  const named = /^lead\.(changed|corrected)$/.test(action)
    ? fields
        ?.split(',')
        .map(name => describeField(reader, name))
        .join(text.comma)
    : '';
  return [
    renderTime(reader, recorded_at),
    html`${holder || text.roles[actor] || actor}<small>${holder ? (text.roles[role] ?? role) : ''}</small>`,
    html`${text.audit.actions[action] ?? action}${named ? html`<small>${named}</small>` : ''}`,
    html`${what ?? '–'}`,
  ];
}

/** Names a field that was changed; of a status, from what to what. */
function describeField({ text }: Reader, name: string): string {
  const [, from = '', to = ''] = /^status:(\w+)>(\w+)$/.exec(name) ?? [];
  if (!to) return text.fields[name] ?? name;
  return `${text.fields.status}${text.colon}${text.statuses[from] ?? from} → ${text.statuses[to] ?? to}`;
}

/** Says what an act was for. Where nothing else was said, that is the lead's form. */
function describePurpose({ text, locale }: Reader, action: string, purpose: string): string {
  if (/^(request|copy)\./.test(action)) {
    const { types, by, verifiedBy } = desk_texts[locale];
    return types[purpose] ?? by[purpose] ?? verifiedBy[purpose] ?? purpose;
  }
  if (action === 'incident.recorded') {
    const scopes: Record<string, string> = incident_texts[locale].scopes;
    return scopes[purpose] ?? purpose;
  }
  if (/^(address|mail)\./.test(action)) return text.audit.mails[purpose] ?? purpose;
  const grounds = action.startsWith('hold.') ? text.holds.grounds : text.erasure_grounds;
  return text.purposes[purpose] ?? text.forms[purpose] ?? grounds[purpose] ?? purpose;
}

function renderSubjects(
  { text: { audit } }: Reader,
  { lead_ids, lead_count, fields, action, most }: JoinedEvent,
): Content {
  if (lead_count === 0 && fields && /^(request|copy)\./.test(action))
    return html`<a href="${requestAddress(fields)}"><code>${fields.slice(-12)}</code></a>`;
  if (action === 'lead.searched') return html`${audit.leads(Number(/count:(\d+)/.exec(fields ?? '')?.[1]))}`;
  const count = most === undefined ? audit.leads(lead_count) : audit.upTo(most);
  if (lead_count === 0 && most === undefined)
    return html`${/^(token|session|policy|calendar|key|channel|audit)\./.test(action) ? html`<code>${fields}</code>` : '–'}`;
  if (lead_ids.length === 0) return html`${count}`;
  const links = lead_ids.map(
    id => html`<a href="/console/audit?lead_id=${id}&amp;action=all"><code>${id.slice(-12)}</code></a> `,
  );
  if (lead_count === 1 && most === undefined) return html`${links}`;
  return html`<details><summary>${count}</summary>${links}${lead_count > lead_ids.length ? '…' : ''}</details>`;
}
