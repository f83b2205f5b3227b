import * as z from 'zod';
import { closed_reasons, lead_statuses } from '../../../db/leads/lead.ts';
import { change, erasure } from '../../leads/change.ts';
import { leadQuery, leadView } from '../../leads/pull.ts';
import { forms } from '../../shared/fields.ts';
import { describe, examples, instant, json, named, type Operation, private_headers } from '../declaration.ts';
import { lists } from '../lists.ts';

const values = { name: z.string(), phone: z.string(), email: z.string(), company: z.string() };

const lead = named(
  'Lead',
  z.strictObject({
    id: z.uuid(),
    form: z.enum(forms),
    status: z.enum(lead_statuses),
    assigned_to: z.string().nullable(),
    ...values,
    policy_version: z.string(),
    received_at: instant,
    changed_at: instant,
    earlier_lead_id: z.uuid().nullable(),
    follow_up_on: z.iso.date().nullable(),
    closed_reason: z.enum(closed_reasons).nullable(),
    note: z.string().nullable().optional(),
  }),
);
const erased = named('ErasedLead', z.strictObject({ id: z.uuid(), erased_at: instant }));
const restricted = named('RestrictedLead', z.strictObject({ id: z.uuid(), restricted_at: instant }));
const anyLead = z.union([lead, erased, restricted]);
const leadPage = z.strictObject({
  leads: z.array(anyLead),
  next_cursor: z.string().nullable(),
  has_more: z.boolean(),
  searched: z.number().int().optional(),
  unopened: z.number().int().optional(),
});

const masked_lead = {
  id: examples.lead_id,
  form: 'mini-ai-experience',
  status: 'new',
  assigned_to: null,
  name: '欧阳**',
  phone: '138******78',
  email: 'z***@example.com',
  company: '小视**有限公司',
  policy_version: examples.version,
  received_at: examples.received_at,
  changed_at: examples.received_at,
  earlier_lead_id: null,
  follow_up_on: null,
  closed_reason: null,
};
const tombstone = { id: examples.other_lead_id, erased_at: examples.later_at };
const row = Object.values(masked_lead).map(value => value ?? '');

const view = {
  description: '`clear` opens the values: it needs the scope `leads:reveal` and leaves an audit event.',
  example: 'masked',
};
const id = { description: "The lead's id.", format: 'uuid', example: examples.lead_id };

export const lead_operations: Operation[] = [
  {
    id: 'pullLeads',
    method: 'GET',
    path: '/leads',
    tag: 'leads',
    scope: 'leads:read',
    summary: { en: 'Pull leads', 'zh-CN': '拉取线索' },
    description: `**The feed** is \`order=asc\` with no filter but \`form\`: each lead at its latest change, the oldest change first, erased ones as tombstones. Keep \`next_cursor\` and pull again, today or next year: you get every lead received, changed or erased since, and never miss one. At its end \`has_more\` is false and \`next_cursor\` goes on working.

**A search** is anything else, by time of receipt: no tombstones, and \`next_cursor\` is null at the end.

**A search by name** (\`q\`) finds the leads whose name or company contains a text. It needs the scope \`leads:reveal\`, because guesses unmask; it looks through the newest 20,000 leads (on Workers 2,000) that the other filters leave, and answers masked with \`searched\`, how many these were. Leads whose key is lost are passed over; \`unopened\` says how many, where there are some. It leaves an audit event, and is never streamed.

With \`Accept: application/x-ndjson\` or \`text/csv\` everything that matches is streamed, each lead once; \`Link\` then holds the feed's cursor as of the start. If something fails midway the connection breaks: a stream never ends as if it were whole.`,
    query: describe(leadQuery, {
      form: { description: 'Only leads of this form.', example: 'mini-ai-experience', unusual: true },
      status: { description: 'Only leads with this status.', example: 'new', unusual: true },
      assigned_to: { description: 'Only leads of this person, exactly as assigned.', example: '王芳', unusual: true },
      ...lists.span('received', 'received'),
      phone: {
        description: 'Exactly this number, in any spelling that means the same.',
        example: '138 0013 8078',
        unusual: true,
      },
      email: { description: 'Exactly this address, capitals apart.', example: 'zhang.san@example.com', unusual: true },
      q: {
        description: 'Part of a name or a company, in any case and width. From two characters on.',
        example: '小视',
        minLength: 2,
        maxLength: 200,
        unusual: true,
      },
      limit: lists.limit,
      cursor: lists.cursor,
      order: { description: '`desc`: the newest received first.', example: 'asc' },
      view,
    }),
    header_fields: {
      Accept: {
        description: 'Asks for a stream instead of a page.',
        enum: ['application/json', 'application/x-ndjson', 'text/csv'],
        unusual: true,
      },
    },
    answers: {
      200: {
        description: 'A page of leads, or a stream of all that match.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: {
          ...json(leadPage, { leads: [masked_lead, tombstone], next_cursor: 'ZmVlZCAxNzMg', has_more: false }),
          'application/x-ndjson': { schema: z.string(), example: `${JSON.stringify(masked_lead)}\n` },
          'text/csv': { schema: z.string(), example: `${Object.keys(masked_lead)}\r\n${row}\r\n` },
        },
      },
    },
  },
  {
    id: 'showLead',
    method: 'GET',
    path: '/leads/{id}',
    tag: 'leads',
    scope: 'leads:read',
    summary: { en: 'One lead', 'zh-CN': '查看一条线索' },
    description: 'An erased lead is answered with its tombstone, one under a hold with that fact alone.',
    path_fields: { id },
    query: describe(leadView, { view }),
    answers: {
      200: {
        description: 'The lead, or what is left of it.',
        headers: private_headers,
        content: json(anyLead, masked_lead),
      },
    },
    problems: ['not-found'],
  },
  {
    id: 'changeLead',
    method: 'PATCH',
    path: '/leads/{id}',
    tag: 'leads',
    scope: 'leads:write',
    summary: { en: 'Change or correct a lead', 'zh-CN': '更改或更正线索' },
    description:
      'What is not named stays as it is. Correcting name, phone, email or company needs the scope `leads:correct`; the corrected values are sealed and found anew. The change shows in the feed. A `closed_reason` goes with the status `closed` alone: it is refused of another, and a lead that is opened again loses it.',
    path_fields: { id },
    body: describe(change, {
      status: { description: 'Where sales stand with it.', example: 'contacted' },
      closed_reason: { description: 'Why it is closed; null for no reason.', example: 'won', unusual: true },
      assigned_to: { description: 'Whose lead it is; null for nobody.', example: '王芳' },
      follow_up_on: {
        description: 'The day on which to get in touch, in the time zone of the deployment; null for none.',
        example: '2026-11-25',
      },
      note: {
        description:
          "The staff's own words about the work, at most 500 characters; null or blank for none. Sealed with the lead, shown in the clear view and in the person's copy.",
        maxLength: 500,
        example: 'Wants a quotation for two sites.',
      },
      name: { description: 'The name, corrected.', minLength: 1, maxLength: 100, example: '欧阳晓明', unusual: true },
      phone: { description: 'The phone number, corrected.', example: '025-58801024', unusual: true },
      email: { description: 'The e-mail address, corrected.', example: 'ouyang@example.com', unusual: true },
      company: {
        description: 'The company, corrected.',
        minLength: 1,
        maxLength: 200,
        example: '小视科技',
        unusual: true,
      },
    }),
    answers: {
      200: {
        description: 'The lead as it is now, masked.',
        headers: private_headers,
        content: json(lead, {
          ...masked_lead,
          status: 'contacted',
          assigned_to: '王芳',
          follow_up_on: '2026-11-25',
          changed_at: examples.later_at,
        }),
      },
    },
    problems: ['not-found', 'held'],
  },
  {
    id: 'eraseLead',
    method: 'DELETE',
    path: '/leads/{id}',
    tag: 'leads',
    scope: 'leads:erase',
    summary: { en: 'Erase a lead', 'zh-CN': '删除线索' },
    description:
      'Destroys the key of the lead, so that it can be read nowhere any more, and leaves a tombstone in the feed. Repeated, it answers the same. A lead on which a hold stands is `held`.',
    path_fields: { id },
    body: {
      ...describe(erasure, {
        ground: {
          description:
            'Why; the audit trail keeps it. `child` yields only to a hold by `law` or `court`, and is then done when that is released.',
          example: 'purpose_achieved',
        },
      }),
      optional: true,
    },
    answers: { 204: { description: 'Erased.' } },
    problems: ['not-found', 'held'],
  },
];
