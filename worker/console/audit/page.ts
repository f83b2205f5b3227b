import { html } from 'hono/html';
import * as z from 'zod/mini';
import { listEvents } from '../../../db/audit/list.ts';
import { factory } from '../../context.ts';
import { uuid } from '../../http/query-fields.ts';
import { consoleLocale, renderEmpty, showConsolePage } from '../layout.ts';
import { renderSelect } from '../leads/list.ts';
import { console_texts } from '../texts/texts.ts';
import { renderEvents } from './rows.ts';

const events_per_page = 50;

/** Who has seen what is the question here; anything else is asked for. */
const usual_action = 'lead.revealed';

const eventFilters = z.object({
  lead_id: z.catch(z.optional(z.string().check(z.trim(), z.toLowerCase(), z.regex(uuid))), undefined),
  action: z.catch(z.string().check(z.regex(/^([a-z]+\.[a-z]+|all)$/)), usual_action),
  before: z.catch(z.optional(z.coerce.number().check(z.int(), z.positive())), undefined),
});

/** `GET /console/audit`: who did what, the latest first. */
export const showAudit = factory.createHandlers(async c => {
  const { lead_id, action, before } = eventFilters.parse(c.req.query());
  const { audit, list } = console_texts[consoleLocale(c)];
  const asked = {
    lead_id,
    action: action === 'all' ? undefined : action,
    order: 'desc',
    limit: events_per_page,
  } as const;
  const { audit_events, has_more, end } = await listEvents(c.var.services.db, asked, before);
  const actions = [['all', audit.all] as const, ...Object.entries(audit.actions)];
  const kept = { action, ...(lead_id && { lead_id }) };
  const address = (more: Record<string, string> = {}) => `/console/audit?${new URLSearchParams({ ...kept, ...more })}`;
  return showConsolePage(
    c,
    { title: audit.title, section: 'audit' },
    html`<h1>${audit.title}</h1><p class="hint">${audit.intro}</p>
<form class="row" method="get" action="/console/audit">${renderSelect('action', audit.action, actions, action)}
<label>${audit.lead}<input name="lead_id" value="${lead_id ?? ''}" autocomplete="off" spellcheck="false" maxlength="36"></label><button class="quiet">${list.apply}</button></form>
${audit_events.length > 0 ? renderEvents(c, audit_events) : renderEmpty(audit.none, audit.noneHint)}
<nav class="pages" aria-label="${list.paging}">${before ? html`<a class="button quiet" href="${address()}">${list.first}</a>` : ''}${has_more && end ? html`<a class="button quiet" rel="next" href="${address({ before: String(end) })}">${list.next}</a>` : ''}</nav>`,
  );
});
