import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { endSession, findSession, openSession } from '../../db/staff/sessions.ts';
import { type App, factory } from '../context.ts';
import { hasScope, type Scope } from '../guards/access.ts';
import { asksForJson } from '../http/negotiate.ts';
import { problem } from '../http/problem.ts';
import { askToSignIn } from './sign-in-page.ts';

/** The prefix makes browsers refuse the cookie from any other host, any plain-http page but this machine's, and any script. */
const session_cookie = '__Host-lead_console';
const cookie_options = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } as const;

/** What a page asks for by itself: nobody need be there, so it keeps no session alive. */
const unattended = '/console/arrivals';

/** Lets a request through whose session's role has one of the scopes; whoever is not signed in is asked to. */
export function allow(...scopes: Scope[]): MiddlewareHandler<App> {
  return factory.createMiddleware(async (c, next) => {
    const { db, now } = c.var.services;
    const presented = readSessionId(c);
    const holder = presented && (await findSession(db, presented, now(), c.req.path !== unattended));
    if (!holder) return asksForJson(c) ? problem(c, 'unauthorized') : askToSignIn(c, presented ? 'ended' : undefined);
    c.set('holder', holder);
    if (!scopes.some(scope => hasScope(c, scope))) return problem(c, 'forbidden');
    await next();
  });
}

/** The session that a request presents. */
export function readSessionId(c: Context<App>): string | undefined {
  return getCookie(c, session_cookie);
}

/** Begins a session under a new id. An id that came with the request is worth nothing from here on. */
export async function beginSession(c: Context<App>, token_id: string): Promise<void> {
  const { db, now } = c.var.services;
  const earlier = readSessionId(c);
  if (earlier) await endSession(db, earlier, now());
  setCookie(c, session_cookie, await openSession(db, token_id, now()), cookie_options);
}

/** Makes the browser forget the session, and whatever it has kept of the pages. */
export function forgetSession(c: Context<App>): void {
  deleteCookie(c, session_cookie, cookie_options);
  c.header('Clear-Site-Data', '"cache"');
}

/**
 * Refuses every post that no page of our own sent. Browsers send the session with none of them anyway (SameSite=Strict): this holds
 * where a page of a sibling host would count as the same site.
 */
export const requireOwnPage = factory.createMiddleware(async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  const origin = c.req.header('Origin');
  const site = c.req.header('Sec-Fetch-Site');
  const own = [c.var.services.settings.public_url, new URL(c.req.url).origin];
  const isForeign = (origin !== undefined && !own.includes(origin)) || (site !== undefined && site !== 'same-origin');
  if (isForeign || (origin ?? site) === undefined) return problem(c, 'origin-not-allowed');
  return next();
});
