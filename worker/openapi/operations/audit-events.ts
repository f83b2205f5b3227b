import * as z from 'zod';
import { eventQuery } from '../../audit/list.ts';
import { describe, examples, instant, json, named, type Operation, private_headers } from '../declaration.ts';
import { lists } from '../lists.ts';

const event = named(
  'AuditEvent',
  z.strictObject({
    seq: z.int(),
    recorded_at: instant,
    actor: z.string(),
    holder: z.string().nullable(),
    role: z.string(),
    action: z.string(),
    fields: z.string().nullable(),
    purpose: z.string().nullable(),
    request_id: z.uuid().nullable(),
    lead_count: z.int(),
    lead_ids: z.array(z.uuid()),
  }),
);

export const audit_operations: Operation[] = [
  {
    id: 'pullAuditEvents',
    method: 'GET',
    path: '/audit-events',
    tag: 'audit',
    scope: 'audit:read',
    summary: { en: 'Who did what', 'zh-CN': '查询审计记录' },
    description:
      'In the order in which it was done. Ids and kinds only: no event holds a value. Of a status `fields` says from what to what (`status:new>contacted`); an export in clear begins with `lead.exported`, whose `fields` say the format, and the number of leads of one from the console (`xlsx:400`); its pages are `lead.revealed`. A search by name is `lead.searched`, whose `fields` say how many leads it looked through, the first and the last (`name,company,count:20000,first:…,last:…`). With `lead_id` it answers who saw or changed that lead; with `asc` the last cursor goes on for ever.',
    query: describe(eventQuery, {
      lead_id: { description: 'Only what was done with this lead.', example: examples.lead_id, unusual: true },
      action: { description: 'Only acts of this kind.', example: 'lead.revealed', unusual: true },
      actor: {
        description: 'Only acts under this id of a token or an account, of `visitor` or of `operator`.',
        example: examples.token_id,
        unusual: true,
      },
      ...lists.span('recorded', 'recorded'),
      limit: lists.limit,
      cursor: lists.cursor,
      order: { description: '`desc`: the latest first.', example: 'desc' },
    }),
    answers: {
      200: {
        description:
          'A page of events. Of one about many leads, `lead_count` says how many and `lead_ids` names the first ten.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: json(
          z.strictObject({
            audit_events: z.array(event),
            next_cursor: z.string().nullable(),
            has_more: z.boolean(),
          }),
          {
            audit_events: [
              {
                seq: 173,
                recorded_at: examples.later_at,
                actor: examples.token_id,
                holder: '王芳',
                role: 'sales',
                action: 'lead.revealed',
                fields: 'name,phone,email,company',
                purpose: null,
                request_id: examples.request_id,
                lead_count: 1,
                lead_ids: [examples.lead_id],
              },
            ],
            next_cursor: null,
            has_more: false,
          },
        ),
      },
    },
  },
];
