import * as z from 'zod/mini';
import { listEvents } from '../../../db/audit/list.ts';
import { factory } from '../../context.ts';
import { uuid } from '../../http/query-fields.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { eventsPage } from './events-page.ts';

const events_per_page = 50;

/** The action shown where the address names none, because this page is mostly asked who has seen what. */
const usual_action = 'lead.revealed';

const eventFilters = z.object({
  lead_id: z.catch(z.optional(z.string().check(z.trim(), z.toLowerCase(), z.regex(uuid))), undefined),
  action: z.catch(z.string().check(z.regex(/^([a-z]+\.[a-z]+|all)$/)), usual_action),
  before: z.catch(z.optional(z.coerce.number().check(z.int(), z.positive())), undefined),
});

/** `GET /console/audit` shows who did what, the latest first. */
export const showAudit = factory.createHandlers(async c => {
  const { before, ...filters } = eventFilters.parse(c.req.query());
  const action = filters.action === 'all' ? undefined : filters.action;
  const query = { lead_id: filters.lead_id, action, order: 'desc', limit: events_per_page } as const;
  const { audit_events, has_more, end } = await listEvents(c.var.services.db, query, before);
  const next = has_more ? end : undefined;
  return answerPage(c, eventsPage(readerOf(c), { filters, events: audit_events, isFirst: !before, next }));
});
