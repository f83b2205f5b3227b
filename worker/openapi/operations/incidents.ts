import * as z from 'zod';
import { incidentQuery, newIncident } from '../../incidents/incidents.ts';
import { newNotice, notice_limit_bytes } from '../../incidents/notice.ts';
import { longest_details } from '../../requests/details.ts';
import { locales } from '../../shared/locales.ts';
import { describe, examples, instant, json, named, type Operation, private_headers } from '../declaration.ts';
import { lists } from '../lists.ts';

const words = z.strictObject({
  situation: z.string(),
  impact: z.string(),
  measures: z.string(),
  advice: z.string(),
  remedies: z.string(),
});
const incident = z.strictObject({
  id: z.uuid(),
  from: instant,
  to: instant,
  cause: z.string(),
  scope: z.strictObject({
    token_id: z.string().optional(),
    key_id: z.string().optional(),
    leads: z.literal(true).optional(),
    all: z.literal(true).optional(),
  }),
  recorded_at: instant,
  report_due_at: instant,
  notice_due_at: instant,
  affected: z.int(),
  told: z.int(),
  noticed_at: instant.nullable(),
  until: instant.nullable(),
  contact: z.string().nullable(),
});
const listed = named('Incident', incident);
const notice = z.strictObject({ lead_id: z.uuid(), told_at: instant, by: z.enum(['mail', 'announcement']) });
const paged = { next_cursor: z.string().nullable(), has_more: z.boolean() };
const whole = named(
  'WholeIncident',
  z.strictObject({
    ...incident.shape,
    texts: z.partialRecord(z.enum(locales), words),
    notices: z.array(notice),
    ...paged,
  }),
);

const incident_id = '019ab2c4-7d1e-7c3a-9f2b-6e5d4c3b2a19';
const example = {
  id: incident_id,
  from: '2026-11-20T00:00:00.000Z',
  to: '2026-11-21T08:00:00.000Z',
  cause: 'A laptop with a valid access token was stolen.',
  scope: { token_id: examples.token_id },
  recorded_at: '2026-11-21T09:00:00.000Z',
  report_due_at: '2026-11-21T13:00:00.000Z',
  notice_due_at: '2026-11-22T09:00:00.000Z',
  affected: 1,
  told: 0,
  noticed_at: null,
  until: null,
  contact: null,
};
const words_example = {
  situation: '一台保存有效访问令牌的笔记本电脑失窃。',
  impact: '姓名、电话、邮箱和公司名称可能已被查看。',
  measures: '令牌已撤销，并已报案。',
  advice: '请留意自称本公司的陌生来电。',
  remedies: '您可随时要求我们删除您的信息。',
};
const noticed = {
  ...{ ...example, told: 1, noticed_at: '2026-11-21T15:00:00.000Z', until: '2026-12-21T15:00:00.000Z' },
  contact: 'privacy@example.com',
  texts: { 'zh-CN': words_example },
  notices: [{ lead_id: examples.lead_id, told_at: '2026-11-21T15:00:00.000Z', by: 'announcement' }],
  next_cursor: null,
  has_more: false,
};

const id = { description: "The incident's id.", format: 'uuid', example: incident_id };
const text = { minLength: 1, maxLength: longest_details };

export const incident_operations: Operation[] = [
  {
    id: 'recordIncident',
    method: 'POST',
    path: '/incidents',
    tag: 'leads',
    scope: 'incidents:manage',
    summary: { en: 'Record a security incident', 'zh-CN': '记录安全事件' },
    description:
      'The leads whose data it reached are found from the audit trail: for `token_id` those that the token, or the account of that id, was shown or exported in clear from ten minutes before `from` (a look in the console may last so long) up to `to`, and those that its searches by name looked through, because an answer tells of each whether its name holds a text; for `key_id` those that the key may have wrapped and that were not erased before `from`; for `all` every lead that was here. `lead_ids` names them.',
    body: describe(newIncident, {
      from: { description: 'When it began.', example: example.from },
      to: { description: 'When it ended, or now.', example: example.to },
      cause: { ...text, description: 'What happened. Sealed under a key of its own.', example: example.cause },
      scope: { description: 'Whose data it reached: one of the four.', example: { all: true } },
    }),
    answers: {
      201: {
        description: 'Recorded. `affected` counts leads.',
        headers: private_headers,
        content: json(z.strictObject({ id: z.uuid(), affected: z.int() }), { id: incident_id, affected: 1 }),
      },
    },
  },
  {
    id: 'listIncidents',
    method: 'GET',
    path: '/incidents',
    tag: 'leads',
    scope: 'incidents:manage',
    summary: { en: 'All incidents', 'zh-CN': '列出安全事件' },
    description: 'The newest first. `report_due_at` is four hours after it was recorded, `notice_due_at` a day after.',
    query: describe(incidentQuery, { limit: lists.limit, cursor: lists.cursor }),
    answers: {
      200: {
        description: 'A page of them.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: json(z.strictObject({ incidents: z.array(listed), ...paged }), {
          incidents: [example],
          next_cursor: null,
          has_more: false,
        }),
      },
    },
  },
  {
    id: 'showIncident',
    method: 'GET',
    path: '/incidents/{id}',
    tag: 'leads',
    scope: 'incidents:manage',
    summary: { en: 'One incident, and who was told', 'zh-CN': '查看安全事件及告知记录' },
    description: '`notices` is a page of the people who were told, by lead.',
    path_fields: { id },
    query: describe(incidentQuery, { limit: lists.limit, cursor: lists.cursor }),
    answers: {
      200: {
        description: 'The incident.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: json(whole, noticed),
      },
    },
    problems: ['not-found'],
  },
  {
    id: 'giveNotice',
    method: 'POST',
    path: '/incidents/{id}/notice',
    tag: 'leads',
    scope: 'incidents:manage',
    summary: { en: 'Tell the people of an incident', 'zh-CN': '告知受影响的个人' },
    description:
      'Announces the notice at `/announcements` and in the widget until `until`, thirty days unless said, and records of each affected lead that its person was told. Each of the five texts is mandatory in each language that is there; all that is missing is named at once, like `texts.zh-CN.advice`. A notice is given once and never changes.',
    path_fields: { id },
    body: {
      limit_kib: notice_limit_bytes / 1024,
      ...describe(newNotice, {
        contact: { ...text, description: 'Whom to ask. Everybody reads it.', example: noticed.contact },
        until: { description: 'Until when it is announced.', example: noticed.until },
        texts: {
          description: 'The notice in Chinese, and in English where that is needed. Everybody reads it.',
          example: noticed.texts,
        },
      }),
    },
    answers: { 200: { description: 'The incident.', headers: private_headers, content: json(whole, noticed) } },
    problems: ['not-found', 'conflict'],
  },
];
