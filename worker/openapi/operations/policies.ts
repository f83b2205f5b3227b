import * as z from 'zod';
import { newVersion, policy_limit_bytes } from '../../policies/publish.ts';
import { forms } from '../../shared/fields.ts';
import { locales } from '../../shared/locales.ts';
import { describe, examples, instant, json, named, no_store, type Operation, page } from '../declaration.ts';

const facts = {
  version: z.string(),
  published_at: instant,
  effective_at: instant,
  change_class: z.enum(['minor', 'significant']),
};
const document = z.strictObject({ locale: z.enum(locales), sha256: z.string().regex(/^[0-9a-f]{64}$/), url: z.url() });
const policy = named('Policy', z.strictObject({ ...facts, documents: z.array(document) }));
const published = z.strictObject({ ...policy.shape, warning: z.string().optional() });
const cookie = z.strictObject({
  name: z.string(),
  type: z.enum(['cookie', 'local_storage', 'session_storage']).optional(),
  provider: z.string(),
  lifetime: z.string(),
  purpose: z.string(),
});
const purpose = named(
  'Purpose',
  z.strictObject({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    required: z.boolean(),
    cookies: z.array(cookie),
  }),
);
const announced = { id: z.string(), title: z.string(), text: z.string(), url: z.url() };
const current = z.strictObject({
  ...facts,
  locale: z.enum(locales),
  choices_hold_since: instant,
  sha256: document.shape.sha256,
  url: z.url(),
  cookie: z.strictObject({ name: z.literal('consent'), domain: z.string().nullable(), max_age_days: z.int() }),
  purposes: z.array(purpose),
  summary: z.string().optional(),
  agreements: z.record(z.enum(forms), z.string()),
  announcement: z.strictObject({ ...announced, until: instant, more: z.string(), close: z.string() }).optional(),
});

const url = `https://leads.example.com/policies/${examples.version}?lang=en`;
const version_example = {
  version: examples.version,
  published_at: '2025-12-15T02:00:00.000Z',
  effective_at: '2026-01-01T00:00:00.000Z',
  change_class: 'significant',
};
const policy_example = { ...version_example, documents: [{ locale: 'en', sha256: examples.sha256, url }] };
const file_example = `---
version: 2026-12
locale: en
effective_at: 2026-12-01
change_class: minor
purposes:
  - { id: necessary, name: Necessary, description: Keeps your choice., required: true, cookies: [] }
---
# Privacy policy

What we keep, why, and for how long.
`;
const lang = { description: 'The language; else that of `Accept-Language`.', example: 'en' };
const language = { lenient: true, ...describe(z.object({ lang: z.enum(locales).optional() }), { lang }) } as const;
const fresh = { 'Cache-Control': 'Public, a minute.' };

export const policy_operations: Operation[] = [
  {
    id: 'listPolicies',
    method: 'GET',
    path: '/policies',
    tag: 'policies',
    summary: { en: 'All versions', 'zh-CN': '全部版本' },
    answers: {
      200: {
        description: 'Every version ever published, the latest in effect first.',
        headers: { 'Cache-Control': 'Public, a minute; the page is not kept.' },
        content: { ...json(z.strictObject({ policies: z.array(policy) }), { policies: [policy_example] }), ...page },
      },
    },
  },
  {
    id: 'publishPolicy',
    method: 'POST',
    path: '/policies',
    tag: 'policies',
    scope: 'policies:publish',
    summary: { en: 'Publish a version', 'zh-CN': '发布新版本' },
    description: `All its languages at once, checked as \`ops policy publish\` checks its files. What is published never changes; a version that exists is \`invalid-fields\`, and nothing is changed. Whatever is missing is named, document by document. The body may have ${policy_limit_bytes / 1024} KiB.`,
    body: {
      limit_kib: policy_limit_bytes / 1024,
      ...describe(newVersion, {
        documents: {
          description:
            'One per language: Markdown with YAML front matter, at most 100,000 characters. HTML in it is shown as text.',
          example: [file_example],
        },
      }),
    },
    answers: {
      201: {
        description:
          'Published. It becomes current at its `effective_at`. `warning` says where that is never, in more than a year or sooner than browsers renew their copy of the widget, and where a language has no file.',
        headers: { ...no_store, Location: 'The document.' },
        content: json(published, { ...policy_example, version: '2026-12', change_class: 'minor' }),
      },
    },
  },
  {
    id: 'showCurrentPolicy',
    method: 'GET',
    path: '/policies/current',
    tag: 'policies',
    summary: { en: 'The policy in force', 'zh-CN': '现行版本' },
    description:
      'What a banner needs to ask, and the sentence beside the box of each form, its link to the policy in brackets. `not-found` before the first publication.',
    query: language,
    answers: {
      200: {
        description: 'In one language.',
        headers: { ...fresh, 'Content-Language': 'The language.' },
        content: json(current, {
          ...version_example,
          locale: 'en',
          choices_hold_since: version_example.effective_at,
          sha256: examples.sha256,
          url,
          cookie: { name: 'consent', domain: 'example.com', max_age_days: 182 },
          purposes: [
            {
              id: 'analytics',
              name: 'Statistics',
              description: 'Counts visits.',
              required: false,
              cookies: [{ name: '_pk_id', provider: 'us', lifetime: '13 months', purpose: 'Tells visits apart.' }],
            },
          ],
          agreements: {
            'mini-ai-experience':
              'I have read the [privacy policy] and agree to be contacted about the Mini AI experience',
            'ecological-cooperation':
              'I have read the [privacy policy] and agree to be contacted about business cooperation',
          },
        }),
      },
      302: {
        description: 'The policy itself, for who prefers HTML.',
        headers: { ...no_store, Location: 'The document in the same language.' },
      },
    },
    problems: ['not-found'],
  },
  {
    id: 'showPolicy',
    method: 'GET',
    path: '/policies/{version}',
    tag: 'policies',
    summary: { en: 'A published document', 'zh-CN': '已发布的文档' },
    description: 'The same bytes for ever; `sha256` in the lists is theirs.',
    path_fields: { version: { description: 'Which version.', example: examples.version } },
    query: language,
    header_fields: {
      'If-None-Match': { description: 'The `ETag` of what you have.', example: `"${examples.sha256}"`, unusual: true },
    },
    answers: {
      200: {
        description: 'The page.',
        headers: { ETag: 'Its SHA-256.', 'Content-Language': 'The language.' },
        content: page,
      },
      304: { description: 'You have it.', headers: { ETag: 'Its SHA-256.' } },
    },
    problems: ['not-found'],
  },
];
