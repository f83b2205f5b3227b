import * as z from 'zod';
import { locales } from '../../shared/locales.ts';
import { describe, examples, instant, json, named, no_store, type Operation, page } from '../declaration.ts';

const promise = named(
  'PromiseState',
  z.strictObject({
    id: z.string(),
    title: z.string(),
    state: z.enum(['kept', 'broken', 'unproven']),
    checked_at: instant.nullable(),
    evidence: z.string(),
  }),
);
const key = z.strictObject({
  signs: z.enum(['checkpoint', 'backup']),
  public_key: z.string(),
  retired_at: instant.nullable(),
});

export const compliance_operations: Operation[] = [
  {
    id: 'showCompliance',
    method: 'GET',
    path: '/compliance',
    tag: 'policies',
    summary: { en: 'Whether each promise of the policy is kept', 'zh-CN': '隐私政策的各项承诺是否兑现' },
    description:
      'From checks of the running system, once an hour: `kept`, `broken`, or `unproven` where nothing here shows it, with what would. Evidence is figures and dates. The public keys check checkpoints of the audit trail and manifests of backups, retired ones included.',
    query: {
      lenient: true,
      ...describe(z.object({ lang: z.enum(locales).optional() }), {
        lang: { description: 'The language; else that of `Accept-Language`.', example: 'en' },
      }),
    },
    answers: {
      200: {
        description: 'The latest results.',
        headers: { ...no_store, 'Content-Language': 'The language.' },
        content: {
          ...json(
            z.strictObject({
              checked_at: instant.nullable(),
              promises: z.array(promise),
              public_keys: z.array(key),
            }),
            {
              checked_at: examples.later_at,
              promises: [
                {
                  id: 'V1',
                  title: 'Old versions of the policy are archived and readable',
                  state: 'kept',
                  checked_at: examples.later_at,
                  evidence: '4 documents of 2 versions are in the archive, each with the SHA-256 of its publication.',
                },
              ],
              public_keys: [
                {
                  signs: 'checkpoint',
                  public_key: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA…\n-----END PUBLIC KEY-----\n',
                  retired_at: null,
                },
              ],
            },
          ),
          ...page,
        },
      },
    },
  },
];
