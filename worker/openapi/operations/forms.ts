import * as z from 'zod';
import { submission } from '../../forms/submit.ts';
import { challengeQuery } from '../../guards/challenge.ts';
import { withdrawal } from '../../leads/withdraw.ts';
import { forms, leadFields } from '../../shared/fields.ts';
import { locales } from '../../shared/locales.ts';
import { describe, examples, instant, json, no_store, type Operation, page } from '../declaration.ts';

const form = { description: 'Which form.', enum: forms, example: 'mini-ai-experience' };
const lang = { description: 'The language; else that of `Accept-Language`.', example: 'en' };
const longest = Object.fromEntries(leadFields.map(({ name, max }) => [name, { minLength: 1, maxLength: max }]));

const receipt = z.strictObject({
  id: z.uuid(),
  form: z.enum(forms),
  received_at: instant,
  receipt_code: z.string().regex(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/),
});
const receipt_code = 'Q7K2M-9XW4T-B3HNP-6RVD8';

export const form_operations: Operation[] = [
  {
    id: 'showForm',
    method: 'GET',
    path: '/forms/{form}',
    tag: 'forms',
    summary: { en: 'A form as a page', 'zh-CN': '表单页面' },
    description: 'Complete without a script.',
    path_fields: { form },
    query: {
      lenient: true,
      ...describe(z.object({ lang: z.enum(locales).optional(), return_to: z.url().optional() }), {
        lang,
        return_to: {
          description: 'Where to go after thanks: an address on an allowed website, else it is ignored.',
          example: 'https://www.example.com/thanks',
          unusual: true,
        },
      }),
    },
    answers: { 200: { description: 'The page.', headers: no_store, content: page } },
    problems: ['unknown-form'],
  },
  {
    id: 'submitForm',
    method: 'POST',
    path: '/forms/{form}',
    tag: 'forms',
    origin: true,
    limited: true,
    repeatable: true,
    summary: { en: 'Submit an inquiry', 'zh-CN': '提交表单' },
    description:
      'Lead, consent record and audit event are stored together or not at all, and the answer comes when they are durable. What is refused is told in this order: fields, a repeat, the limit of the address, the version of the policy, the bot check, the quota of the form.',
    path_fields: { form },
    body: {
      form: true,
      ...describe(submission, {
        name: { ...longest.name, description: 'After trimming.', example: '欧阳小明' },
        phone: {
          ...longest.phone,
          description:
            'A Chinese mobile, a landline with its area code and, if there is one, its extension, a 400, 800 or 95 number, or an international number with `+`.',
          example: '138 0013 8078',
        },
        email: { ...longest.email, description: 'One address.', example: 'zhang.san@example.com' },
        company: { ...longest.company, description: 'After trimming.', example: '小视科技(江苏)股份有限公司' },
        policy_version: {
          description: 'The version of the privacy policy that the visitor agreed to; it must be the current one.',
          example: examples.version,
        },
        locale: { description: 'The language in which form and policy were shown.', example: 'zh-CN' },
        return_to: {
          description: 'For browsers: where to go after thanks, on an allowed website.',
          example: 'https://www.example.com/thanks',
          unusual: true,
        },
        challenge: {
          description: 'The solved proof of work of `GET /challenge?form={form}`: this, or `form_token` and `website`.',
          type: 'string',
          unusual: true,
        },
        form_token: {
          description: "The hidden field of the form's page, three seconds old or more.",
          type: 'string',
          example: 'lz8k1m2n.0123456789abcdef.0123456789abcdef0123456789abcdef',
        },
        website: { description: 'The trap of the page: stays empty.', const: '', example: '' },
      }),
    },
    answers: {
      201: {
        description: 'Stored. The receipt code lets its holder withdraw.',
        headers: no_store,
        content: json(receipt, {
          id: examples.lead_id,
          form: 'mini-ai-experience',
          received_at: examples.received_at,
          receipt_code,
        }),
      },
      303: {
        description: 'Stored, for a browser: on to the thanks, or to `return_to`.',
        headers: { ...no_store, Location: 'The page of thanks.', 'Set-Cookie': 'The receipt code, for one look.' },
      },
    },
    problems: ['unknown-form', 'bot-check-failed', 'gone'],
    pages: [403, 410, 422, 429, 503],
  },
  {
    id: 'showThanks',
    method: 'GET',
    path: '/forms/{form}/thanks',
    tag: 'forms',
    independent: true,
    summary: { en: 'Thanks, with the receipt code once', 'zh-CN': '感谢页面（回执码仅显示一次）' },
    path_fields: { form },
    query: { lenient: true, ...describe(z.object({ lang: z.enum(locales).optional() }), { lang }) },
    answers: { 200: { description: 'The page.', headers: no_store, content: page } },
    problems: ['unknown-form'],
  },
  {
    id: 'showChallenge',
    method: 'GET',
    path: '/challenge',
    tag: 'forms',
    independent: true,
    summary: { en: 'A proof of work for a form or a request', 'zh-CN': '获取工作量证明题目' },
    description: 'What it holds is between the server and its own widget; other clients send `form_token`.',
    query: describe(challengeQuery, {
      form: { ...form, description: 'What is to be sent: a form, or a request.', enum: [...forms, 'requests'] },
    }),
    answers: {
      200: {
        description: 'The puzzles, and until when their answer is taken.',
        headers: no_store,
        content: json(z.strictObject({ challenge: z.string(), expires_at: instant }), {
          challenge: '32.10.lz8k1m2n.0123456789abcdef.0123456789abcdef0123456789abcdef',
          expires_at: '2026-11-23T04:10:00.000Z',
        }),
      },
    },
    problems: ['unknown-form'],
  },
  {
    id: 'showWithdrawal',
    method: 'GET',
    path: '/withdrawals',
    tag: 'forms',
    independent: true,
    summary: { en: 'The page to withdraw on', 'zh-CN': '撤回同意页面' },
    query: { lenient: true, ...describe(z.object({ lang: z.enum(locales).optional() }), { lang }) },
    answers: { 200: { description: 'The page.', headers: no_store, content: page } },
  },
  {
    id: 'withdrawLead',
    method: 'POST',
    path: '/withdrawals',
    tag: 'forms',
    origin: true,
    limited: true,
    summary: { en: 'Withdraw, and have the lead erased', 'zh-CN': '凭回执码撤回并删除' },
    description: 'A wrong code and one that was used before are answered alike, with `not-found`.',
    body: {
      form: true,
      ...describe(withdrawal, {
        receipt_code: {
          description: 'Capitals, spaces and dashes do not matter.',
          minLength: 1,
          example: receipt_code,
        },
        locale: { description: 'The language to answer in.', enum: locales, example: 'en' },
      }),
    },
    answers: {
      200: {
        description: 'Withdrawn and erased.',
        headers: no_store,
        content: {
          ...json(z.strictObject({ withdrawn_at: instant, erased: z.boolean() }), {
            withdrawn_at: examples.later_at,
            erased: true,
          }),
          ...page,
        },
      },
    },
    problems: ['not-found'],
    pages: [404, 422, 429],
  },
];
