import type { Database } from '../../database.ts';
import { type DaySpan, dayOf } from '../../days.ts';
import { timeOf } from '../../ids.ts';
import { bringUpToDate } from '../../tallies.ts';
import { countAnew, leads_per_step, listChanged, tallyOf } from './outcome-tally.ts';
import { addOutcomes, noOutcomes, type Outcomes } from './outcomes.ts';

/** Leads that a request counts anew before it answers: a few milliseconds. More wait for the job. */
const most_at_once = 2_000;

export interface OutcomeStats {
  all: Outcomes;
  /** By whose the leads are, an empty name for nobody's, most leads first. */
  people: { assigned_to: string; outcomes: Outcomes }[];
  /** Whether the latest changes are not counted yet, because there are too many for one answer. */
  isBehind: boolean;
}

/** Reads what became of the leads that were received in a span of days. */
export async function readOutcomes(db: Database, span: DaySpan): Promise<OutcomeStats> {
  const isBehind = !(await catchUp(db, span.time_zone));
  const rows = await db
    .selectFrom('lead_outcomes')
    .select(['assigned_to', 'figures'])
    .where('time_zone', '=', span.time_zone)
    .where('day', '>=', span.from_day)
    .where('day', '<=', span.to_day)
    .execute();
  const [all, people] = [noOutcomes(), new Map<string, Outcomes>()];
  for (const { assigned_to, figures } of rows) {
    const person = people.get(assigned_to) ?? noOutcomes();
    people.set(assigned_to, person);
    addOutcomes(person, JSON.parse(figures));
  }
  for (const person of people.values()) addOutcomes(all, person);
  const listed = [...people].map(([assigned_to, outcomes]) => ({ assigned_to, outcomes }));
  return { all, people: listed.sort((one, other) => other.outcomes.received - one.outcomes.received), isBehind };
}

/** Counts what is not counted yet where that is little, so that an answer need not wait. Returns whether all is counted. */
async function catchUp(db: Database, time_zone: string): Promise<boolean> {
  let isAll = true;
  await bringUpToDate(db, tallyOf(time_zone), async position => {
    const changed = await listChanged(db, position);
    if (!changed) return undefined;
    const days = [...new Set(changed.ids.map(id => dayOf(timeOf(id), time_zone)))];
    const known = await db
      .selectFrom('lead_days')
      .select(({ fn }) => fn.sum<number | null>('received').as('received'))
      .where('time_zone', '=', time_zone)
      .where('day', 'in', days.slice(0, 50))
      .executeTakeFirstOrThrow();
    isAll = days.length <= 50 && changed.ids.length < leads_per_step && Number(known.received ?? 0) <= most_at_once;
    return isAll ? countAnew(db, time_zone, changed) : undefined;
  });
  return isAll;
}
