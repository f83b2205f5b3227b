import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { Actor } from '../../db/audit/record.ts';
import {
  type Channel,
  changeChannel,
  channel_kinds,
  createChannel,
  findChannel,
  listChannels,
  removeChannel,
} from '../../db/notices/channels.ts';
import { channel_events } from '../../db/notices/write.ts';
import { type App, factory, type Services } from '../context.ts';
import { actorOf } from '../guards/access.ts';
import { problem } from '../http/problems/problem.ts';
import { uuid } from '../http/query-fields.ts';
import { staffName } from '../http/staff-text.ts';
import { body, ignoreBody, invalidFields } from '../http/validate.ts';
import { locales } from '../shared/locales.ts';
import { showDelivery } from './delivery.ts';
import type { AddressRefusal } from './kind.ts';
import { kinds } from './kinds.ts';
import { sendTest } from './send.ts';

/** Because each event writes a delivery for each channel, there are no more of them. */
const most_channels = 100;

/** Length of an address, in characters. */
export const longest_address = 2_000;

/** Length of a secret, in characters. */
export const longest_secret = 200;

/** Because lists of channels are read on terminals too, an address holds nothing that moves a cursor or hides. */
const address_form = /^[^\s\p{C}]+$/u;

const fields = {
  name: staffName,
  address: z.string().check(z.regex(address_form), z.maxLength(longest_address)),
  secret: z.string().check(z.minLength(1), z.maxLength(longest_secret)),
  events: z.array(z.enum(channel_events)).check(
    z.minLength(1),
    z.maxLength(channel_events.length),
    z.refine(events => new Set(events).size === events.length),
  ),
  locale: z.enum(locales),
  after_hours: z.int().check(z.minimum(1), z.maximum(1_000)),
  paused: z.boolean(),
};

export const newChannel = z.strictObject({
  kind: z.enum(channel_kinds),
  ...fields,
  secret: z.optional(fields.secret),
  locale: z._default(fields.locale, 'zh-CN'),
  after_hours: z._default(fields.after_hours, 4),
  paused: z._default(fields.paused, false),
});

export const channelChange = z.partial(z.strictObject(fields));

const headers = { 'Cache-Control': 'private, no-store' };

/** `GET /channels` lists all channels, without their secrets. */
export const showChannels = factory.createHandlers(async c =>
  c.json({ channels: await listChannels(c.var.services.db) }, 200, headers),
);

/** A channel that was made. A secret that was made with it is told here and nowhere else. */
type Made = Channel & { secret?: string };

/** Creates a channel, or returns why it cannot be: the field, and a sentence. */
export async function addChannel(
  services: Pick<Services, 'db' | 'vault' | 'settings' | 'postMail'>,
  asked: z.output<typeof newChannel>,
  actor: Actor,
  now: Date,
): Promise<Made | Refusal> {
  const refused = refuse(services, asked.kind, asked);
  if (refused) return refused;
  if ((await listChannels(services.db)).length >= most_channels)
    return {
      field: 'kind',
      code: 'too-many',
      message: `There are ${most_channels} channels, the most: remove one first.`,
    };
  const { makeSecret, showAddress } = kinds[asked.kind];
  const made = asked.secret ? undefined : makeSecret?.();
  const shown_address = showAddress(asked.address);
  const channel = await createChannel(services, { ...asked, shown_address, secret: asked.secret ?? made }, actor, now);
  return { ...channel, ...(made && { secret: made }) };
}

/**
 * Changes a channel, or returns why it cannot be changed so. Empties the queue at once where it is on again.
 *
 * @returns Undefined when there is no such channel.
 */
export async function editChannel(
  services: Services,
  id: string,
  change: z.output<typeof channelChange>,
  actor: Actor,
): Promise<Channel | Refusal | undefined> {
  const before = uuid.test(id) ? await findChannel(services.db, id) : undefined;
  if (!before) return undefined;
  const refused = refuse(services, before.kind, change);
  if (refused) return refused;
  const shown_address = change.address === undefined ? undefined : kinds[before.kind].showAddress(change.address);
  const channel = await changeChannel(services, id, { ...change, shown_address }, actor, services.now());
  services.notify?.();
  return channel;
}

/** A refusal names what is wrong with a channel that is asked for. A code says why, where it is not the form of a secret. */
export interface Refusal {
  field: 'kind' | 'address' | 'secret';
  code?: AddressRefusal | 'too-many';
  message: string;
}

function refuse(
  sender: Pick<Services, 'settings' | 'postMail'>,
  kind: Channel['kind'],
  { address, secret }: { address?: string | undefined; secret?: string | undefined },
): Refusal | undefined {
  const code = address === undefined ? undefined : kinds[kind].refuseAddress(sender, address);
  if (code) return { field: 'address', code, message: explanations[code] };
  if (secret !== undefined && !kinds[kind].isSecret(secret))
    return { field: 'secret', message: kinds[kind].secret_form };
  return undefined;
}

/** `POST /channels` creates a channel. A secret that is made here is in this answer alone. */
export const makeChannel = factory.createHandlers(body(newChannel), async c => {
  const { services } = c.var;
  const made = await addChannel(services, c.req.valid('json'), actorOf(c), services.now());
  return 'field' in made ? answerRefusal(c, made) : c.json(made, 201, headers);
});

/** `PATCH /channels/{id}` changes a channel. */
export const patchChannel = factory.createHandlers(body(channelChange), async c => {
  const { services } = c.var;
  const id = c.req.param('id')!;
  const change = c.req.valid('json');
  const outcome = await editChannel(services, id, change, actorOf(c));
  if (!outcome) return problem(c, 'not-found');
  return 'field' in outcome ? answerRefusal(c, outcome) : c.json(outcome, 200, headers);
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
  const outcome = uuid.test(id) && (await sendTest(services, id));
  if (!outcome) return problem(c, 'not-found');
  if ('wait_ms' in outcome)
    return problem(c, 'too-many-requests', { headers: { 'Retry-After': String(Math.ceil(outcome.wait_ms / 1_000)) } });
  return c.json(showDelivery(outcome), 200, headers);
});

function answerRefusal(c: Context<App>, { field, message }: Refusal) {
  return invalidFields(c, [{ field, code: 'invalid', message }]);
}

const explanations: Record<AddressRefusal, string> = {
  'not-whole': 'Expected the whole address, not what is shown of it.',
  'bad-address': 'Expected an https address without a password.',
  'host-not-listed': 'The setting OUTBOUND_HOSTS does not list this host.',
  'not-https': 'Expected https: http leads only to private or loopback addresses that OUTBOUND_HOSTS lists.',
  'private-address': 'The setting OUTBOUND_HOSTS does not list this private address.',
  'answer-too-long': 'The answer is too long.',
  'bad-mailbox': 'Expected one e-mail address, like sales@example.com.',
  'no-mail-here': 'Not on this host: only the Node server sends e-mail.',
  'no-mail-server': 'The settings SMTP_URL and MAIL_FROM name no server that e-mail goes out by.',
};
