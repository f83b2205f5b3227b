import { type Expression, type RawBuilder, sql } from 'kysely';
import { lately_ms } from './holders.ts';

/** When a holder must be good: a token at an instant, an account in the time before it in which it was last used. */
export interface GoodTimes {
  at: string;
  used_since: string;
}

/** Returns when a holder must be good to count as such now. */
export function goodTimes(now: Date): GoodTimes {
  return { at: now.toISOString(), used_since: new Date(now.getTime() - lately_ms).toISOString() };
}

/**
 * Returns SQL that says whether a name is that of a holder who no longer has a good token or account. Because a lead may
 * be given to somebody who never had one, a name that none of them has is not passed over.
 */
export function isPassedOver(holder: Expression<string>, { at, used_since }: GoodTimes): RawBuilder<boolean> {
  const tokens = sql`select 1 from tokens where tokens.holder = ${holder}`;
  const accounts = sql`select 1 from accounts where accounts.holder = ${holder}`;
  const isKnown = sql`exists (${tokens}) or exists (${accounts})`;
  const hasToken = sql`exists (${tokens} and revoked_at is null and expires_at > ${at})`;
  const hasAccount = sql`exists (${accounts} and ended_at is null and last_used_at > ${used_since})`;
  return sql<boolean>`((${isKnown}) and not ${hasToken} and not ${hasAccount})`;
}
