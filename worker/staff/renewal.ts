import type { Actor } from '../../db/audit/record.ts';
import { endAccount, findAccount, keepAccount, recordSignOut } from '../../db/staff/accounts.ts';
import { answer_ms, claimRenewal, failRenewal, keepRenewal, vouched_ms } from '../../db/staff/renewals.ts';
import { endSession, endSessions, findSession, type Session } from '../../db/staff/sessions.ts';
import type { Services } from '../context.ts';

/** Time between two looks of a request that waits for what another one asks the provider. */
const look_ms = 200;

/** A session of an account. */
type AccountSession = Session & { vouched_at: string };

/**
 * Renews a session of an account by asking the provider whether it vouches for the person still.
 *
 * Because a request asks from the half hour on, a provider that is away for less than that disturbs nobody; and because
 * its word holds for an hour at most, nobody stays in for longer than that after they have left.
 *
 * @param presented The session's id, as the browser presents it.
 * @returns Who is signed in, with the role of today; undefined when the session has ended; `away` when that cannot be
 *   known now.
 */
export async function renewSession(
  services: Services,
  presented: string,
  session: AccountSession,
  request_id: string,
): Promise<Session | undefined | 'away'> {
  const { db, now, log } = services;
  const begun = now();
  const isVouched = Math.abs(begun.getTime() - Date.parse(session.vouched_at)) < vouched_ms;
  if (!session.is_renewable) return isVouched ? session : lapse(services, presented);
  const claim = await claimRenewal(db, presented, session.vouched_at, begun);
  if (!claim) return isVouched ? session : waitForOther(services, presented, session);
  const answer = await ask(services, session.id, claim.refresh_token);
  const actor: Actor = { id: session.id, role: session.role, request_id };
  if ('failed' in answer && answer.failed !== 'denied') {
    await failRenewal(db, presented, begun);
    log('warn', 'renewal_failed', { request_id, account_id: session.id, code: answer.code });
    return isVouched ? session : 'away';
  }
  const role = 'failed' in answer ? undefined : answer.person.role;
  if ('failed' in answer || !role) {
    log('info', 'renewal_refused', {
      request_id,
      account_id: session.id,
      code: 'code' in answer ? answer.code : 'no_role',
    });
    if ('failed' in answer) {
      await endSession(db, presented, now());
      await recordSignOut(db, actor, 'account.refused', now());
    } else {
      await endAccount(db, session, actor, now());
      await endSessions(db, session.id, now());
    }
    return undefined;
  }
  await keepRenewal(db, presented, answer.refresh_token ?? claim.refresh_token, begun);
  await keepAccount(db, session, role, { ...actor, role }, now());
  return { ...session, role };
}

async function ask(services: Services, account_id: string, refresh_token: string) {
  const { askAgain } = await import('./provider.ts');
  const account = await findAccount(services.db, account_id);
  if (!account || !services.settings.oidc_issuer) return { failed: 'denied', code: 'not_configured' } as const;
  return askAgain(services, refresh_token, account);
}

/** Ends a session for which the provider has given nothing to ask it with. */
async function lapse({ db, now }: Services, presented: string): Promise<undefined> {
  await endSession(db, presented, now());
}

/** Waits until the request that asks the provider has its answer, if it began to a moment ago. */
async function waitForOther({ db, now }: Services, presented: string, { vouched_at }: AccountSession) {
  for (let waited_ms = 0; waited_ms < answer_ms; waited_ms += look_ms) {
    const found = await findSession(db, presented, now(), false);
    if (!found || found.vouched_at !== vouched_at) return found;
    const { renewal_at } = found;
    if (renewal_at && now().getTime() - Date.parse(renewal_at) >= answer_ms) return 'away';
    await new Promise(resolve => setTimeout(resolve, look_ms));
  }
  return 'away';
}
