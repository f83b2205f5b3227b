import * as z from 'zod/mini';
import { listEvents } from '../../../db/audit/list.ts';
import { recordEvent, takeNumber } from '../../../db/audit/record.ts';
import { takeNote, writeNote } from '../../../db/staff/notes.ts';
import { factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { whileAllowed } from '../../guards/while-allowed.ts';
import { writeHead, writeRow } from '../../http/csv.ts';
import { logFailure } from '../../http/problems/failure.ts';
import { uuid } from '../../http/query-fields.ts';
import { stream_headers, streamPages } from '../../http/stream.ts';
import { body } from '../../http/validate.ts';
import { readSessionId } from '../session.ts';
import { type EventFilters, eventAction, eventFilters, toEventQuery } from './filters.ts';
import type { ListedEvent } from './rows.ts';

/** Events read and sent at a time. */
const page_limit = 500;

const columns = [
  ...(['seq', 'recorded_at', 'actor', 'holder', 'role', 'action', 'fields', 'purpose', 'request_id'] as const),
  ...(['lead_count', 'lead_ids'] as const),
];

/** The form of a file chooses by these filters, and always names an action. */
const wanted = z.extend(eventFilters, { action: eventAction });

/** `POST /console/audit/export` leads to the file. What it holds stays with the session, so that no address names it. */
export const exportAudit = factory.createHandlers(body(wanted, { form: true }), async c => {
  const { db, now } = c.var.services;
  const note = await writeNote(db, readSessionId(c)!, 'audit', c.req.valid('json'), now());
  return c.redirect(`/console/audit/export/${note}`, 303);
});

/**
 * `GET /console/audit/export/{id}` streams the access log as CSV, once, the oldest event first. The export is itself an
 * event, which is durable before the first one is read.
 */
export const sendAudit = factory.createHandlers(async c => {
  const { db, now, settings } = c.var.services;
  const id = c.req.param('id') ?? '';
  const filters = uuid.test(id) ? await takeNote<EventFilters>(db, readSessionId(c)!, 'audit', id) : undefined;
  if (!filters) return c.redirect('/console/audit', 303);
  const query = { ...(await toEventQuery(db, filters, settings.time_zone)), limit: page_limit };
  const names = Object.entries(filters).flatMap(([name, value]) => (value && value !== 'all' ? name : []));
  const event = { action: 'audit.exported', ...(names.length > 0 && { fields: names.join(',') }) } as const;
  await db.atomic([takeNumber(db), ...recordEvent(db, actorOf(c), event, now())]);
  const readPage = (after: number | undefined) =>
    listEvents(db, query, after).catch(error => {
      logFailure(c, error);
      throw error;
    });
  const pages = streamPages(
    await listEvents(db, query, undefined),
    whileAllowed(c, 'audit:read', ({ end }) => readPage(end)),
    page => page.audit_events.map(writeEvent),
    writeHead(columns),
  );
  return c.body(pages, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="access-log-${now().toISOString().slice(0, 10)}.csv"`,
    'Cache-Control': 'private, no-store',
    ...stream_headers,
  });
});

/** Writes an event as a row. Of one about many leads it names the first ten, as the API does. */
function writeEvent({ lead_ids, ...event }: ListedEvent): string {
  const values = { ...event, lead_ids: lead_ids.join(' ') };
  return writeRow(columns.map(column => String(values[column] ?? '')));
}
