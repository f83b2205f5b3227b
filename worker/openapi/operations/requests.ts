import * as z from 'zod';
import { refusal_codes, request_states, request_types } from '../../../db/requests/request.ts';
import { longest_details } from '../../requests/details.ts';
import { newRequest } from '../../requests/submit.ts';
import { codeVerification } from '../../requests/verify.ts';
import { leadFields } from '../../shared/fields.ts';
import { locales } from '../../shared/locales.ts';
import { describe, examples, instant, json, no_store, type Operation, page } from '../declaration.ts';

const longest = Object.fromEntries(leadFields.map(({ name, max }) => [name, { maxLength: max }]));
const lang = { description: 'The language; else that of `Accept-Language`.', example: 'en' };
const language = { lenient: true, ...describe(z.object({ lang: z.enum(locales).optional() }), { lang }) } as const;
export const code = z.string().regex(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
export const reference = { description: 'The reference that the answer gave.', example: 'R7K2M-9XW4T-B3HNP-6RVD8' };

/** Fields of a contact, by which leads are found. */
export const contact_fields = {
  email: { ...longest.email, description: 'As it was sent with a form.', example: 'zhang.san@example.com' },
  phone: { ...longest.phone, description: 'As it was sent with a form.', example: '138 0013 8078' },
  name: { ...longest.name, description: 'How to address the person.', example: '欧阳小明' },
};

const receipt = z.strictObject({
  reference: code,
  received_at: instant,
  due_on: z.iso.date(),
  provisional: z.boolean(),
  verification: z.enum(['receipt', 'code', 'by_staff']),
});

export const copy_code = { description: 'The code of the address.', example: 'K3VWA-8B5C7-Q4M9X-TR2HD' };
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

export const times = { received_at: examples.received_at, due_on: '2026-12-14', provisional: false };

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
        ...contact_fields,
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
    id: 'verifyByCode',
    method: 'POST',
    path: '/requests/{reference}/verification',
    tag: 'requests',
    origin: true,
    limited: true,
    summary: { en: 'Verify by the code that was mailed', 'zh-CN': '用邮件验证码核验身份' },
    description:
      'Where the answer to a request said `code`, one of six digits is mailed to the address, if it is on file. It is good for ten minutes and three tries.',
    path_fields: { reference },
    body: {
      form: true,
      ...describe(codeVerification, {
        code: { maxLength: 50, description: 'As it stands in the mail.', example: '123456' },
      }),
    },
    answers: {
      204: { description: 'The request is verified.', headers: no_store },
      303: {
        description: 'The same, for a browser: on to the page of its state.',
        headers: { ...no_store, Location: 'The page of its state.' },
      },
    },
    problems: ['not-found'],
    pages: [404, 429],
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
];
