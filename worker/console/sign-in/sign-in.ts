import type { Context } from 'hono';
import * as z from 'zod/mini';
import { recordSignOut } from '../../../db/staff/accounts.ts';
import { endSession, endSessions, findSession } from '../../../db/staff/sessions.ts';
import { type App, factory } from '../../context.ts';
import { presentToken } from '../../guards/access.ts';
import { readHeader } from '../../http/header.ts';
import { problem } from '../../http/problems/problem.ts';
import { statuses } from '../../http/problems/slugs.ts';
import { body } from '../../http/validate.ts';
import type { Failure } from '../../staff/provider.ts';
import { answerPage } from '../answer.ts';
import { type Reader, readerOf } from '../reader.ts';
import { type Refusal, readRefusal } from '../refusal.ts';
import { beginSession, findPresenter, forgetSession, readSessionId } from '../session.ts';
import { arrivalPage } from './arrival-page.ts';
import { signInPage } from './sign-in-page.ts';

const credentials = z.object({ token: z._default(z.string(), ''), next: z._default(z.string(), '') });

/**
 * `POST /console/session` signs in with a token. Its GET then goes on to the page that was asked for, or says why not.
 */
export const signIn = factory.createHandlers(body(credentials, { form: true }), async c => {
  const { token, next } = c.req.valid('json');
  const holder = await presentToken(c, token.trim());
  if ('slug' in holder) return problem(c, holder.slug, holder);
  await beginSession(c, holder.id);
  c.var.services.log('info', 'signed_in', { request_id: c.var.request_id, token_id: holder.id });
  return c.redirect(sessionAddress({ next: readNext(next) }), 303);
});

/** Parameter of the address to which a refused sign-in leads. */
const refused = 'refused';

/** Returns the address of the page that says why nobody was signed in. */
export function refusedAddress(sent: unknown): string {
  const { next } = Object(sent) as { next?: unknown };
  return sessionAddress({ [refused]: '', next: readNext(String(next ?? '')) });
}

/** Parameter of the address to which a sign-in at the provider leads. */
const from_provider = 'from_provider';

/** Returns the address to which a browser goes on that comes from the provider. */
export function arrivalAddress(next: string): string {
  return sessionAddress({ [from_provider]: '', next });
}

function sessionAddress(parameters: Record<string, string>): string {
  return `/console/session?${new URLSearchParams(parameters)}`;
}

/**
 * `GET /console/session` goes on to the page that was asked for, if the browser has kept the cookie of its session;
 * else it says that the browser has not, or why the token was refused.
 *
 * A browser that comes from the provider's site does not send the session along at once (SameSite=Strict). So the page
 * that answers makes it ask again from here.
 */
export const arrive = factory.createHandlers(async c => {
  const next = readNext(c.req.query('next') ?? '');
  const refusal = readRefusal(c);
  const found = refusal ? undefined : await findPresenter(c, true);
  if (found === 'away') return answerSignIn(c, next, 'unvouched');
  if (found) return c.redirect(next, 303);
  const reader = readerOf(c);
  if (c.req.query(from_provider) !== undefined) {
    const address = sessionAddress({ next });
    const headers = { Refresh: `0; url=${address}` };
    return answerPage(c, arrivalPage(reader, address), { address: home, headers });
  }
  const { signIn: text } = reader.text;
  const hasCookies = c.req.query(refused) !== undefined;
  const error = refusal ? describeRefusal(text, refusal) : hasCookies ? undefined : text.cookies;
  const headers: Record<string, string> = refusal?.seconds ? { 'Retry-After': String(refusal.seconds) } : {};
  const isTokenWrong = refusal?.slug === 'unauthorized';
  return answerPage(c, signInPage(reader, { next, error, isTokenWrong, hasAccounts: hasAccounts(c) }), {
    status: refusal ? statuses[refusal.slug] : 401,
    headers,
    address: home,
    says: refusal?.slug,
  });
});

/** Why a sign-in with an account does not succeed, or goes no further. */
export type Obstacle =
  | Failure['failed']
  /** The provider vouches for the person, and none of their values has a role. */
  | 'no_role'
  /** This browser has not begun it, or it was ended before. */
  | 'stale'
  /** The session cannot be renewed while the provider is away. */
  | 'unvouched';

const obstacle_statuses = {
  away: 503,
  unvouched: 503,
  denied: 401,
  distrusted: 401,
  stale: 401,
  no_role: 403,
} as const;

/** Seconds after which a provider that is away is worth another try. */
const retry_seconds = 30;

/** Answers with the page to sign in on, which says what stands in the way of an account and how to go on. */
export function answerSignIn(c: Context<App>, next: string, obstacle: Obstacle) {
  const reader = readerOf(c);
  const error = reader.text.signIn.obstacles[obstacle];
  const offersOther = obstacle === 'no_role' || obstacle === 'denied';
  const status = obstacle_statuses[obstacle];
  const headers: Record<string, string> = status === 503 ? { 'Retry-After': String(retry_seconds) } : {};
  const page = signInPage(reader, { next, error, hasAccounts: hasAccounts(c), offersOther });
  return answerPage(c, page, { status, headers, address: home });
}

function describeRefusal(text: Reader['text']['signIn'], { slug, detail, seconds }: Refusal): string {
  if (slug === 'unauthorized') return text.wrong;
  return slug === 'too-many-requests' && seconds ? text.slow(seconds) : detail;
}

/**
 * `POST /console/session/end` signs out in this browser, or with `everywhere` in all that signed in with the same token
 * or account. The page that it leads to offers to sign out at the provider too, where that can be done.
 */
export const signOut = factory.createHandlers(
  body(z.object({ everywhere: z.optional(z.string()) }), { form: true }),
  async c => {
    const { services, request_id } = c.var;
    const { db, now } = services;
    const presented = readSessionId(c);
    const holder = presented ? await findSession(db, presented, now(), false) : undefined;
    if (holder && c.req.valid('json').everywhere) await endSessions(db, holder.id, now());
    else if (presented) await endSession(db, presented, now());
    forgetSession(c);
    if (!holder?.vouched_at) return c.redirect('/console?out', 303);
    await recordSignOut(db, { id: holder.id, role: holder.role, request_id }, 'account.signed_out', now());
    const { findSignOut } = await import('../../staff/provider.ts');
    return c.redirect((await findSignOut(services)) ? '/console?out=account' : '/console?out', 303);
  },
);

/**
 * Answers whoever is not signed in with the page to sign in, which leads back to the page that was asked for.
 *
 * A link on another website comes without the cookie (SameSite=Strict) also from somebody who is signed in. So the page
 * that answers such a request makes the browser ask again from here, once.
 */
export function askToSignIn(c: Context<App>, why?: 'ended' | 'unsaved'): Response | Promise<Response> {
  const url = new URL(c.req.url);
  const isGet = c.req.method === 'GET' || c.req.method === 'HEAD';
  if (isGet && !why && readHeader(c, 'Sec-Fetch-Site') === 'cross-site' && !url.searchParams.has(again)) {
    url.searchParams.set(again, '1');
    c.header('Refresh', `0; url=${url.pathname}${url.search}`);
  }
  const out = url.searchParams.get('out');
  const offersLeave = out === 'account' && hasAccounts(c);
  for (const name of [again, 'lang', 'out']) url.searchParams.delete(name);
  const next = isGet ? url.pathname + url.search : home;
  const reader = readerOf(c);
  const { signIn: text } = reader.text;
  const notice = why ? text[why] : out === null ? undefined : offersLeave ? text.outHere : text.out;
  const status = next === home && isGet ? 200 : 401;
  const page = signInPage(reader, { next, notice, hasAccounts: hasAccounts(c), offersLeave });
  return answerPage(c, page, { status, address: home, says: 'unauthorized' });
}

const home = '/console';

/** Parameter of an address that the browser asks for a second time, from our own page. */
const again = 'again';

function hasAccounts(c: Context<App>): boolean {
  return c.var.services.settings.oidc_issuer !== undefined;
}

/**
 * Returns the path of a page of the console, whatever the form says. It is none of those that sign in or out, because a
 * link could otherwise make a sign-in end at once, or begin again for ever.
 */
export function readNext(next: string): string {
  const isPage = /^\/console(?!\/(?:sign-in|session)\b)(?:\/[\w\-/]*)?(?:\?[\w\-./=&%+:]*)?$/.test(next);
  return isPage && !next.includes('//') ? next : home;
}
