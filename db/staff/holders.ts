import type { Database } from '../database.ts';
import { findAccount } from './accounts.ts';
import { findToken, listTokens, type TokenHolder } from './tokens.ts';

/** Who may act here or has: the holder of a token, or a person with an account. */
export interface Holder extends TokenHolder {
  /** When the token ends or has ended; for an account, when it counts as left. */
  good_until: string;
}

/** Time after its last use for which an account counts as good, because its person may have left since. */
export const lately_ms = 90 * 86_400_000;

/** Lists the holders of all tokens and accounts. One who has several stands there as often. */
export async function listHolders(db: Database): Promise<Holder[]> {
  const [tokens, accounts] = await Promise.all([listTokens(db), db.selectFrom('accounts').selectAll().execute()]);
  return [
    ...tokens.map(({ id, holder, role, revoked_at, expires_at }) => {
      return { id, holder, role, good_until: revoked_at ?? expires_at };
    }),
    ...accounts.map(({ id, holder, role, ended_at, last_used_at }) => {
      const left_at = new Date(Date.parse(last_used_at) + lately_ms).toISOString();
      return { id, holder, role, good_until: ended_at ?? left_at };
    }),
  ];
}

/**
 * Finds who has a token or an account, by their name, with who that is at which provider where they have an account;
 * undefined when there is neither.
 */
export async function findHolder(db: Database, id: string) {
  const [token, account] = await Promise.all([findToken(db, id), findAccount(db, id)]);
  if (!account) return token && { holder: token.holder, person: undefined };
  const { issuer, subject, holder } = account;
  return { holder, person: { issuer, subject } };
}
