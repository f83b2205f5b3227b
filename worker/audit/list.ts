import * as z from 'zod/mini';
import { listEvents } from '../../db/audit/list.ts';
import { factory } from '../context.ts';
import { decodeCursor, encodeCursor, linkNext } from '../http/cursor.ts';
import { cursor, instant, limit, order, uuid } from '../http/query-fields.ts';
import { invalidFields, query } from '../http/validate.ts';

export const eventQuery = z.strictObject({
  lead_id: z.optional(z.string().check(z.regex(uuid))),
  action: z.optional(z.string().check(z.regex(/^[a-z_]{1,32}\.[a-z_]{1,32}$/))),
  actor: z.optional(z.string().check(z.regex(/^[A-Za-z0-9]{1,32}$/))),
  recorded_from: z.optional(instant),
  recorded_to: z.optional(instant),
  limit,
  cursor,
  order,
});

/**
 * `GET /audit-events` lists who did what, in the order in which it was done.
 *
 * With `asc` the last cursor never expires and misses nothing, like that of the feed of leads.
 */
export const pullEvents = factory.createHandlers(query(eventQuery), async c => {
  const { cursor, ...asked } = c.req.valid('query');
  const after = cursor === undefined ? undefined : readCursor(cursor, asked.order);
  if (cursor !== undefined && after === undefined) return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const { audit_events, has_more, end } = await listEvents(await c.var.services.db.forLists(), asked, after);
  const next = asked.order === 'asc' ? (end ?? after ?? 0) : has_more ? end : undefined;
  const next_cursor = next === undefined ? null : encodeCursor(`audit ${asked.order} ${next}`);
  return c.json({ audit_events, next_cursor, has_more }, 200, {
    'Cache-Control': 'private, no-store',
    ...(has_more && next_cursor && { Link: linkNext(c, next_cursor) }),
  });
});

function readCursor(cursor: string, order: string): number | undefined {
  const [, kind, seq] = /^audit (asc|desc) (\d{1,15})$/.exec(decodeCursor(cursor)) ?? [];
  return kind === order ? Number(seq) : undefined;
}
