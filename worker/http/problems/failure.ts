import type { Context } from 'hono';
import { isUnavailable } from '../../../db/database.ts';
import { LostKey } from '../../../db/vault/lost-key.ts';
import type { App } from '../../context.ts';
import { problem } from './problem.ts';

/**
 * Answers an error that nothing else has caught, and logs it: 503 while the database cannot be used, 500 for a bug or a
 * lost key.
 */
export function answerFailure(error: Error, c: Context<App>) {
  if (isUnavailable(error)) {
    readOutage(c, error);
    return problem(c, 'unavailable');
  }
  logFailure(c, error);
  return problem(c, 'internal', error instanceof LostKey ? { because: 'lost_key' } : {});
}

/**
 * Reads and logs an outage of the database, for a route that has an answer of its own. Throws every other error. Because
 * who sends again during an outage would else be refused after it, it counts against no limit.
 */
export function readOutage(c: Context<App>, error: Error): { is: 'away' } {
  if (!isUnavailable(error)) throw error;
  logFailure(c, error);
  c.var.giveBack?.();
  return { is: 'away' };
}

/** Logs an error: of a lost key what needs it, of any other its cause. */
export function logFailure(c: Context<App>, error: Error): void {
  const event = error instanceof LostKey ? 'key_lost' : isUnavailable(error) ? 'unavailable' : 'failed';
  const facts = error instanceof LostKey ? describeLostKey(error) : { error: describeCause(error) };
  c.var.services.log('error', event, { request_id: c.var.request_id, ...facts });
}

/** Returns which key is lost, and what needs it, by ids alone. */
function describeLostKey({ setting, unopened }: LostKey) {
  const key_ids = [...new Set(unopened.map(({ key_id }) => key_id).filter(Boolean))];
  return { setting, key_ids, subject_ids: unopened.map(({ subject_id }) => subject_id) };
}

/** Returns the error's class, code and place, never its message, because a message may hold what was sent. */
function describeCause(error: Error): Record<string, unknown> {
  const at = error.stack
    ?.split('\n')
    .filter(line => /^\s+at /.test(line))
    .slice(0, 6)
    .map(line => line.trim());
  return { name: error.name, code: (error as { code?: unknown }).code, at };
}
