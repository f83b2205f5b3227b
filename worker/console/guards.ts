import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { type App, factory } from '../context.ts';
import { hasScope, type Scope } from '../guards/access.ts';
import { readHeader } from '../http/header.ts';
import { chooseLocale } from '../http/language.ts';
import { asksForJson } from '../http/negotiate.ts';
import { problem } from '../http/problems/problem.ts';
import { consoleCookie } from './cookie.ts';
import { findPresenter } from './session.ts';

/** A path that the script asks for on a timer. It keeps no session alive, because nobody need be there. */
const unattended = '/console/arrivals';

/** Headers of the answer while the provider of accounts cannot be asked. */
const retry = { 'Retry-After': '30' };

/** Lets a request through whose session's role has one of the scopes. */
export function allow(...scopes: Scope[]): MiddlewareHandler<App> {
  return admit(c => scopes.some(scope => hasScope(c, scope)));
}

/** Age of a session from which on its person signs in anew before they make a token, which outlives every session. */
const fresh_ms = 15 * 60_000;

/** Lets a request through whose session's role has a scope, and whose person has signed in a moment ago. */
export function allowFresh(scope: Scope): MiddlewareHandler<App> {
  return admit(c => hasScope(c, scope), fresh_ms);
}

/** Lets a request through that has a session, of any role. */
export function allowEveryRole(): MiddlewareHandler<App> {
  return admit(() => true);
}

function admit(isAllowed: (c: Context<App>) => boolean, most_ms = Number.POSITIVE_INFINITY): MiddlewareHandler<App> {
  return factory.createMiddleware(async (c, next) => {
    const holder = await findPresenter(c, c.req.path !== unattended);
    if (holder === 'away') return problem(c, 'unavailable', { because: 'provider_away', headers: retry });
    if (!holder) return problem(c, 'unauthorized');
    c.set('holder', holder);
    c.set('presentAgain', async () => {
      const found = await findPresenter(c, false);
      return found === 'away' ? undefined : found;
    });
    if (!isAllowed(c)) return problem(c, 'forbidden');
    const age_ms = Math.abs(c.var.services.now().getTime() - Date.parse(holder.created_at));
    if (age_ms >= most_ms) return problem(c, 'forbidden', { because: 'old_sign_in' });
    await next();
  });
}

/** Keeps answers out of every cache, and their addresses from other websites. */
export const keepPrivate = factory.createMiddleware(async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  // Not no-referrer: with that, browsers send the posts of our own pages without their origin.
  headers.set('Referrer-Policy', 'same-origin');
});

const year_seconds = 31_536_000;

/**
 * Sets the language of the answer: the one that the address names, which the browser then remembers, else
 * the remembered one.
 */
export const chooseLanguage = factory.createMiddleware(async (c, next) => {
  const asked = c.req.query('lang');
  // Not `console_lang`: 0.1.0 set that for a narrower path, and browsers send it first where there is no prefix.
  const { name, options } = consoleCookie(c, 'console_language');
  const locale = chooseLocale(c, asked ?? getCookie(c, name));
  c.set('locale', locale);
  if (asked) setCookie(c, name, locale, { ...options, maxAge: year_seconds });
  await next();
});

/** Answers with a page in place of a problem document, unless the console's script asked. */
export const showProblems = factory.createMiddleware(async (c, next) => {
  await next();
  if (c.res.headers.get('Content-Type') !== 'application/problem+json' || asksForJson(c)) return;
  const { showProblem } = await import('./pages.ts');
  await showProblem(c);
});

/**
 * Refuses every post that no page of our own sent. Browsers send the session with none of them anyway
 * (SameSite=Strict): this guard is for a page of a sibling host, which can count as the same site.
 */
export const requireOwnPage = factory.createMiddleware(async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  const origin = readHeader(c, 'Origin');
  const site = readHeader(c, 'Sec-Fetch-Site');
  const own = [c.var.services.settings.public_url, new URL(c.req.url).origin];
  const isForeign = (origin !== undefined && !own.includes(origin)) || (site !== undefined && site !== 'same-origin');
  if (isForeign || (origin ?? site) === undefined) return problem(c, 'origin-not-allowed');
  return next();
});
