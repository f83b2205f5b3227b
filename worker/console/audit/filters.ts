import * as z from 'zod/mini';
import type { EventQuery } from '../../../db/audit/list.ts';
import type { Database } from '../../../db/database.ts';
import { nextDay, startOfDay } from '../../../db/days.ts';
import { listHolders } from '../../../db/staff/holders.ts';
import { uuid } from '../../http/query-fields.ts';
import { staffName } from '../../http/staff-text.ts';

/** The action shown where the address names none, because this page is mostly asked who has seen what. */
const usual_action = 'lead.revealed';

/** Actors that present no token. */
const own_actors = ['visitor', 'operator', 'retention', 'system'];

/** An action as the trail names it, or all of them. */
export const eventAction = z.string().check(z.regex(/^([a-z]+\.[a-z_]+|all)$/));

const day = z.catch(z.optional(z.iso.date().check(z.regex(/^20\d\d-/))), undefined);

/** What the address of the access log may carry. A value that is not valid is left out. */
export const eventFilters = z.object({
  lead_id: z.catch(z.optional(z.string().check(z.trim(), z.toLowerCase(), z.regex(uuid))), undefined),
  action: z.catch(eventAction, usual_action),
  /** The holder of tokens or accounts, or an actor without. */
  person: z.catch(z.optional(staffName), undefined),
  from: day,
  to: day,
});
export type EventFilters = z.output<typeof eventFilters>;

/** Returns the query that filters stand for. Their days are those of the deployment's time zone, both inclusive. */
export async function toEventQuery(
  db: Database,
  { lead_id, action, person, from, to }: EventFilters,
  time_zone: string,
): Promise<Omit<EventQuery, 'limit' | 'order'>> {
  return {
    lead_id,
    action: action === 'all' ? undefined : action,
    actors: person === undefined ? undefined : await listActors(db, person),
    recorded_from: from && startOfDay(from, time_zone).toISOString(),
    recorded_to: to && startOfDay(nextDay(to), time_zone).toISOString(),
  };
}

/** Lists all tokens and accounts that a person has or had, as the trail names them. */
async function listActors(db: Database, person: string): Promise<string[]> {
  const ids = (await listHolders(db)).filter(({ holder }) => holder === person).map(({ id }) => id);
  return own_actors.includes(person) ? [...ids, person] : ids;
}

/** Lists the people who may stand in the log: everybody who has or had a token or an account, and who acts without. */
export async function listPeople(db: Database): Promise<string[]> {
  const holders = (await listHolders(db)).map(({ holder }) => holder);
  return [...[...new Set(holders)].sort((one, other) => one.localeCompare(other)), ...own_actors];
}
