import type { Context } from 'hono';
import { isUnavailable } from '../../db/database.ts';
import type { App } from '../context.ts';
import { problem } from './problem.ts';

/** Answers an error that nothing else has caught, and logs it: 503 while the database cannot be used, 500 for a bug. */
export function answerFailure(error: Error, c: Context<App>) {
  logFailure(c, error);
  return problem(c, isUnavailable(error) ? 'unavailable' : 'internal');
}

/** Reads and logs an outage of the database, for a route that has an answer of its own. Throws every other error. */
export function readOutage(c: Context<App>, error: Error): { is: 'away' } {
  if (!isUnavailable(error)) throw error;
  logFailure(c, error);
  return { is: 'away' };
}

function logFailure(c: Context<App>, error: Error): void {
  c.var.services.log('error', isUnavailable(error) ? 'unavailable' : 'failed', {
    request_id: c.var.request_id,
    error: describeCause(error),
  });
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
