import * as z from 'zod/mini';
import { findExports, listEvents } from '../../../db/audit/list.ts';
import { factory } from '../../context.ts';
import { answerPage } from '../answer.ts';
import { readerOf } from '../reader.ts';
import { eventsPage } from './events-page.ts';
import { eventFilters, listPeople, toEventQuery } from './filters.ts';

const events_per_page = 50;

const place = z.object({ before: z.catch(z.optional(z.coerce.number().check(z.int(), z.positive())), undefined) });

/** `GET /console/audit` shows who did what, the latest first. */
export const showAudit = factory.createHandlers(async c => {
  const { db, settings } = c.var.services;
  const asked = c.req.query();
  const filters = eventFilters.parse(asked);
  const { before } = place.parse(asked);
  const query = await toEventQuery(db, filters, settings.time_zone);
  const { audit_events, has_more, end } = await listEvents(
    db,
    { ...query, order: 'desc', limit: events_per_page },
    before,
  );
  const requests = audit_events.flatMap(({ request_id }) => request_id ?? []);
  const [people, exports] = await Promise.all([listPeople(db), findExports(db, [...new Set(requests)])]);
  const shown = { events: audit_events, exports, isFirst: !before, next: has_more ? end : undefined };
  return answerPage(c, eventsPage(readerOf(c), { filters, people, ...shown }));
});
