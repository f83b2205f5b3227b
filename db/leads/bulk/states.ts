import { sql } from 'kysely';
import type { Database } from '../../database.ts';
import type { Leads } from '../../schema.ts';
import { prepareMany } from '../../statements.ts';
import { self_check_form } from '../lead.ts';

/** The columns that a change of several leads sets, and its undo restores. */
export const kept_columns = [
  ...(['status', 'closed_reason', 'assigned_to', 'status_changed_at'] as const),
  ...(['contacted_at', 'qualified_at', 'closed_at'] as const),
] as const;

export type Kept = Pick<Leads, (typeof kept_columns)[number]>;

/** A lead's columns as they were before a change; an undo writes them back. */
export type Former = Kept & { id: string };

export type State = Kept & Pick<Leads, 'id' | 'form' | 'seq' | 'erased_at' | 'restricted_at'>;

/** Leads of one unit. D1 takes at most 100 bound parameters in a statement, and an event names each lead in one. */
export const leads_per_unit = 50;

/** Counts those of some leads that can be shown: neither erased nor restricted. */
export async function countOpen(db: Database, ids: string[]): Promise<number> {
  const states = await readStates(db, ids);
  return [...states.values()].filter(({ erased_at, restricted_at }) => !erased_at && !restricted_at).length;
}

/** Reads leads by their ids, some at a time, because D1 takes at most 100 bound parameters in a statement. */
export async function readStates(db: Database, ids: string[]): Promise<Map<string, State>> {
  const states = new Map<string, State>();
  for (let place = 0; place < ids.length; place += leads_per_unit)
    for (const state of (await db.read(selectStates(db, ids.slice(place, place + leads_per_unit), {}))) as State[])
      states.set(state.id, state);
  return states;
}

const selectStates = prepareMany([], (db, ids) =>
  db
    .selectFrom('leads')
    .select([...kept_columns, 'id', 'form', 'seq', 'erased_at', 'restricted_at'])
    .where('id', 'in', ids)
    .where('form', '<>', sql.lit(self_check_form))
    .compile(),
);

export function pickKept(state: State): Kept {
  return Object.fromEntries(kept_columns.map(column => [column, state[column]])) as unknown as Kept;
}
