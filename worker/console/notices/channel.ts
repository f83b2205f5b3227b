import type { Context } from 'hono';
import * as z from 'zod/mini';
import { timeOf } from '../../../db/ids.ts';
import { type Channel, findChannel, removeChannel } from '../../../db/notices/channels.ts';
import { delivery_states, findDelivery, listDeliveries } from '../../../db/notices/deliveries.ts';
import { countQueues, type Queue } from '../../../db/notices/queues.ts';
import { test_event } from '../../../db/notices/write.ts';
import { takeNote } from '../../../db/staff/notes.ts';
import { type App, factory } from '../../context.ts';
import { actorOf } from '../../guards/access.ts';
import { problem } from '../../http/problems/problem.ts';
import { uuid } from '../../http/query-fields.ts';
import { editChannel } from '../../notices/channels.ts';
import { sendTest } from '../../notices/send.ts';
import { answerPage } from '../answer.ts';
import { once } from '../once.ts';
import { readerOf } from '../reader.ts';
import { readRefusal } from '../refusal.ts';
import { readSessionId } from '../session.ts';
import { channelPage, removalPage } from './channel-page.ts';
import { choices, readChange, refuseChannel } from './form.ts';
import { channelAddress } from './states.ts';

const deliveries_per_page = 50;

const id = z.catch(z.optional(z.string().check(z.regex(uuid))), undefined);

/** What the address of a channel's page may carry. A value that is not valid is left out. */
const fields = z.object({
  state: z.catch(z.optional(z.enum(delivery_states)), undefined),
  before: id,
  made: id,
  tested: id,
  done: z.optional(z.string()),
});

/**
 * `GET /console/notices/{id}` shows a channel with its deliveries, the newest first. A secret that was just made is there
 * once.
 */
export const showChannel = factory.createHandlers(async c => {
  const { db } = c.var.services;
  const channel = await readChannel(c);
  if (!channel) return problem(c, 'not-found');
  const { state, before, made, tested, done } = fields.parse(c.req.query());
  const filter = { channel_id: channel.id, state };
  const [page, secret, test] = await Promise.all([
    listDeliveries(db, filter, deliveries_per_page, before),
    made && takeNote<string>(db, readSessionId(c)!, 'channel', made),
    tested && findDelivery(db, tested),
  ]);
  const isOwn = test && test.channel_id === channel.id && test.event === test_event;
  const deliveries = page.deliveries.map(delivery => ({
    ...delivery,
    at: timeOf(delivery.id).toISOString(),
    isTest: delivery.event === test_event,
  }));
  const list = { page: { ...page, deliveries }, states: delivery_states, filters: { state, before } };
  const details = { channel, choices, ...list, done, refusal: readRefusal(c) };
  return answerPage(
    c,
    channelPage(readerOf(c), { ...details, secret: secret || undefined, tested: isOwn ? test : undefined }),
  );
});

/** `POST /console/notices/{id}` changes a channel. */
export const changeChannel = factory.createHandlers(readChange, c => edit(c, c.req.valid('json'), 'changed'));

/** `POST /console/notices/{id}/pause` lets events wait. */
export const pauseChannel = factory.createHandlers(c => edit(c, { paused: true }, 'paused'));

/** `POST /console/notices/{id}/pause/end` sends what waited, and switches a channel on that an answer 410 switched off. */
export const resumeChannel = factory.createHandlers(c => edit(c, { paused: false }, 'resumed'));

async function edit(c: Context<App>, change: Parameters<typeof editChannel>[2], done: string) {
  const outcome = await editChannel(c.var.services, c.req.param('id')!, change, actorOf(c));
  if (!outcome) return problem(c, 'not-found');
  if ('field' in outcome) return refuseChannel(c, outcome);
  return c.redirect(channelAddress(outcome.id, `?done=${done}`), 303);
}

/** `POST /console/notices/{id}/test` sends a test at once. The page that it leads to says what came of it. */
export const testChannel = factory.createHandlers(async c => {
  const id = c.req.param('id')!;
  const outcome = uuid.test(id) && (await sendTest(c.var.services, id));
  if (!outcome) return problem(c, 'not-found');
  if ('wait_ms' in outcome)
    return problem(c, 'too-many-requests', { headers: { 'Retry-After': String(Math.ceil(outcome.wait_ms / 1_000)) } });
  return c.redirect(channelAddress(id, `?tested=${outcome.id}`), 303);
});

/** `GET /console/notices/{id}/removal` asks before a channel is removed. */
export const askRemoval = factory.createHandlers(async c => {
  const channel = await readChannel(c);
  return channel ? answerPage(c, removalPage(readerOf(c), channel)) : problem(c, 'not-found');
});

/** `POST /console/notices/{id}/removal` removes a channel, with its secret and what waits for it. */
export const endChannel = factory.createHandlers(once, async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id')!;
  const isRemoved = uuid.test(id) && (await removeChannel(db, id, actorOf(c), now()));
  return isRemoved ? c.redirect('/console/notices?done=removed', 303) : problem(c, 'not-found');
});

async function readChannel(c: Context<App>): Promise<(Channel & Queue) | undefined> {
  const { db } = c.var.services;
  const id = c.req.param('id')!;
  if (!uuid.test(id)) return undefined;
  const [channel, queues] = await Promise.all([findChannel(db, id), countQueues(db)]);
  return channel && { ...channel, ...(queues.get(id) ?? { queued: 0, dead: 0 }) };
}
