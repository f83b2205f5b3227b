import type { Context } from 'hono';
import { Conflict } from '../../db/database.ts';
import type { App } from '../context.ts';
import type { AnsweredKeys } from './answered-keys.ts';
import { readHeader } from './header.ts';
import type { FieldError } from './problems/slugs.ts';

const longest_key = 64;

/** Reads the header Idempotency-Key: the key if there is one, or what is wrong with it. */
export function readIdempotencyKey(c: Context<App>): { key?: string; error?: FieldError } {
  const key = readHeader(c, 'Idempotency-Key');
  if (key === undefined) return {};
  if (key.length > longest_key) return { error: { field: 'Idempotency-Key', code: 'too_long' } };
  return /^[\x20-\x7e]+$/.test(key) ? { key } : { error: { field: 'Idempotency-Key', code: 'invalid' } };
}

/** The work of a request, and what is known of an earlier one with the same key. */
interface Work<Outcome> {
  /** HMAC of the request's key; undefined when it has none. */
  key: string | undefined;
  /** Whether it looks first in any case, because the database might take a second request with the same key. */
  looksFirst?: boolean;
  /** Finds the outcome of the first request, once that is stored. */
  findFirst(): Promise<Outcome | undefined>;
  /** Does the work of a request that is the first. */
  work(): Promise<Outcome>;
  /** Returns the outcome that a refusal by the database means when there was no first request; throws it where that is a bug. */
  readConflict(conflict: Conflict): Outcome;
}

/**
 * Does the work of a request once, however often the request arrives.
 *
 * Because hardly any request is a repeat, and a look costs a query, it looks for the first outcome before the work
 * only for a key that was answered here. For any other it looks when the work stores nothing: the database
 * refuses a key that was answered elsewhere, or by a request that arrived at the same moment. It does not look after an
 * outage, because what it found may be this request's own, which is not yet durable.
 */
export async function workOnce<Outcome extends { is: string }>(
  answered: AnsweredKeys,
  { key, looksFirst = false, findFirst, work, readConflict }: Work<Outcome>,
): Promise<Outcome> {
  const first = key !== undefined && (looksFirst || answered.has(key)) ? await findFirst() : undefined;
  if (first) return first;
  const outcome = await work().catch(error => {
    if (error instanceof Conflict) return error;
    throw error;
  });
  const isStored = !(outcome instanceof Conflict) && outcome.is === 'stored';
  const earlier = key !== undefined && !isStored ? await findFirst() : undefined;
  if (key !== undefined && (isStored || earlier)) answered.add(key);
  return earlier ?? (outcome instanceof Conflict ? readConflict(outcome) : outcome);
}
