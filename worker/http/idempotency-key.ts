import type { Context } from 'hono';
import { Conflict, isUnavailable } from '../../db/database.ts';
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

/** Longest wait for the first outcome while the database cannot do the work, because whoever sends it waits already. */
const look_ms = 1_000;

/** Returns what a promise becomes in a time; undefined when it fails or takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Does the work of a request once, however often the request arrives.
 *
 * Because hardly any request is a repeat, and a look costs a query, it looks for the first outcome before the work
 * only for a key that was answered here. For any other it looks when the work stores nothing: the database
 * refuses a key that was answered elsewhere, or by a request that arrived at the same moment. Where the database cannot
 * be written, it may still be read.
 */
export async function workOnce<Outcome extends { is: string }>(
  answered: AnsweredKeys,
  { key, looksFirst = false, findFirst, work, readConflict }: Work<Outcome>,
): Promise<Outcome> {
  const first = key !== undefined && (looksFirst || answered.has(key)) ? await findFirst() : undefined;
  if (first) return first;
  const outcome = await work().catch((error: Error) => {
    if (error instanceof Conflict || isUnavailable(error)) return error;
    throw error;
  });
  if (key === undefined) return readOutcome(outcome, readConflict);
  const isStored = !(outcome instanceof Error) && outcome.is === 'stored';
  const look = () => (isUnavailable(outcome) ? within(look_ms, findFirst()) : findFirst());
  const earlier = isStored ? undefined : await look();
  if (isStored || earlier) answered.add(key);
  return earlier ?? readOutcome(outcome, readConflict);
}

/** Reads what the work has come to: its outcome, or the error by which the database has refused it. Throws an outage. */
function readOutcome<Outcome>(outcome: Outcome | Error, readConflict: Work<Outcome>['readConflict']): Outcome {
  if (outcome instanceof Conflict) return readConflict(outcome);
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
