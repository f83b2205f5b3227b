import { listHolders } from '../../../db/staff/holders.ts';
import type { Services } from '../../context.ts';
import { scopesOf } from '../../guards/access.ts';
import { type Role, roles } from '../../guards/roles.ts';

/**
 * Lists whom a lead can be given to: the holders of good tokens and accounts that may work on leads.
 *
 * @param current Who has the lead now. They are listed too, whatever became of their token or account.
 */
export async function listAssignees({ db, now }: Services, current?: string | null): Promise<string[]> {
  const at = now().toISOString();
  const working = roles.filter(role => scopesOf(role).includes('leads:write'));
  const holders = (await listHolders(db))
    .filter(({ role, good_until }) => working.includes(role as Role) && good_until > at)
    .map(({ holder }) => holder);
  return [...new Set([...holders, ...(current ? [current] : [])])].sort((one, other) => one.localeCompare(other));
}
