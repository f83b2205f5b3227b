import type { Context } from 'hono';
import type { App } from '../context.ts';
import { type Scope, scopesOf } from './access.ts';

/** Error of a stream whose reader may read it no more. */
class AccessEnded extends Error {}

/**
 * Returns what reads the pages of a stream only as long as its reader may read them. A revoked token, a session that
 * has ended and a role without the scope break the stream at its next page, because a slow reader could otherwise read
 * on for days.
 */
export function whileAllowed<Page>(c: Context<App>, scope: Scope, readNext: (page: Page) => Promise<Page>) {
  return async (page: Page): Promise<Page> => {
    const holder = await c.get('presentAgain')();
    if (holder && scopesOf(holder.role).includes(scope)) return readNext(page);
    c.get('services').log('warn', 'stream_ended', { request_id: c.get('request_id'), holder_id: c.get('holder').id });
    throw new AccessEnded();
  };
}
