import { delivery_states, findDelivery, retryDelivery } from '../../../db/notices/deliveries.ts';
import { retryDead } from '../../../db/notices/queues.ts';
import { factory } from '../../context.ts';
import { problem } from '../../http/problems/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import { channelAddress } from './states.ts';

/** `POST /console/notices/{id}/deliveries/{delivery_id}/retry` queues a dead delivery once more. */
export const resendDelivery = factory.createHandlers(async c => {
  const { db, now, notify } = c.var.services;
  const [channel_id, id] = [c.req.param('id')!, c.req.param('delivery_id')!];
  const delivery = uuid.test(id) ? await findDelivery(db, id) : undefined;
  if (delivery?.channel_id !== channel_id) return problem(c, 'not-found');
  await retryDelivery(db, id, now());
  notify?.();
  const state = delivery_states.find(one => one === c.req.query('state'));
  return c.redirect(channelAddress(channel_id, `?done=retried${state ? `&state=${state}` : ''}`), 303);
});

/** `POST /console/notices/{id}/retry` queues every dead delivery of a channel once more. */
export const resendDead = factory.createHandlers(async c => {
  const { db, now, notify } = c.var.services;
  const id = c.req.param('id')!;
  if (!uuid.test(id)) return problem(c, 'not-found');
  await retryDead(db, id, now());
  notify?.();
  return c.redirect(channelAddress(id, '?done=retried'), 303);
});
