import * as z from 'zod';
import { roles } from '../../guards/roles.ts';
import { newToken, overlap_days, rotation, token_days } from '../../staff/tokens.ts';
import { describe, examples, instant, json, named, type Operation, private_headers } from '../declaration.ts';

const facts = {
  id: z.string(),
  holder: z.string(),
  role: z.enum(roles),
  created_at: instant,
  expires_at: instant,
  revoked_at: instant.nullable(),
  last_used_at: instant.nullable(),
};
const token = named('Token', z.strictObject(facts));
const madeToken = named('NewToken', z.strictObject({ ...facts, token: z.string() }));

const record = {
  id: examples.token_id,
  holder: 'CRM',
  role: 'sales',
  created_at: examples.received_at,
  expires_at: '2027-02-21T04:00:00.000Z',
  revoked_at: null,
  last_used_at: null,
};
const made = {
  ...record,
  id: examples.other_token_id,
  token: `lc_${examples.other_token_id}_${'Xx'.repeat(21)}`,
};

const days = {
  description: `Days that it is good for; ${token_days.usual} unless told otherwise.`,
  example: 365,
};
const id = { description: "The token's id: what stands between the underscores.", example: examples.token_id };

export const token_operations: Operation[] = [
  {
    id: 'listTokens',
    method: 'GET',
    path: '/tokens',
    tag: 'tokens',
    scope: 'tokens:manage',
    summary: { en: 'All tokens', 'zh-CN': '列出全部令牌' },
    description: 'The newest first, none with its secret. `last_used_at` is written at most hourly.',
    answers: {
      200: {
        description: 'Every token there has been.',
        headers: private_headers,
        content: json(z.strictObject({ tokens: z.array(token) }), {
          tokens: [{ ...record, last_used_at: examples.later_at }],
        }),
      },
    },
  },
  {
    id: 'createToken',
    method: 'POST',
    path: '/tokens',
    tag: 'tokens',
    scope: 'tokens:manage',
    summary: { en: 'Make a token', 'zh-CN': '创建令牌' },
    description: 'The answer is the only one that ever holds the token: only its SHA-256 is stored.',
    body: describe(newToken, {
      holder: { description: 'Whose it is: a person or a system.', minLength: 1, maxLength: 100, example: 'CRM' },
      role: { description: 'What it may do.', example: 'sales' },
      days,
    }),
    answers: { 201: { description: 'The token, once.', headers: private_headers, content: json(madeToken, made) } },
  },
  {
    id: 'rotateToken',
    method: 'POST',
    path: '/tokens/{id}/rotation',
    tag: 'tokens',
    scope: 'tokens:manage',
    summary: { en: 'Replace a token', 'zh-CN': '轮换令牌' },
    description:
      'Makes a token for the same holder and role. The old one stays good for the overlap, never longer than it would have been, so that its user can change over in peace. One that is revoked or expired is `not-found`.',
    path_fields: { id },
    body: describe(rotation, {
      days,
      overlap_days: {
        description: `Days that the old one stays good; ${overlap_days.usual} unless told otherwise, 0 ends it at once.`,
        example: 7,
      },
    }),
    answers: { 201: { description: 'The new token, once.', headers: private_headers, content: json(madeToken, made) } },
    problems: ['not-found'],
  },
  {
    id: 'revokeToken',
    method: 'DELETE',
    path: '/tokens/{id}',
    tag: 'tokens',
    scope: 'tokens:manage',
    summary: { en: 'Revoke a token', 'zh-CN': '吊销令牌' },
    description:
      'It is refused from its next request on. Any token can be revoked, your own too: one that has leaked must end at once. The way back in is `ops token create` on the server.',
    path_fields: { id },
    answers: { 204: { description: 'Revoked, also when it was before.', headers: private_headers } },
    problems: ['not-found'],
  },
];
