import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { endSession, openSession } from '../../db/staff/sessions.ts';
import type { App } from '../context.ts';

/**
 * The prefix makes browsers refuse the cookie from any other host, any script, and any plain-http page
 * but this machine's.
 */
const session_cookie = '__Host-lead_console';
const cookie_options = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } as const;

/** Reads the id of the session that a request presents. */
export function readSessionId(c: Context<App>): string | undefined {
  return getCookie(c, session_cookie);
}

/**
 * Begins a session under a new id. The session that the request presents ends, because somebody else may have
 * planted its id.
 */
export async function beginSession(c: Context<App>, token_id: string): Promise<void> {
  const { db, now } = c.var.services;
  const earlier = readSessionId(c);
  if (earlier) await endSession(db, earlier, now());
  setCookie(c, session_cookie, await openSession(db, token_id, now()), cookie_options);
}

/** Makes the browser forget the session and every page that it has kept. */
export function forgetSession(c: Context<App>): void {
  deleteCookie(c, session_cookie, cookie_options);
  c.header('Clear-Site-Data', '"cache"');
}
