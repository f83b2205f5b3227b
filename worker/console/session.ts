import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { endSession, openSession } from '../../db/staff/sessions.ts';
import type { App } from '../context.ts';

/**
 * Returns the name and options of the session's cookie. The prefix makes browsers refuse the cookie from any other host,
 * any script, and any plain-http page.
 *
 * Over plain http, as in development, it has neither prefix nor `Secure`: WebKit and old Chromium would drop it there.
 */
function sessionCookie(c: Context<App>) {
  const secure = c.var.services.settings.public_url.startsWith('https:');
  const name = `${secure ? '__Host-' : ''}lead_console`;
  return { name, options: { path: '/', httpOnly: true, secure, sameSite: 'Strict' } as const };
}

/** Reads the id of the session that a request presents. */
export function readSessionId(c: Context<App>): string | undefined {
  return getCookie(c, sessionCookie(c).name);
}

/**
 * Begins a session under a new id. The session that the request presents ends, because somebody else may have
 * planted its id.
 */
export async function beginSession(c: Context<App>, token_id: string): Promise<void> {
  const { db, now } = c.var.services;
  const earlier = readSessionId(c);
  if (earlier) await endSession(db, earlier, now());
  const { name, options } = sessionCookie(c);
  setCookie(c, name, await openSession(db, token_id, now()), options);
}

/** Makes the browser forget the session and every page that it has kept. */
export function forgetSession(c: Context<App>): void {
  const { name, options } = sessionCookie(c);
  deleteCookie(c, name, options);
  c.header('Clear-Site-Data', '"cache"');
}
