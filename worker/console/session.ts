import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { endSession, findSession, openSession, type Session } from '../../db/staff/sessions.ts';
import type { App } from '../context.ts';
import { consoleCookie } from './cookie.ts';

function sessionCookie(c: Context<App>) {
  return consoleCookie(c, 'lead_console');
}

/** Reads the id of the session that a request presents. */
export function readSessionId(c: Context<App>): string | undefined {
  return getCookie(c, sessionCookie(c).name);
}

/** Age of a provider's word at which a request asks for it again. */
const renew_ms = 30 * 60_000;

/**
 * Finds who is signed in, as the provider has them now where they have an account.
 *
 * @param active Whether a person asked for the page.
 * @returns Undefined where nobody is; `away` where the provider would have to say and cannot be asked.
 */
export async function findPresenter(c: Context<App>, active: boolean): Promise<Session | undefined | 'away'> {
  const { services, request_id } = c.var;
  const { db, now } = services;
  const presented = readSessionId(c);
  const session = presented ? await findSession(db, presented, now(), active) : undefined;
  if (!presented || !session?.vouched_at) return session;
  const { vouched_at } = session;
  // A clock that was ahead would otherwise put the question off for as long as it was.
  if (Math.abs(now().getTime() - Date.parse(vouched_at)) < renew_ms) return session;
  const { renewSession } = await import('../staff/renewal.ts');
  return renewSession(services, presented, { ...session, vouched_at }, request_id);
}

/**
 * Begins a session under a new id. The session that the request presents ends, because somebody else may have
 * planted its id.
 *
 * @param holder_id Id of a token or an account.
 * @param refresh_token For an account, what `openSession` takes.
 */
export async function beginSession(c: Context<App>, holder_id: string, refresh_token?: string | null): Promise<void> {
  const { db, now } = c.var.services;
  const earlier = readSessionId(c);
  if (earlier) await endSession(db, earlier, now());
  const { name, options } = sessionCookie(c);
  setCookie(c, name, await openSession(db, holder_id, now(), refresh_token), options);
}

/** Makes the browser forget the session and every page that it has kept. */
export function forgetSession(c: Context<App>): void {
  const { name, options } = sessionCookie(c);
  deleteCookie(c, name, options);
  c.header('Clear-Site-Data', '"cache"');
}
