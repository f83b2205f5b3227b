import * as z from 'zod';
import { erasure_grounds } from '../../../db/leads/lead.ts';
import {
  refusal_codes,
  request_states,
  request_types,
  staff_channels,
  staff_verifications,
} from '../../../db/requests/request.ts';
import { longest_line } from '../../http/staff-text.ts';
import { extension, fulfilment, lifting, refusal, requestVerification } from '../../requests/acts.ts';
import { longest_details } from '../../requests/details.ts';
import { requestQuery, requestView, takenRequest } from '../../requests/staff.ts';
import { describe, examples, instant, json, named, type Operation, private_headers } from '../declaration.ts';
import { lists } from '../lists.ts';
import { code, contact_fields, copy_code, reference, times } from './requests.ts';

const taken = {
  id: z.uuid(),
  reference: code.nullable(),
  type: z.enum(request_types),
  channel: z.enum(['web', ...staff_channels]),
  state: z.enum(request_states),
  received_at: instant,
  due_on: z.iso.date(),
  provisional: z.boolean(),
  extended_to: z.iso.date().nullable(),
  verification: z.enum(['receipt', 'code', 'by_staff']),
  verified_at: instant.nullable(),
  verified_by: z.enum(['receipt', 'code', ...staff_verifications]).nullable(),
  attempted_at: instant.nullable(),
  closed_at: instant.nullable(),
  lead_ids: z.array(z.uuid()),
};

const shown = {
  ...taken,
  ...{ name: z.string().optional(), email: z.string().optional(), phone: z.string().optional() },
  ...{ details: z.string().optional(), explanation: z.string().optional(), reason: z.string().optional() },
  refusal: z.strictObject({ code: z.enum(refusal_codes), asked_by: z.string() }).optional(),
  copy: z.strictObject({ until: instant, opened_at: instant.nullable() }).optional(),
  erased_at: instant.optional(),
};
const subject_request = named('SubjectRequest', z.strictObject(shown));

const listed = {
  ...{ id: examples.subject_request_id, reference: reference.example, type: 'erasure', channel: 'phone' },
  ...{ state: 'received', ...times, extended_to: null, verification: 'by_staff', verified_at: null },
  ...{ verified_by: null, attempted_at: null, closed_at: null, lead_ids: [examples.lead_id] },
};
const masked = { ...listed, name: '欧阳**', email: 'z***@example.com' };
const verified = { ...masked, state: 'verified', verified_at: examples.later_at, verified_by: 'callback' };
const request_id = { description: "The request's id.", format: 'uuid', example: examples.subject_request_id };
const line = { minLength: 1, maxLength: longest_line };

/** An act on a request, which answers with the request as it is afterwards. */
const act = {
  method: 'POST',
  tag: 'requests',
  scope: 'requests:handle',
  path_fields: { id: request_id },
  problems: ['not-found', 'conflict'],
} as const satisfies Partial<Operation>;

const afterwards = (example: object) => ({
  200: { description: 'The request, masked.', headers: private_headers, content: json(subject_request, example) },
});

export const subject_request_operations: Operation[] = [
  {
    id: 'takeRequest',
    method: 'POST',
    path: '/subject-requests',
    tag: 'requests',
    scope: 'requests:handle',
    summary: { en: 'Take a request for a person', 'zh-CN': '代个人登记请求' },
    description: 'What people ask for on the telephone. `lead_ids` or a contact is needed.',
    body: describe(takenRequest, {
      type: { description: 'What is asked for.', example: 'erasure' },
      channel: { description: 'How it came.', example: 'phone' },
      lead_ids: { description: 'The leads that it is about; else the contact finds them.', unusual: true },
      ...contact_fields,
      details: { maxLength: longest_details, description: 'What was said.', example: '来电要求删除。' },
    }),
    answers: {
      201: { description: 'The request, masked.', headers: private_headers, content: json(subject_request, masked) },
    },
  },
  {
    id: 'listRequests',
    method: 'GET',
    path: '/subject-requests',
    tag: 'requests',
    scope: 'requests:approve',
    summary: { en: 'The requests', 'zh-CN': '列出请求' },
    description: 'The one that was due first stands at the top, ended ones too.',
    query: describe(requestQuery, {
      state: { description: 'Those in this state.', example: 'received' },
      type: { description: 'Those of this type.', example: 'access' },
      due_before: { description: 'Those due before this day.', example: '2027-01-01' },
      limit: lists.limit,
      cursor: lists.cursor,
    }),
    answers: {
      200: {
        description: 'A page of them.',
        headers: { ...private_headers, 'Link?': lists.link },
        content: json(
          z.strictObject({
            subject_requests: z.array(z.strictObject(taken)),
            next_cursor: z.string().nullable(),
            has_more: z.boolean(),
          }),
          { subject_requests: [listed], next_cursor: null, has_more: false },
        ),
      },
    },
  },
  {
    id: 'showRequest',
    method: 'GET',
    path: '/subject-requests/{id}',
    tag: 'requests',
    scope: 'requests:approve',
    summary: { en: 'One request', 'zh-CN': '查看请求' },
    description: 'In clear it needs `requests:handle`, and leaves an audit event before anything is opened.',
    path_fields: { id: request_id },
    query: describe(requestView, { view: { description: 'Masked, or in clear.', example: 'clear' } }),
    answers: {
      200: {
        description: 'The request.',
        headers: private_headers,
        content: json(subject_request, { ...masked, details: '来电要求删除。' }),
      },
    },
    problems: ['not-found'],
  },
  {
    ...act,
    id: 'verifyRequest',
    path: '/subject-requests/{id}/verification',
    summary: { en: 'Record a verification', 'zh-CN': '记录身份核验' },
    description: 'Of a person who has died, close relatives may ask: `relatives`.',
    body: describe(requestVerification, {
      by: { description: 'How it was verified who asks; never by a copy of a document.', example: 'callback' },
      failed: { description: 'That it was tried in vain.', example: false },
    }),
    answers: afterwards(verified),
  },
  {
    ...act,
    id: 'fulfilRequest',
    path: '/subject-requests/{id}/fulfilment',
    summary: { en: 'Do what is asked for', 'zh-CN': '完成请求' },
    description:
      'Erases, corrects, restricts, or prepares a copy, in one unit with its events. `copy_url` opens the copy once, within seven days: hand it over.',
    body: {
      optional: true,
      ...describe(fulfilment, {
        values: { description: 'What is right, of a rectification.', unusual: true },
        ground: { description: 'Of an erasure; `withdrawn` where none is said.', enum: erasure_grounds, unusual: true },
      }),
    },
    answers: {
      200: {
        description: 'The request, masked.',
        headers: private_headers,
        content: json(z.strictObject({ ...shown, copy_url: z.url().optional() }), {
          ...verified,
          ...{ type: 'copy', state: 'fulfilled', closed_at: examples.later_at },
          copy: { until: '2026-11-30T06:30:00.000Z', opened_at: null },
          copy_url: `https://consent.example.com/requests/copies/${copy_code.example}`,
        }),
      },
    },
    problems: ['not-found', 'conflict', 'held'],
  },
  {
    ...act,
    id: 'refuseRequest',
    path: '/subject-requests/{id}/refusal',
    summary: { en: 'Ask for a refusal', 'zh-CN': '提出拒绝' },
    description: 'It is in force only when another person has approved it.',
    body: describe(refusal, {
      code: { description: "One of the eight grounds of the policy's section 5, in its order.", example: 'R5' },
      explanation: {
        minLength: 1,
        maxLength: longest_details,
        description: 'What the person reads.',
        example: '同一请求一周内已提出 40 次。',
      },
    }),
    answers: afterwards({ ...masked, refusal: { code: 'R5', asked_by: examples.token_id } }),
  },
  {
    ...act,
    id: 'approveRefusal',
    path: '/subject-requests/{id}/approval',
    scope: 'requests:approve',
    summary: { en: 'Approve a refusal', 'zh-CN': '批准拒绝' },
    description:
      'By another person: 403 for who asked, for a holder of the same name, and for a token that the asker made.',
    body: 'ignored',
    answers: afterwards({
      ...{ ...masked, state: 'refused', closed_at: examples.later_at },
      refusal: { code: 'R5', asked_by: examples.token_id },
    }),
  },
  {
    ...act,
    id: 'extendRequest',
    path: '/subject-requests/{id}/extension',
    summary: { en: 'Extend the time', 'zh-CN': '延长期限' },
    description: 'Until the end of the day by which it is due; 409 after.',
    body: describe(extension, {
      reason: { ...line, description: 'Why.', example: '需要核对合同' },
      due_on: { description: 'A later day, within a year.', example: '2026-12-31' },
    }),
    answers: afterwards({ ...masked, state: 'extended', extended_to: '2026-12-31' }),
  },
  {
    id: 'liftRestriction',
    method: 'DELETE',
    path: '/leads/{id}/restriction',
    tag: 'requests',
    scope: 'requests:handle',
    summary: { en: 'Lift a restriction', 'zh-CN': '解除限制处理' },
    description: 'Of a lead that a request restricted. Where no hold stands on it, every view shows it again.',
    path_fields: { id: { description: "The lead's id.", format: 'uuid', example: examples.lead_id } },
    body: describe(lifting, { reason: { ...line, description: 'Why it ends.', example: '争议已解决' } }),
    answers: { 204: { description: 'Lifted.' } },
    problems: ['not-found'],
  },
];
