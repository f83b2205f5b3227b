import type { Context } from 'hono';
import * as z from 'zod/mini';
import { placeHold } from '../../db/leads/holds/hold.ts';
import { type HoldPage, listLeadHolds, listStandingHolds } from '../../db/leads/holds/list.ts';
import { releaseHold } from '../../db/leads/holds/release.ts';
import { hold_grounds } from '../../db/leads/lead.ts';
import { selectLead } from '../../db/leads/rows/rows.ts';
import type { Holds } from '../../db/schema.ts';
import { type App, factory } from '../context.ts';
import { actorOf } from '../guards/access.ts';
import { decodeCursor, encodeCursor, linkNext } from '../http/cursor.ts';
import { problem } from '../http/problems/problem.ts';
import { cursor, limit, uuid } from '../http/query-fields.ts';
import { staffLine } from '../http/staff-text.ts';
import { body, invalidFields, query } from '../http/validate.ts';

export const newHold = z.strictObject({
  ground: z.enum(hold_grounds),
  reference: staffLine,
  review_on: z.iso.date(),
});

export const release = z.strictObject({ reason: staffLine });

export const holdQuery = z.strictObject({ limit, cursor });

const headers = { 'Cache-Control': 'private, no-store' };

/** `POST /leads/{id}/holds` places a hold on a lead. */
export const holdLead = factory.createHandlers(body(newHold), async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id')!;
  const hold = uuid.test(id) ? await placeHold(c.var.services, id, c.req.valid('json'), actorOf(c), now()) : undefined;
  if (hold) return c.json(hold, 201, headers);
  const isErased = uuid.test(id) && (await selectLead(db, id));
  return problem(c, 'not-found', isErased ? { because: 'erased' } : {});
});

/** `GET /leads/{id}/holds` lists the holds of a lead, those that were released too. */
export const showHolds = factory.createHandlers(query(holdQuery), async c => {
  const { db } = c.var.services;
  const id = c.req.param('id')!;
  if (!uuid.test(id) || !(await selectLead(db, id))) return problem(c, 'not-found');
  const { limit, cursor } = c.req.valid('query');
  const after = cursor === undefined ? undefined : readCursor(cursor)?.id;
  if (cursor !== undefined && !after) return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  return answerPage(c, await listLeadHolds(c.var.services, id, limit, after));
});

/** `GET /holds` lists the holds that stand, by the day of their review. */
export const pullHolds = factory.createHandlers(query(holdQuery), async c => {
  const { limit, cursor } = c.req.valid('query');
  const after = cursor === undefined ? undefined : readCursor(cursor);
  if (cursor !== undefined && !after) return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  return answerPage(c, await listStandingHolds(c.var.services, limit, after));
});

/** `DELETE /leads/{id}/holds/{hold_id}` releases a hold. Repeated, it gives the same answer. */
export const endHold = factory.createHandlers(body(release), async c => {
  const { db, vault, now, settings } = c.var.services;
  const periods = settings.lead_retention_months;
  const [lead_id, id] = [c.req.param('id')!, c.req.param('hold_id')!];
  const { reason } = c.req.valid('json');
  const isId = uuid.test(id) && uuid.test(lead_id);
  const outcome = isId && (await releaseHold({ db, vault, periods }, { id, lead_id }, reason, actorOf(c), now()));
  return outcome ? c.body(null, 204, { 'Cache-Control': 'no-store' }) : problem(c, 'not-found');
});

function answerPage(c: Context<App>, { holds, has_more }: HoldPage) {
  const next_cursor = has_more ? writeCursor(holds.at(-1)!) : null;
  const link = next_cursor && { Link: linkNext(c, next_cursor) };
  return c.json({ holds, next_cursor, has_more }, 200, { ...headers, ...link });
}

function writeCursor({ review_on, id }: Pick<Holds, 'review_on' | 'id'>): string {
  return encodeCursor(`holds ${review_on} ${id}`);
}

function readCursor(cursor: string): Pick<Holds, 'review_on' | 'id'> | undefined {
  const [, review_on, id] = /^holds (\d{4}-\d\d-\d\d) (\S+)$/.exec(decodeCursor(cursor)) ?? [];
  return review_on && id && uuid.test(id) ? { review_on, id } : undefined;
}
