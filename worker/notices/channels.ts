import type { Context } from 'hono';
import * as z from 'zod/mini';
import {
  changeChannel,
  channel_kinds,
  createChannel,
  findChannel,
  listChannels,
  removeChannel,
} from '../../db/notices/channels.ts';
import { channel_events } from '../../db/notices/outbox.ts';
import { type App, factory } from '../context.ts';
import { checkAddress } from '../egress.ts';
import { actorOf } from '../guards/access.ts';
import { problem } from '../http/problem.ts';
import { uuid } from '../http/query-fields.ts';
import { staffName } from '../http/staff-text.ts';
import { body, ignoreBody, invalidFields } from '../http/validate.ts';
import { locales } from '../shared/locales.ts';
import { showDelivery } from './delivery.ts';
import { sendTest } from './send.ts';
import { isSecret } from './webhook.ts';

/** Length of an address, in characters. */
export const longest_address = 2_000;

const fields = {
  name: staffName,
  address: z.url().check(z.maxLength(longest_address)),
  secret: z.string().check(z.refine(isSecret)),
  events: z.array(z.enum(channel_events)).check(z.minLength(1), z.maxLength(channel_events.length)),
  locale: z.enum(locales),
  paused: z.boolean(),
};

export const newChannel = z.strictObject({
  kind: z.enum(channel_kinds),
  ...fields,
  secret: z.optional(fields.secret),
  locale: z._default(fields.locale, 'zh-CN'),
  paused: z._default(fields.paused, false),
});

export const channelChange = z.partial(z.strictObject(fields));

const headers = { 'Cache-Control': 'private, no-store' };

/** `GET /channels` lists all channels, without their secrets. */
export const showChannels = factory.createHandlers(async c =>
  c.json({ channels: await listChannels(c.var.services.db) }, 200, headers),
);

/** `POST /channels` creates a channel. A secret that is made here is in this answer alone. */
export const makeChannel = factory.createHandlers(body(newChannel), async c => {
  const { services } = c.var;
  const asked = c.req.valid('json');
  const refused = refuseAddress(c, asked.address);
  if (refused) return refused;
  const { channel, secret } = await createChannel(services, asked, actorOf(c), services.now());
  return c.json({ ...channel, ...(!asked.secret && { secret }) }, 201, headers);
});

/** `PATCH /channels/{id}` changes a channel. */
export const patchChannel = factory.createHandlers(body(channelChange), async c => {
  const { services } = c.var;
  const id = c.req.param('id')!;
  const change = c.req.valid('json');
  const refused = change.address && refuseAddress(c, change.address);
  if (refused) return refused;
  const channel = uuid.test(id) && (await changeChannel(services, id, change, actorOf(c), services.now()));
  if (!channel) return problem(c, 'not-found');
  services.notify?.();
  return c.json(channel, 200, headers);
});

/** `DELETE /channels/{id}` removes a channel, with what waits for it. */
export const endChannel = factory.createHandlers(ignoreBody, async c => {
  const { db, now } = c.var.services;
  const id = c.req.param('id')!;
  const removed = uuid.test(id) && (await removeChannel(db, id, actorOf(c), now()));
  return removed ? c.body(null, 204, { 'Cache-Control': 'no-store' }) : problem(c, 'not-found');
});

/** `POST /channels/{id}/test` sends a test at once and answers what came of it. */
export const testChannel = factory.createHandlers(ignoreBody, async c => {
  const { services } = c.var;
  const id = c.req.param('id')!;
  const channel = uuid.test(id) && (await findChannel(services.db, id));
  const delivery = channel && (await sendTest(services, id));
  return delivery ? c.json(showDelivery(delivery), 200, headers) : problem(c, 'not-found');
});

function refuseAddress(c: Context<App>, address: string) {
  const code = checkAddress(address, c.var.services.settings.outbound_hosts);
  return code && invalidFields(c, [{ field: 'address', code: 'invalid', message: explanations[code] }]);
}

export const explanations: Record<NonNullable<ReturnType<typeof checkAddress>>, string> = {
  'bad-address': 'Expected an https address without a password.',
  'host-not-listed': 'The setting OUTBOUND_HOSTS does not list this host.',
  'not-https': 'Expected https: http leads only to private or loopback addresses that OUTBOUND_HOSTS lists.',
  'private-address': 'The setting OUTBOUND_HOSTS does not list this private address.',
  'answer-too-long': 'The answer is too long.',
};
