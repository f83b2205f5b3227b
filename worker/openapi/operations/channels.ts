import * as z from 'zod';
import { retry_after_ms } from '../../../db/notices/attempts.ts';
import { channel_kinds } from '../../../db/notices/channels.ts';
import { delivery_states } from '../../../db/notices/deliveries.ts';
import { channel_events } from '../../../db/notices/write.ts';
import { channelChange, longest_address, newChannel } from '../../notices/channels.ts';
import { deliveryQuery } from '../../notices/deliveries.ts';
import { locales } from '../../shared/locales.ts';
import { describe, examples, instant, json, named, type Operation, private_headers } from '../declaration.ts';
import { lists } from '../lists.ts';

const shape = {
  id: z.uuid(),
  kind: z.enum(channel_kinds),
  name: z.string(),
  address: z.string(),
  events: z.array(z.enum(channel_events)),
  locale: z.enum(locales),
  after_hours: z.int(),
  paused: z.boolean(),
  off_at: instant.nullable(),
  last_success_at: instant.nullable(),
  failing_since: instant.nullable(),
  created_at: instant,
};
const channel = named('Channel', z.strictObject(shape));
const made = named('NewChannel', z.strictObject({ ...shape, secret: z.string().optional() }));

const delivery = named(
  'Delivery',
  z.strictObject({
    id: z.uuid(),
    channel_id: z.uuid(),
    event: z.enum([...channel_events, 'channel.test']),
    lead_id: z.uuid().optional(),
    request_id: z.uuid().optional(),
    state: z.enum(delivery_states),
    attempts: z.int(),
    last_status: z.int().nullable(),
    last_error: z.string().nullable(),
    next_at: instant.nullable(),
  }),
);

const crm = {
  id: examples.channel_id,
  kind: 'webhook',
  name: 'CRM',
  address: 'https://hooks.example.com/leads',
  events: ['lead.created'],
  locale: 'zh-CN',
  after_hours: 4,
  paused: false,
  off_at: null,
  last_success_at: null,
  failing_since: null,
  created_at: examples.received_at,
};

const queued = {
  id: examples.delivery_id,
  channel_id: examples.channel_id,
  event: 'lead.created',
  lead_id: examples.lead_id,
  state: 'queued',
  attempts: 0,
  last_status: null,
  last_error: null,
  next_at: examples.received_at,
};
const dead = { ...queued, state: 'dead', attempts: retry_after_ms.length + 1, last_status: 503, next_at: null };
const tested = {
  ...dead,
  lead_id: undefined,
  event: 'channel.test',
  state: 'sent',
  attempts: 1,
  last_status: 204,
};

const id = { description: "The channel's id.", format: 'uuid', example: examples.channel_id };
const secret = {
  description:
    'What signs. Of a webhook `whsec_` and 24 to 64 bytes in base64: after a change the former one signs too for 24 hours. Of a robot the key that its app shows: of Feishu that of 签名校验, of DingTalk `SEC…` of 加签, each where the robot asks for it; of WeCom none. It is stored sealed and never shown again.',
  example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  unusual: true as const,
};
const fields = {
  name: { description: 'What staff call it. Name no person in it.', example: crm.name },
  address: {
    maxLength: longest_address,
    description:
      'Of `email` a mailbox; else an https address whose host `OUTBOUND_HOSTS` lists; http only to a private or loopback address there. That of a robot is its key: it is stored sealed, and only its host and path are shown, with `…` for the key.',
    example: crm.address,
  },
  events: { minItems: 1, description: 'What it is told of.', example: crm.events },
  paused: {
    description: 'While it is paused, events wait. `false` also switches it on again after an answer 410.',
    example: false,
  },
  after_hours: {
    description:
      'Working hours (`WORKING_HOURS`, on working days) after which it is told `lead.waiting` of a lead that is still new.',
    example: 4,
  },
  locale: {
    description:
      'The language of what a robot writes. A webhook carries no text in a language, so there it changes nothing.',
    example: 'zh-CN',
  },
};

export const channel_operations: Operation[] = [
  {
    id: 'createChannel',
    method: 'POST',
    path: '/channels',
    tag: 'channels',
    scope: 'channels:manage',
    summary: { en: 'Make a channel', 'zh-CN': '创建通知渠道' },
    description:
      'From then on it is told of each event, and of nothing personal. A webhook gets a request for each (Standard Webhooks 1.0) with the body `{ type, timestamp, data: { lead_id?, request_id?, form?, console_url } }`; without `secret` one is made, and this answer alone shows it. A robot of Feishu, DingTalk or WeCom writes a message into its group; what comes in a burst is one message that counts.',
    body: describe(newChannel, {
      ...fields,
      kind: { description: 'What receives it.', example: 'webhook' },
      secret,
    }),
    answers: {
      201: {
        description: 'The channel.',
        headers: private_headers,
        content: json(made, { ...crm, secret: secret.example }),
      },
    },
  },
  {
    id: 'listChannels',
    method: 'GET',
    path: '/channels',
    tag: 'channels',
    scope: 'channels:manage',
    summary: { en: 'All channels', 'zh-CN': '列出通知渠道' },
    answers: {
      200: {
        description: 'All of them, without their secrets.',
        headers: private_headers,
        content: json(z.strictObject({ channels: z.array(channel) }), {
          channels: [{ ...crm, last_success_at: examples.later_at }],
        }),
      },
    },
  },
  {
    id: 'changeChannel',
    method: 'PATCH',
    path: '/channels/{id}',
    tag: 'channels',
    scope: 'channels:manage',
    summary: { en: 'Change a channel', 'zh-CN': '修改通知渠道' },
    path_fields: { id },
    body: describe(channelChange, { ...fields, secret }),
    answers: { 200: { description: 'The channel.', headers: private_headers, content: json(channel, crm) } },
    problems: ['not-found'],
  },
  {
    id: 'removeChannel',
    method: 'DELETE',
    path: '/channels/{id}',
    tag: 'channels',
    scope: 'channels:manage',
    summary: { en: 'Remove a channel', 'zh-CN': '移除通知渠道' },
    description: 'Its secret and its deliveries go with it, those that wait too.',
    path_fields: { id },
    body: 'ignored',
    answers: { 204: { description: 'Removed.' } },
    problems: ['not-found'],
  },
  {
    id: 'testChannel',
    method: 'POST',
    path: '/channels/{id}/test',
    tag: 'channels',
    scope: 'channels:manage',
    summary: { en: 'Test a channel', 'zh-CN': '测试通知渠道' },
    description:
      'Sends the event `channel.test` at once, whatever waits, and answers what came of it. It is tried once. 429 says that the robot takes no message for the seconds in `Retry-After`.',
    path_fields: { id },
    body: 'ignored',
    answers: { 200: { description: 'What came of it.', headers: private_headers, content: json(delivery, tested) } },
    problems: ['not-found'],
  },
  {
    id: 'listDeliveries',
    method: 'GET',
    path: '/deliveries',
    tag: 'channels',
    scope: 'channels:manage',
    summary: { en: 'Deliveries', 'zh-CN': '列出投递记录' },
    description:
      'The newest first. Those that are sent or dead are kept for 30 days. `last_error` is a code where no answer came, or the code of the error that a robot answered with.',
    query: describe(deliveryQuery, {
      channel_id: { description: 'Only those of this channel.', format: 'uuid', example: examples.channel_id },
      state: { description: 'Only those in this state.', example: 'dead' },
      limit: lists.limit,
      cursor: lists.cursor,
    }),
    answers: {
      200: {
        description: 'A page of them.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: json(
          z.strictObject({
            deliveries: z.array(delivery),
            next_cursor: z.string().nullable(),
            has_more: z.boolean(),
          }),
          { deliveries: [dead], next_cursor: null, has_more: false },
        ),
      },
    },
  },
  {
    id: 'retryDelivery',
    method: 'POST',
    path: '/deliveries/{id}/retry',
    tag: 'channels',
    scope: 'channels:manage',
    summary: { en: 'Send a delivery again', 'zh-CN': '重新投递' },
    description:
      'Queues one that is dead or waits, to be sent now, with all its attempts before it. One that is sent stays so.',
    path_fields: { id: { description: "The delivery's id.", format: 'uuid', example: examples.delivery_id } },
    body: 'ignored',
    answers: { 200: { description: 'The delivery.', headers: private_headers, content: json(delivery, queued) } },
    problems: ['not-found'],
  },
];
