import type { Context } from 'hono';
import { Conflict } from '../../db/database.ts';
import type { App } from '../context.ts';
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

/**
 * Does the work of a request once, however often the request arrives.
 *
 * It looks for the first outcome twice. Because two requests may arrive at once, both can find none until the
 * database refuses one.
 *
 * @param findFirst Finds the outcome of the first request, once that is stored.
 * @param work Does the work of a request that is the first.
 * @param readConflict Returns the outcome that a refusal by the database means when there was no first request; throws
 *   it where that is a bug.
 */
export async function workOnce<Outcome>(
  findFirst: () => Promise<Outcome | undefined>,
  work: () => Promise<Outcome>,
  readConflict: (conflict: Conflict) => Outcome = conflict => {
    throw conflict;
  },
): Promise<Outcome> {
  try {
    return (await findFirst()) ?? (await work());
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    return (await findFirst()) ?? readConflict(error);
  }
}
