import * as z from 'zod/mini';
import { factory } from '../context.ts';
import { problem } from '../http/problems/problem.ts';
import { query } from '../http/validate.ts';
import { findPosted, issueChallenge } from './bot-check.ts';

export const challengeQuery = z.strictObject({ form: z.string() });

/**
 * `GET /challenge?form=` returns the puzzles that a page solves while a person types, and when their answer expires.
 */
export const showChallenge = factory.createHandlers(query(challengeQuery), c => {
  const form = findPosted(c.req.valid('query').form);
  if (!form) return problem(c, 'unknown-form');
  const { signer, now } = c.get('services');
  return c.json(issueChallenge(signer, form, now()), 200, { 'Cache-Control': 'no-store' });
});
