import type { Context } from 'hono';
import * as z from 'zod/mini';
import { rotateToken } from '../../db/staff/rotate-token.ts';
import { createToken, findToken, listTokens, revokeToken } from '../../db/staff/tokens.ts';
import { type App, factory } from '../context.ts';
import { actorOf } from '../guards/access.ts';
import { roles } from '../guards/roles.ts';
import { problem } from '../http/problems/problem.ts';
import { staffName } from '../http/staff-text.ts';
import { body } from '../http/validate.ts';

/** Days for which a new token is valid: unless told otherwise, and at most. */
export const token_days = { usual: 90, most: 3_650 };

/** Days for which the old token stays valid after a rotation: unless told otherwise, and at most. */
export const overlap_days = { usual: 7, most: 90 };

const private_answer = { 'Cache-Control': 'private, no-store' };

export const newToken = z.strictObject({
  holder: staffName,
  role: z.enum(roles),
  days: days(1, token_days),
});

export const rotation = z.strictObject({
  days: days(1, token_days),
  overlap_days: days(0, overlap_days),
});

function days(least: number, { usual, most }: { usual: number; most: number }) {
  return z._default(z.int().check(z.minimum(least), z.maximum(most)), usual);
}

/** `GET /tokens` lists every token, the newest first, none with its secret. */
export const showTokens = factory.createHandlers(async c =>
  c.json({ tokens: await listTokens(c.var.services.db) }, 200, private_answer),
);

/** `POST /tokens` creates a token. No other answer ever holds it. */
export const issueToken = factory.createHandlers(body(newToken), async c => {
  const { db, now } = c.var.services;
  return answerToken(c, await createToken(db, c.req.valid('json'), actorOf(c), now()));
});

/** `POST /tokens/{id}/rotation` creates a token in place of one that stays valid for a while. */
export const renewToken = factory.createHandlers(body(rotation), async c => {
  const { db, now } = c.var.services;
  const id = readId(c);
  const token = id && (await rotateToken(db, id, c.req.valid('json'), actorOf(c), now()));
  return token ? answerToken(c, token) : problem(c, 'not-found');
});

/**
 * `DELETE /tokens/{id}` revokes a token, from the next request on.
 *
 * It is never refused, not even for the last administrator's own token, because a leaked token must end at once,
 * whoever holds it. The command on the server creates a new one.
 */
export const endToken = factory.createHandlers(async c => {
  const { db, now } = c.var.services;
  const id = readId(c);
  if (!id || !(await revokeToken(db, id, actorOf(c), now()))) return problem(c, 'not-found');
  return c.body(null, 204, private_answer);
});

async function answerToken(c: Context<App>, token: string) {
  const record = await findToken(c.var.services.db, token.split('_')[1]!);
  return c.json({ ...record, token }, 201, private_answer);
}

/** Returns the id in the path if it looks like one. A database need not take every text that an address can hold. */
export function readId(c: Context<App>): string | undefined {
  const id = c.req.param('id') ?? '';
  return /^[A-Za-z0-9]{1,32}$/.test(id) ? id : undefined;
}
