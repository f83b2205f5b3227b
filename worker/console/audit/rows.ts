import type { Context } from 'hono';
import { html } from 'hono/html';
import type { listEvents } from '../../../db/audit/list.ts';
import type { App } from '../../context.ts';
import type { Content } from '../../http/page.ts';
import { consoleLocale, renderTable } from '../layout.ts';
import { console_texts } from '../texts/texts.ts';
import { writeTime } from '../times.ts';

type ListedEvent = Awaited<ReturnType<typeof listEvents>>['audit_events'][number];

/** Events as a table: who, what, when, what for. Of one lead's own, that it is about this lead goes without saying. */
export function renderEvents(c: Context<App>, events: ListedEvent[], lead_id?: string): Content {
  const locale = consoleLocale(c);
  const text = console_texts[locale];
  const { audit } = text;
  const { time_zone } = c.var.services.settings;
  const rows = events.map(event => {
    const { recorded_at, holder, actor, role, action, fields, purpose } = event;
    // Other acts keep the form there, which the lead itself says.
    const what = purpose && (text.purposes[purpose] ?? text.forms[purpose] ?? purpose);
    const named = /^lead\.(changed|corrected)$/.test(action)
      ? fields
          ?.split(',')
          .map(name => text.fields[name] ?? name)
          .join(', ')
      : '';
    return [
      html`<time datetime="${recorded_at}">${writeTime(recorded_at, locale, time_zone)}</time>`,
      html`${holder ?? text.roles[actor] ?? actor}<small>${holder ? (text.roles[role] ?? role) : ''}</small>`,
      html`${audit.actions[action] ?? action}${named ? html`<small>${named}</small>` : ''}`,
      html`${what ?? '–'}`,
      ...(lead_id ? [] : [renderSubjects(c, event)]),
    ];
  });
  const heads = [audit.when, audit.who, audit.action, audit.purpose, ...(lead_id ? [] : [audit.about])];
  return renderTable(audit.title, heads, rows);
}

function renderSubjects(c: Context<App>, { lead_ids, lead_count, fields, action }: ListedEvent): Content {
  const { audit } = console_texts[consoleLocale(c)];
  if (lead_count === 0) return html`${/^(token|policy)\./.test(action) ? html`<code>${fields}</code>` : '–'}`;
  const links = lead_ids.map(
    id => html`<a href="/console/audit?lead_id=${id}&amp;action=all"><code>${id.slice(-12)}</code></a> `,
  );
  if (lead_count === 1) return html`${links}`;
  return html`<details><summary>${audit.leads(lead_count)}</summary>${links}${lead_count > lead_ids.length ? '…' : ''}</details>`;
}
