import * as z from 'zod/mini';
import { type ConsentCursor, listConsents, settledId } from '../../db/consents/list.ts';
import { listConsentStats } from '../../db/consents/stats.ts';
import { factory } from '../context.ts';
import { whileAllowed } from '../guards/while-allowed.ts';
import { decodeCursor, encodeCursor, linkNext } from '../http/cursor.ts';
import { chooseType } from '../http/negotiate.ts';
import { cursor, instant, limit, uuid } from '../http/query-fields.ts';
import { stream_headers, streamPages, writeLines } from '../http/stream.ts';
import { invalidFields, query } from '../http/validate.ts';
import { locales } from '../shared/locales.ts';

/** Records read and sent at a time by a stream. */
const streamed_at_once = 500;

export const consentQuery = z.strictObject({
  visitor_id: z.optional(z.string().check(z.regex(uuid))),
  policy_version: z.optional(z.string().check(z.regex(/^[A-Za-z0-9-]{1,32}$/))),
  locale: z.optional(z.enum(locales)),
  source: z.optional(z.enum(['banner', 'preferences', 'withdrawal'])),
  received_from: z.optional(instant),
  received_to: z.optional(instant),
  limit,
  cursor,
});

/** Days in the deployment's time zone, both inclusive. */
export const statsQuery = z.strictObject({ from: z.optional(z.iso.date()), to: z.optional(z.iso.date()) });
const [first_day, last_day] = ['0000-01-01', '9999-12-31'];

/**
 * `GET /consents` lists the choices, the earliest received first, in pages or as a stream of lines.
 *
 * The last cursor never expires. Because records of the last seconds may still appear, they come again with it;
 * their ids tell.
 */
export const pullConsents = factory.createHandlers(query(consentQuery), async c => {
  const { cursor, ...asked } = c.req.valid('query');
  const { db, now } = c.var.services;
  const headers = { 'Cache-Control': 'private, no-store', Vary: 'Accept' };
  const isStream = chooseType(c, ['application/json', 'application/x-ndjson']) === 'application/x-ndjson';
  const from = cursor === undefined ? undefined : readCursor(cursor);
  if (cursor !== undefined && (isStream || !from))
    return invalidFields(c, [{ field: 'cursor', code: isStream ? 'not_allowed' : 'invalid' }]);
  if (isStream) {
    const Link = linkNext(c, writeCursor({ settled: settledId(now()) }));
    const readPage = async (after?: ConsentCursor) =>
      listConsents(await db.forLists(), { ...asked, limit: streamed_at_once }, after, now());
    const pages = streamPages(
      await readPage(),
      whileAllowed(c, 'consents:read', ({ next }) => readPage(next)),
      ({ consents }) => writeLines(consents),
    );
    return c.body(pages, 200, { ...headers, ...stream_headers, 'Content-Type': 'application/x-ndjson', Link });
  }
  const { consents, has_more, next } = await listConsents(await db.forLists(), asked, from, now());
  const next_cursor = writeCursor(next);
  return c.json({ consents, next_cursor, has_more }, 200, {
    ...headers,
    ...(has_more && { Link: linkNext(c, next_cursor) }),
  });
});

/** `GET /consents/stats` returns choices by day, policy version and language. */
export const showConsentStats = factory.createHandlers(query(statsQuery), async c => {
  const { from: from_day = first_day, to: to_day = last_day } = c.req.valid('query');
  const { db, now, settings } = c.var.services;
  const stats = await listConsentStats(db, { from_day, to_day, time_zone: settings.time_zone }, now());
  return c.json({ stats }, 200, { 'Cache-Control': 'private, no-store' });
});

function writeCursor({ settled, at }: ConsentCursor): string {
  return encodeCursor(['consents', settled, ...(at ? [at] : [])].join(' '));
}

function readCursor(cursor: string): ConsentCursor | undefined {
  const [kind, settled = '', at, ...rest] = decodeCursor(cursor).split(' ');
  const isGood = kind === 'consents' && uuid.test(settled) && (at === undefined || uuid.test(at)) && rest.length === 0;
  return isGood ? { settled, at } : undefined;
}
