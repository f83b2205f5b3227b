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
  {
    id: 'showProof',
    method: 'GET',
    path: '/leads/{id}/consent',
    tag: 'consents',
    scope: 'consents:read',
    summary: { en: 'Proof of the consent given with a lead', 'zh-CN': '线索的同意证明' },
    description:
      'What was agreed to: the names of the four fields, the sentence beside the box, the digest of the document, language and time, the acts since then, the seal that holds the submission, and a checkpoint that is signed now. No value of the person, and the same for an erased lead.',
    path_fields: { id: { description: "The lead's id.", format: 'uuid', example: examples.lead_id } },
    answers: {
      200: {
        description: 'The proof; as a page to print for who prefers HTML.',
        content: {
          ...json(
            z.strictObject({
              lead_id: z.uuid(),
              form: z.string(),
              locale: z.string(),
              received_at: instant,
              withdrawn_at: instant.nullable(),
              erased_at: instant.nullable(),
              fields: z.array(z.string()),
              policy_version: z.string(),
              agreement: z.strictObject({ text: z.string(), sha256: z.string() }).nullable(),
              document: z.strictObject({ sha256: z.string(), url: z.url().nullable() }),
              trail: z.array(
                z.strictObject({
                  seq: z.int(),
                  recorded_at: instant,
                  actor: z.string(),
                  role: z.string(),
                  action: z.string(),
                  fields: z.string().nullable(),
                  purpose: z.string().nullable(),
                }),
              ),
              trail_has_more: z.boolean(),
              seal: z
                .strictObject({ from_seq: z.int(), to_seq: z.int(), hash: z.string(), sealed_at: instant })
                .nullable(),
              checkpoint: z.string().nullable(),
            }),
            {
              lead_id: examples.lead_id,
              form: 'mini-ai-experience',
              locale: 'en',
              received_at: examples.received_at,
              withdrawn_at: null,
              erased_at: null,
              fields: ['name', 'phone', 'email', 'company'],
              policy_version: examples.version,
              agreement: {
                text: 'I have read the [privacy policy] and agree to be contacted about the Mini AI experience',
                sha256: examples.sha256,
              },
              document: { sha256: examples.sha256, url: 'https://leads.example.com/policies/2026-01?lang=en' },
              trail: [
                {
                  ...{ seq: 12, recorded_at: examples.received_at, actor: 'visitor', role: 'visitor' },
                  ...{ action: 'lead.created', fields: 'name,phone,email,company', purpose: 'mini-ai-experience' },
                },
              ],
              trail_has_more: false,
              seal: { from_seq: 1, to_seq: 12, hash: examples.sha256, sealed_at: examples.later_at },
              checkpoint: `lead-consent-checkpoint-1 12 ${examples.sha256} ${examples.later_at} …`,
            },
          ),
          ...page,
        },
      },
    },
    problems: ['not-found'],
  },
];
