import * as z from 'zod';
import { consentQuery, statsQuery } from '../../consents/list.ts';
import { choice } from '../../consents/record.ts';
import { historyQuery } from '../../consents/show.ts';
import { locales } from '../../shared/locales.ts';
import { describe, examples, instant, json, named, no_store, type Operation, private_headers } from '../declaration.ts';
import { lists } from '../lists.ts';

const facts = {
  id: z.uuid(),
  visitor_id: z.uuid(),
  policy_version: z.string(),
  shown: z.array(z.string()),
  granted: z.array(z.string()),
  source: z.enum(['banner', 'preferences', 'withdrawal']),
  chosen_at: instant,
  received_at: instant,
  expires_at: instant,
};
const record = named('Consent', z.strictObject(facts));
const storedRecord = named('StoredConsent', z.strictObject({ ...facts, locale: z.enum(locales) }));
const day = named(
  'ConsentDay',
  z.strictObject({
    day: z.iso.date(),
    policy_version: z.string(),
    locale: z.enum(locales),
    accepted: z.int(),
    refused: z.int(),
    customised: z.int(),
    withdrawn: z.int(),
  }),
);

const purposes = ['necessary', 'functional', 'analytics', 'marketing'];
const example = {
  id: examples.consent_id,
  visitor_id: examples.visitor_id,
  policy_version: examples.version,
  shown: purposes,
  granted: ['necessary', 'analytics'],
  source: 'banner',
  chosen_at: examples.received_at,
  received_at: examples.received_at,
  expires_at: '2027-05-24T04:00:00.000Z',
};
const visitor_id = { description: "The visitor's id.", format: 'uuid', example: examples.visitor_id };
const set_cookie = { 'Set-Cookie': 'The cookie `consent`: what holds now, for pages to read.' };

export const consent_operations: Operation[] = [
  {
    id: 'pullConsents',
    method: 'GET',
    path: '/consents',
    tag: 'consents',
    scope: 'consents:read',
    summary: { en: 'Pull cookie choices', 'zh-CN': '拉取 Cookie 选择记录' },
    description:
      'The earliest received first. The last cursor goes on for ever; records of the last seconds come again with it, so that none is missed: tell them by their ids. `Accept: application/x-ndjson` streams all that match.',
    query: describe(consentQuery, {
      visitor_id: { ...visitor_id, description: 'Only choices of this visitor.', unusual: true },
      policy_version: { description: 'Only choices under this version.', example: examples.version, unusual: true },
      locale: { description: 'Only choices made in this language.', example: 'en', unusual: true },
      source: { description: 'Only choices made there.', example: 'banner', unusual: true },
      ...lists.span('received', 'received'),
      limit: lists.limit,
      cursor: lists.cursor,
    }),
    header_fields: {
      Accept: {
        description: 'Asks for a stream instead of a page.',
        enum: ['application/json', 'application/x-ndjson'],
        unusual: true,
      },
    },
    answers: {
      200: {
        description: 'A page of choices, or a stream of all that match.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: {
          ...json(z.strictObject({ consents: z.array(storedRecord), next_cursor: z.string(), has_more: z.boolean() }), {
            consents: [{ ...example, locale: 'en' }],
            next_cursor: 'Y29uc2VudHMg',
            has_more: false,
          }),
          'application/x-ndjson': { schema: z.string(), example: `${JSON.stringify({ ...example, locale: 'en' })}\n` },
        },
      },
    },
  },
  {
    id: 'submitConsent',
    method: 'POST',
    path: '/consents',
    tag: 'consents',
    origin: true,
    limited: true,
    repeatable: true,
    summary: { en: 'Store a cookie choice', 'zh-CN': '保存 Cookie 选择' },
    description: 'A refusal is a choice too. Each is one appended record; none is ever changed.',
    body: describe(choice, {
      visitor_id: { ...visitor_id, description: 'Who chose; the server makes one where it is missing.' },
      policy_version: { description: 'Any published version.', example: examples.version },
      locale: { description: 'The language in which was asked.', example: 'en' },
      shown: { description: 'The purposes that were asked about.', example: purposes },
      granted: { description: 'Those that were agreed to: some of `shown`.', example: example.granted },
      source: { description: 'Where the choice was made.', example: 'banner' },
      chosen_at: { description: 'At most 182 days ago.', example: examples.received_at },
    }),
    answers: {
      201: { description: 'Stored.', headers: { ...no_store, ...set_cookie }, content: json(record, example) },
    },
  },
  {
    id: 'showConsentStats',
    method: 'GET',
    path: '/consents/stats',
    tag: 'consents',
    scope: 'consents:read',
    summary: { en: 'Choices by day', 'zh-CN': '按日统计 Cookie 选择' },
    description: "By day in the deployment's time zone, version and language.",
    query: describe(statsQuery, {
      from: { description: 'The first day.', example: '2026-11-01' },
      to: { description: 'The last day.', example: '2026-11-30' },
    }),
    answers: {
      200: {
        description: 'A line for each day, version and language that had choices.',
        headers: private_headers,
        content: json(z.strictObject({ stats: z.array(day) }), {
          stats: [
            {
              day: '2026-11-23',
              policy_version: examples.version,
              locale: 'en',
              accepted: 41,
              refused: 17,
              customised: 6,
              withdrawn: 1,
            },
          ],
        }),
      },
    },
  },
  {
    id: 'showConsents',
    method: 'GET',
    path: '/consents/{visitor_id}',
    tag: 'consents',
    limited: true,
    summary: { en: "A visitor's choices", 'zh-CN': '查看某访客的选择' },
    description:
      '`current` is the choice that was made last, null once it has expired. The history comes 50 at a time.',
    path_fields: { visitor_id },
    query: {
      lenient: true,
      ...describe(historyQuery, { cursor: { description: 'The `next_cursor` of the page before.', unusual: true } }),
    },
    answers: {
      200: {
        description: 'A page of them, the latest first. At the end `next_cursor` is null.',
        headers: private_headers,
        content: json(
          z.strictObject({
            visitor_id: z.uuid(),
            current: record.nullable(),
            history: z.array(record),
            next_cursor: z.string().nullable(),
          }),
          { visitor_id: examples.visitor_id, current: example, history: [example], next_cursor: null },
        ),
      },
    },
    problems: ['not-found', 'invalid-fields'],
  },
  {
    id: 'withdrawConsent',
    method: 'POST',
    path: '/consents/{visitor_id}/withdrawal',
    tag: 'consents',
    origin: true,
    limited: true,
    summary: { en: 'Take back every choice', 'zh-CN': '撤回全部选择' },
    description: 'Needs no body.',
    path_fields: { visitor_id },
    body: 'ignored',
    answers: {
      201: {
        description: 'Taken back: a new record that grants nothing.',
        headers: { ...no_store, ...set_cookie },
        content: json(record, { ...example, granted: [], source: 'withdrawal' }),
      },
    },
    problems: ['not-found'],
  },
];
