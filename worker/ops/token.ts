import { createToken, listTokens, revokeToken, rotateToken, type TokenRecord } from '../../db/staff/tokens.ts';
import { roles } from '../guards/access.ts';
import { isHolder, overlap_days, readHolder, token_days } from '../staff/tokens.ts';
import { Mistake, type Ops, operator } from './target.ts';

/** `token create --holder NAME --role ROLE [--days N]` → the token alone. */
export async function createStaffToken({ db, values, now }: Ops): Promise<string> {
  const { holder = '', role } = values;
  if (!holder.trim()) throw new Mistake('--holder: whose token is it?');
  if (!isHolder(holder))
    throw new Mistake('--holder: expected at most 100 characters, none of them a control character');
  const known = roles.find(one => one === role);
  if (!known) throw new Mistake(`--role: expected one of ${roles.join(', ')}`);
  const days = readDays('days', values.days, 1, token_days);
  return createToken(db, { holder: readHolder(holder), role: known, days }, operator, now);
}

/** `token rotate ID [--days N] [--overlap-days N]` → the new token alone. */
export async function rotateStaffToken({ db, values, rest, now }: Ops): Promise<string> {
  const [id] = rest;
  if (!id) throw new Mistake('token rotate needs the id of a token: see token list');
  const days = readDays('days', values.days, 1, token_days);
  const overlap = readDays('overlap-days', values['overlap-days'], 0, overlap_days);
  const token = await rotateToken(db, id, { days, overlap_days: overlap }, operator, now);
  if (!token) throw new Mistake('no token with this id is still good: see token list, and make a new one');
  return token;
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

function readDays(
  option: string,
  typed: string | undefined,
  least: number,
  { usual, most }: typeof token_days,
): number {
  const days = typed ?? String(usual);
  if (!/^\d+$/.test(days) || Number(days) < least || Number(days) > most)
    throw new Mistake(`--${option}: expected a whole number from ${least} to ${most}`);
  return Number(days);
}
