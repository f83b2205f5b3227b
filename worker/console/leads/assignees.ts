import { listTokens } from '../../../db/staff/tokens.ts';
import type { Services } from '../../context.ts';
import { type Role, roles, scopesOf } from '../../guards/access.ts';

/**
 * Lists whom a lead can be given to: the holders of good tokens that may work on leads.
 *
 * @param current Who has the lead now. They are listed too, whatever their token is.
 */
export async function listAssignees({ db, now }: Services, current?: string | null): Promise<string[]> {
  const at = now().toISOString();
  const working = roles.filter(role => scopesOf(role).includes('leads:write'));
  const holders = (await listTokens(db))
    .filter(({ role, revoked_at, expires_at }) => working.includes(role as Role) && !revoked_at && expires_at > at)
    .map(({ holder }) => holder);
  return [...new Set([...holders, ...(current ? [current] : [])])].sort((one, other) => one.localeCompare(other));
}
