import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { Database } from '../../db/database.ts';
import { lead_statuses } from '../../db/leads/lead.ts';
import {
  changeNumber,
  findLead,
  isFeed,
  type LeadQuery,
  listLeads,
  type Position,
  type View,
} from '../../db/leads/read.ts';
import { type App, factory } from '../context.ts';
import { actorOf, hasScope } from '../guards/access.ts';
import { decodeCursor, encodeCursor, linkNext } from '../http/cursor.ts';
import { problem } from '../http/problems/problem.ts';
import { cursor, instant, limit, order, uuid } from '../http/query-fields.ts';
import { staffName } from '../http/staff-text.ts';
import { field, invalidFields, query } from '../http/validate.ts';
import { forms } from '../shared/fields.ts';
import { formats, readExportFormat, streamLeads } from './export.ts';
import { answerSearch, namePart } from './search.ts';

const view = z._default(z.enum(['masked', 'clear']), 'masked');

export const leadView = z.strictObject({ view });

export const leadQuery = z.strictObject({
  form: z.optional(z.enum(forms)),
  status: z.optional(z.enum(lead_statuses)),
  assigned_to: z.optional(staffName),
  received_from: z.optional(instant),
  received_to: z.optional(instant),
  phone: z.optional(field('phone')),
  email: z.optional(field('email')),
  q: z.optional(namePart),
  limit,
  cursor,
  order,
  view,
});

/** `GET /leads` returns the feed, or a search; one by a part of a name (`q`) is masked, and no stream. */
export const pullLeads = factory.createHandlers(query(leadQuery), async c => {
  const { view, cursor, q, ...asked } = c.req.valid('query');
  const format = readExportFormat(c);
  if (q !== undefined) {
    const wrong = format ? 'q' : view === 'clear' ? 'view' : undefined;
    return wrong ? invalidFields(c, [{ field: wrong, code: 'not_allowed' }]) : answerSearch(c, q, asked, cursor);
  }
  if (cursor !== undefined && format) return invalidFields(c, [{ field: 'cursor', code: 'not_allowed' }]);
  const after = cursor === undefined ? undefined : readCursor(cursor, asked);
  if (cursor !== undefined && !after) return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const chosen = chooseView(c, view);
  if (!chosen) return problem(c, 'forbidden');
  const { services } = c.var;
  if (format) {
    const { form } = asked;
    // All of the act with this number is in the stream, so the feed goes on with the next one.
    const linkFrom = (seq: number) => linkNext(c, writeCursor({ seq: seq + 1 }, 'feed'), { form, view });
    return streamLeads(c, formats[format], asked, chosen, { linkFrom });
  }
  const { leads, has_more, end } = await listLeads(services, asked, after, chosen, services.now());
  if (after && leads.length === 0 && !(await isWithin(services.db, after)))
    return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const next = isFeed(asked) ? (end ?? after ?? { seq: 0 }) : has_more ? end : undefined;
  const next_cursor = next ? writeCursor(next, kindOf(asked)) : null;
  return c.json({ leads, next_cursor, has_more }, 200, {
    'Cache-Control': 'private, no-store',
    Vary: 'Accept',
    ...(has_more && next_cursor && { Link: linkNext(c, next_cursor) }),
  });
});

/** `GET /leads/{id}` returns one lead, or what is left of it. */
export const showLead = factory.createHandlers(query(leadView), async c => {
  const chosen = chooseView(c, c.req.valid('query').view);
  if (!chosen) return problem(c, 'forbidden');
  const id = c.req.param('id')!;
  const { services } = c.var;
  const lead = uuid.test(id) ? await findLead(services, id, chosen, services.now()) : undefined;
  if (!lead) return problem(c, 'not-found');
  return c.json(lead, 200, { 'Cache-Control': 'private, no-store' });
});

function chooseView(c: Context<App>, view: 'masked' | 'clear'): View | undefined {
  if (view === 'masked') return { masked: true };
  return hasScope(c, 'leads:reveal') ? { clear: actorOf(c) } : undefined;
}

/**
 * Writes a cursor: the position in a list and its kind. Because of the kind, a cursor of a search does not continue
 * in the feed.
 */
function writeCursor({ seq, id }: Partial<Position>, kind: string): string {
  return encodeCursor([kind, ...(kind === 'feed' ? [seq] : []), id ?? ''].join(' '));
}

function readCursor(cursor: string, asked: LeadQuery): Position | undefined {
  const [, kind, seq, id = ''] = /^(\w+)(?: (\d{1,15}))? ([0-9a-f-]*)$/.exec(decodeCursor(cursor)) ?? [];
  if (kind !== kindOf(asked) || (kind === 'feed') !== (seq !== undefined)) return undefined;
  const isPosition = id === '' ? seq !== undefined : uuid.test(id);
  return isPosition ? { seq: Number(seq ?? 0), id } : undefined;
}

/**
 * Returns whether the database has come as far as a position. Where a backup was restored since, the numbers begin again
 * before it, and a feed that went on from there would pass over what comes until they reach it.
 *
 * Because a standby shows a commit before the primary does that waits for it, the one is asked that lists are read from.
 */
async function isWithin(db: Database, { seq, id }: Position): Promise<boolean> {
  // An export leads to the number after its latest, and to no lead.
  return seq <= (await changeNumber(await db.forLists())) + (id ? 0 : 1);
}

function kindOf(asked: LeadQuery): string {
  return isFeed(asked) ? 'feed' : asked.order;
}
