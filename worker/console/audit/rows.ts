import { html } from 'hono/html';
import type { EventPage } from '../../../db/audit/list.ts';
import type { Content } from '../../http/page.ts';
import { renderTable } from '../elements.ts';
import type { Reader } from '../reader.ts';
import { renderTime } from '../times.ts';

export type ListedEvent = EventPage['audit_events'][number];

/** Draws events as a table: when, who, what and what for. The events of one lead have no column that names the lead. */
export function renderEvents(reader: Reader, events: ListedEvent[], lead_id?: string): Content {
  const { audit } = reader.text;
  const heads = [audit.when, audit.who, audit.action, audit.purpose, ...(lead_id ? [] : [audit.about])];
  const rows = events.map(event => [
    ...renderEvent(reader, event),
    ...(lead_id ? [] : [renderSubjects(reader, event)]),
  ]);
  return renderTable(audit.title, heads, rows);
}

function renderEvent(reader: Reader, { recorded_at, holder, actor, role, action, fields, purpose }: ListedEvent) {
  const { text } = reader;
  const what = purpose && describePurpose(reader, action, purpose);
  const named = /^lead\.(changed|corrected)$/.test(action)
    ? fields
        ?.split(',')
        .map(name => text.fields[name] ?? name)
        .join(', ')
    : '';
  return [
    renderTime(reader, recorded_at),
    html`${holder || text.roles[actor] || actor}<small>${holder ? (text.roles[role] ?? role) : ''}</small>`,
    html`${text.audit.actions[action] ?? action}${named ? html`<small>${named}</small>` : ''}`,
    html`${what ?? '–'}`,
  ];
}

/** Says what an act was for. Where nothing else was said, that is the lead's form. */
function describePurpose({ text }: Reader, action: string, purpose: string): string {
  const grounds = action.startsWith('hold.') ? text.holds.grounds : text.erasure_grounds;
  return text.purposes[purpose] ?? text.forms[purpose] ?? grounds[purpose] ?? purpose;
}

function renderSubjects({ text: { audit } }: Reader, { lead_ids, lead_count, fields, action }: ListedEvent): Content {
  if (lead_count === 0)
    return html`${/^(token|policy|calendar|key|channel|request|copy)\./.test(action) ? html`<code>${fields}</code>` : '–'}`;
  const links = lead_ids.map(
    id => html`<a href="/console/audit?lead_id=${id}&amp;action=all"><code>${id.slice(-12)}</code></a> `,
  );
  if (lead_count === 1) return html`${links}`;
  return html`<details><summary>${audit.leads(lead_count)}</summary>${links}${lead_count > lead_ids.length ? '…' : ''}</details>`;
}
