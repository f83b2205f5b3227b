import * as z from 'zod/mini';
import { delivery_states, findDelivery, listDeliveries, retryDelivery } from '../../db/notices/deliveries.ts';
import { factory } from '../context.ts';
import { decodeCursor, encodeCursor, linkNext } from '../http/cursor.ts';
import { problem } from '../http/problems/problem.ts';
import { cursor, limit, uuid } from '../http/query-fields.ts';
import { ignoreBody, invalidFields, query } from '../http/validate.ts';
import { showDelivery } from './delivery.ts';

export const deliveryQuery = z.strictObject({
  channel_id: z.optional(z.string().check(z.regex(uuid))),
  state: z.optional(z.enum(delivery_states)),
  limit,
  cursor,
});

const headers = { 'Cache-Control': 'private, no-store' };

/** `GET /deliveries` lists what channels were or will be told, the newest first. */
export const pullDeliveries = factory.createHandlers(query(deliveryQuery), async c => {
  const { limit, cursor, ...filter } = c.req.valid('query');
  const before = cursor === undefined ? undefined : /^deliveries (\S+)$/.exec(decodeCursor(cursor))?.[1];
  if (cursor !== undefined && !(before && uuid.test(before)))
    return invalidFields(c, [{ field: 'cursor', code: 'invalid' }]);
  const { deliveries, has_more } = await listDeliveries(c.var.services.db, filter, limit, before);
  const next_cursor = has_more ? encodeCursor(`deliveries ${deliveries.at(-1)!.id}`) : null;
  const link = next_cursor && { Link: linkNext(c, next_cursor) };
  return c.json({ deliveries: deliveries.map(showDelivery), next_cursor, has_more }, 200, { ...headers, ...link });
});

/** `POST /deliveries/{id}/retry` queues a delivery that is not sent yet once more. One that is sent stays as it is. */
export const resendDelivery = factory.createHandlers(ignoreBody, async c => {
  const { db, now, notify } = c.var.services;
  const id = c.req.param('id')!;
  if (!uuid.test(id) || !(await findDelivery(db, id))) return problem(c, 'not-found');
  await retryDelivery(db, id, now());
  notify?.();
  return c.json(showDelivery((await findDelivery(db, id))!), 200, headers);
});
