import { listAssigned } from '../../../db/leads/assigned.ts';
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
  return sortNames([...holders, ...(current ? [current] : [])]);
}

/**
 * Lists whose leads may be asked for: those to whom a lead can be given, and those who have one and have left.
 *
 * @param asked Whose leads are asked for now.
 */
export async function listPeople(services: Services, asked?: string): Promise<string[]> {
  const [present, assigned] = await Promise.all([listAssignees(services, asked), listAssigned(services.db)]);
  return sortNames([...present, ...assigned]);
}

function sortNames(names: string[]): string[] {
  return [...new Set(names)].sort((one, other) => one.localeCompare(other));
}
