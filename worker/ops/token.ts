import { createToken, listTokens, revokeToken, type TokenRecord } from '../../db/tokens.ts';
import { roles } from '../access.ts';
import { Mistake, type Ops, operator } from './target.ts';

const default_days = 90;
const most_days = 3_650;

/** `token create --holder NAME --role ROLE [--days N]` → the token alone. */
export async function createStaffToken({ db, values, now }: Ops): Promise<string> {
  const { holder, role, days = String(default_days) } = values;
  if (!holder?.trim()) throw new Mistake('--holder: whose token is it?');
  const known = roles.find(one => one === role);
  if (!known) throw new Mistake(`--role: expected one of ${roles.join(', ')}`);
  if (!/^\d+$/.test(days) || Number(days) < 1 || Number(days) > most_days)
    throw new Mistake(`--days: expected a whole number from 1 to ${most_days}`);
  return createToken(db, { holder: holder.trim(), role: known, days: Number(days) }, operator, now);
}

/** `token list` → every token, without its secret. */
export function listStaffTokens({ db }: Ops): Promise<TokenRecord[]> {
  return listTokens(db);
}

/** `token revoke ID`. */
export async function revokeStaffToken({ db, rest, now }: Ops): Promise<{ revoked: string }> {
  const [id] = rest;
  if (!id) throw new Mistake('token revoke needs the id of a token: see token list');
  if (!(await revokeToken(db, id, operator, now))) throw new Mistake('there is no token with this id: see token list');
  return { revoked: id };
}
