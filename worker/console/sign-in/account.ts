import type { Context } from 'hono';
import { endAccount, findAccountOf, signInAccount } from '../../../db/staff/accounts.ts';
import { endSessions } from '../../../db/staff/sessions.ts';
import { type App, factory } from '../../context.ts';
import { useLimit } from '../../guards/rate-limit.ts';
import { readHeader } from '../../http/header.ts';
import { problem } from '../../http/problems/problem.ts';
import type { Vouched } from '../../staff/claims.ts';
import type { Failure } from '../../staff/provider.ts';
import { beginSession } from '../session.ts';
import { beginAttempt, takeAttempt } from './attempt.ts';
import { answerSignIn, arrivalAddress, type Obstacle, readNext } from './sign-in.ts';

/** Loads what talks to the provider, as a module of its own, because few who come to the console need it. */
const loadProvider = () => import('../../staff/provider.ts');

/**
 * `GET /console/sign-in` leads to the provider; with `other`, to where it lets people choose another account. From another
 * website it leads to our own page, because a provider that knows the person would otherwise sign them in unasked.
 */
export const beginSignIn = factory.createHandlers(async c => {
  const { services } = c.var;
  if (!services.settings.oidc_issuer) return problem(c, 'not-found');
  const next = readNext(c.req.query('next') ?? '');
  if (/^(cross|same)-site$/.test(readHeader(c, 'Sec-Fetch-Site') ?? '')) return c.redirect(next, 303);
  const { findSignIn } = await loadProvider();
  const attempt = beginAttempt(c, next);
  const found = await findSignIn(services, attempt, c.req.query('other') === undefined ? undefined : 'select_account');
  return 'failed' in found ? refuse(c, next, found) : c.redirect(found.url.href, 303);
});

/** `GET /console/sign-in/callback` ends a sign-in at the provider. The first one makes the account. */
export const completeSignIn = factory.createHandlers(async c => {
  const { services, request_id } = c.var;
  const { db, now, log, settings } = services;
  if (!settings.oidc_issuer) return problem(c, 'not-found');
  const attempt = takeAttempt(c, c.req.query('state') ?? '');
  if (!attempt) return refuse(c, '', { failed: 'stale', code: 'unknown_state' });
  const slowed = await useLimit(c, 'token', 'accounts', 0);
  if (slowed) return problem(c, 'too-many-requests', { headers: slowed });
  const { exchangeCode } = await loadProvider();
  const answer = await exchangeCode(services, new URL(c.req.url).search, attempt);
  if ('failed' in answer) {
    if (answer.failed !== 'away') await useLimit(c, 'token', 'accounts');
    return refuse(c, attempt.next, answer);
  }
  const { person, refresh_token } = answer;
  const { role } = person;
  if (!role) {
    await endKnown(c, person);
    return refuse(c, attempt.next, { failed: 'no_role', code: 'no_role' });
  }
  const holder = await signInAccount(db, { ...person, role }, request_id, now());
  await beginSession(c, holder.id, refresh_token);
  log('info', 'signed_in', { request_id, account_id: holder.id });
  return c.redirect(arrivalAddress(attempt.next), 303);
});

/** `GET /console/sign-in/end` leads to where one signs out at the provider. */
export const leaveProvider = factory.createHandlers(async c => {
  const { services } = c.var;
  const url = services.settings.oidc_issuer && (await (await loadProvider()).findSignOut(services));
  return c.redirect(url ? url.href : '/console', 303);
});

/** Ends the account of a person who has no role any more, with its sessions; nothing where they have none. */
async function endKnown(c: Context<App>, person: Vouched): Promise<void> {
  const { services, request_id } = c.var;
  const { db, now } = services;
  const account = await findAccountOf(db, person);
  if (!account || account.ended_at) return;
  await endAccount(db, account, { id: account.id, role: account.role, request_id }, now());
  await endSessions(db, account.id, now());
}

function refuse(c: Context<App>, next: string, { failed, code }: Omit<Failure, 'failed'> & { failed: Obstacle }) {
  const { log } = c.var.services;
  log('warn', 'sign_in_refused', { request_id: c.var.request_id, reason: failed, code });
  return answerSignIn(c, readNext(next), failed);
}
