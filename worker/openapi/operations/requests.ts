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
import { newRequest } from '../../requests/submit.ts';
import { leadFields } from '../../shared/fields.ts';
import { locales } from '../../shared/locales.ts';
import {
  describe,
  examples,
  instant,
  json,
  named,
  no_store,
  type Operation,
  page,
  private_headers,
} from '../declaration.ts';
import { lists } from '../lists.ts';

const longest = Object.fromEntries(leadFields.map(({ name, max }) => [name, { maxLength: max }]));
const lang = { description: 'The language; else that of `Accept-Language`.', example: 'en' };
const language = { lenient: true, ...describe(z.object({ lang: z.enum(locales).optional() }), { lang }) } as const;
const code = z.string().regex(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
const reference = { description: 'The reference that the answer gave.', example: 'R7K2M-9XW4T-B3HNP-6RVD8' };

const receipt = z.strictObject({
  reference: code,
  received_at: instant,
  due_on: z.iso.date(),
  provisional: z.boolean(),
  verification: z.enum(['receipt', 'code', 'by_staff']),
});

const copy_code = { description: 'The code of the address.', example: 'K3VWA-8B5C7-Q4M9X-TR2HD' };
const laid = z.record(z.string(), z.unknown());
const copy = z.strictObject({
  made_at: instant,
  request: laid,
  leads: z.array(laid),
  controller: z.strictObject({ name: z.string(), contact: z.string().nullable() }),
  recipients: z.array(z.strictObject({ name: z.string(), purpose: z.string() })),
});
const copied = {
  made_at: examples.later_at,
  request: { type: 'copy', received_at: examples.received_at },
  leads: [{ id: examples.lead_id, form: 'mini-ai-experience', values: { name: '欧阳小明' } }],
  controller: { name: '小视科技(江苏)股份有限公司', contact: 'privacy@example.com' },
  recipients: [],
};

const status = z.strictObject({
  type: z.enum(request_types),
  state: z.enum(request_states),
  received_at: instant,
  due_on: z.iso.date(),
  provisional: z.boolean(),
  extended_to: z.iso.date().optional(),
  refusal: z.strictObject({ code: z.enum(refusal_codes), explanation: z.string().nullable() }).optional(),
});

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

const times = { received_at: examples.received_at, due_on: '2026-12-14', provisional: false };

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

export const request_operations: Operation[] = [
  {
    id: 'showRequestForm',
    method: 'GET',
    path: '/requests',
    tag: 'requests',
    independent: true,
    summary: { en: 'The page on which a person asks', 'zh-CN': '个人信息权利请求页面' },
    description: 'Complete without a script.',
    query: {
      lenient: true,
      ...describe(z.object({ lang: z.enum(locales).optional(), type: z.enum(request_types).optional() }), {
        lang,
        type: { description: 'What is chosen at first.', example: 'access' },
      }),
    },
    answers: { 200: { description: 'The page.', headers: no_store, content: page } },
  },
  {
    id: 'submitRequest',
    method: 'POST',
    path: '/requests',
    tag: 'requests',
    origin: true,
    limited: true,
    repeatable: true,
    summary: { en: 'Ask for what a person has a right to', 'zh-CN': '提交个人信息权利请求' },
    description:
      'At least one of `email`, `phone` and `receipt_code` is needed. With two contacts only leads that have both are meant. The answer is the same whomever the database knows; a right `receipt_code` verifies at once, a wrong one never does.',
    body: {
      form: true,
      ...describe(newRequest, {
        type: { description: 'What is asked for.', example: 'access' },
        email: { ...longest.email, description: 'As it was sent with a form.', example: 'zhang.san@example.com' },
        phone: { ...longest.phone, description: 'As it was sent with a form.', example: '138 0013 8078' },
        name: { ...longest.name, description: 'How to address the person.', example: '欧阳小明' },
        details: {
          maxLength: longest_details,
          description: 'What is right in place of what is wrong, say.',
          example: '请更正公司名称。',
        },
        receipt_code: { description: 'The receipt code of a lead.', maxLength: 200, unusual: true },
        locale: { description: 'The language in which the person is answered.', example: 'zh-CN' },
        challenge: {
          description:
            'The solved proof of work of `GET /challenge?form=requests`: this, or `form_token` and `website`.',
          type: 'string',
          unusual: true,
        },
        form_token: {
          description: 'The hidden field of the page, three seconds old or more.',
          type: 'string',
          example: 'lz8k1m2n.0123456789abcdef.0123456789abcdef0123456789abcdef',
        },
        website: { description: 'The trap of the page: stays empty.', const: '', example: '' },
      }),
    },
    answers: {
      202: {
        description: 'Received. The reference shows what becomes of it.',
        headers: no_store,
        content: json(receipt, { reference: reference.example, ...times, verification: 'by_staff' }),
      },
      303: {
        description: 'Received, for a browser: on to the page of its state.',
        headers: { ...no_store, Location: 'The page of its state.' },
      },
    },
    problems: ['bot-check-failed'],
    pages: [403, 422, 429, 503],
  },
  {
    id: 'showRequestStatus',
    method: 'GET',
    path: '/requests/{reference}',
    tag: 'requests',
    summary: { en: 'What became of a request', 'zh-CN': '查询请求进度' },
    description: 'It tells nothing of what is held. `due_on` and `extended_to` are days in China.',
    path_fields: { reference },
    query: language,
    answers: {
      200: {
        description: 'Its state.',
        headers: no_store,
        content: {
          ...json(status, {
            type: 'erasure',
            state: 'refused',
            ...times,
            refusal: { code: 'R1', explanation: '法律要求保存该合同至 2031 年。' },
          }),
          ...page,
        },
      },
    },
    problems: ['not-found'],
    pages: [404],
  },
  {
    id: 'showCopy',
    method: 'GET',
    path: '/requests/copies/{code}',
    tag: 'requests',
    summary: { en: 'The page before a copy', 'zh-CN': '打开副本前的页面' },
    description: 'One button opens the copy. Because mail programs open addresses by themselves, this opens nothing.',
    path_fields: { code: copy_code },
    query: language,
    answers: {
      200: {
        description: 'The copy can be opened.',
        headers: no_store,
        content: { ...json(z.strictObject({ until: instant }), { until: '2026-11-30T04:00:00.000Z' }), ...page },
      },
    },
    problems: ['not-found'],
    pages: [404],
  },
  {
    id: 'openCopy',
    method: 'POST',
    path: '/requests/copies/{code}',
    tag: 'requests',
    origin: true,
    limited: true,
    summary: { en: 'Open a copy, once', 'zh-CN': '打开副本（仅一次）' },
    description:
      'Everything that is held: values, consent with the text shown, who saw it when, until when it is kept.',
    path_fields: { code: copy_code },
    query: language,
    body: 'ignored',
    answers: {
      200: { description: 'The copy.', headers: no_store, content: { ...json(copy, copied), ...page } },
    },
    problems: ['not-found'],
    pages: [404, 429],
  },
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
      email: { ...longest.email, description: 'As it was sent with a form.', example: 'zhang.san@example.com' },
      phone: { ...longest.phone, description: 'The same.', unusual: true },
      name: { ...longest.name, description: 'How to address the person.', example: '欧阳小明' },
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
      due_on: { description: 'A later day.', example: '2026-12-31' },
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
