import type { Database } from '../../database.ts';
import { addDays, type DaySpan, dayOf, mondayOf, nextDay } from '../../days.ts';
import { timeOf } from '../../ids.ts';
import { bringUpToDate } from '../../tallies.ts';
import { readRows, weeksOf, zoneOf } from './outcome-rows.ts';
import { countAnew, listChanged, tallyOf } from './outcome-tally.ts';
import { addOutcomes, noOutcomes, type Outcomes } from './outcomes.ts';

/** Changed leads, and leads counted anew, for which an answer waits: a few milliseconds. More wait for the job. */
const [most_changed, most_at_once] = [500, 2_000];

export interface OutcomeStats {
  /** How many were received by day and form, those of the days before the span included. */
  days: { day: string; form: string; received: number }[];
  all: Outcomes;
  /** By whose the leads are, an empty name for nobody's, most leads first. */
  people: { assigned_to: string; outcomes: Outcomes }[];
  /** Whether the latest changes are not counted yet, because there are too many for one answer. */
  isBehind: boolean;
}

/**
 * Reads what became of the leads that were received in a span of days.
 *
 * @param since The day from which on they are counted by form, where that is an earlier one.
 */
export async function readOutcomes(db: Database, span: DaySpan, since = span.from_day): Promise<OutcomeStats> {
  const isBehind = !(await catchUp(db, span.time_zone));
  const { time_zone, from_day, to_day } = span;
  const pieces = [...splitAtWeeks(time_zone, since, from_day), ...splitAtWeeks(time_zone, from_day, nextDay(to_day))];
  const rows = await Promise.all(pieces.map(({ key, from, before }) => readRows(db, key, from, before)));
  const [all, people] = [noOutcomes(), new Map<string, Outcomes>()];
  const days = [];
  for (const { day, assigned_to, outcomes, forms } of rows.flat()) {
    for (const day in forms) for (const form in forms[day]) days.push({ day, form, received: forms[day][form]! });
    if (day < from_day) continue;
    const person = people.get(assigned_to) ?? noOutcomes();
    people.set(assigned_to, person);
    addOutcomes(person, outcomes);
  }
  for (const person of people.values()) addOutcomes(all, person);
  const listed = [...people].map(([assigned_to, outcomes]) => ({ assigned_to, outcomes }));
  return { days, all, people: listed.sort((one, other) => other.outcomes.received - one.outcomes.received), isBehind };
}

/** Splits days into whole weeks, and those before and after them, which are read one by one. */
function splitAtWeeks(time_zone: string, from: string, before: string) {
  const [begin, end] = [mondayOf(addDays(from, 6)), mondayOf(before)];
  const [days, weeks] = [zoneOf(time_zone), weeksOf(time_zone)];
  if (begin >= end) return [{ key: days, from, before }];
  const pieces = [
    { key: days, from, before: begin },
    { key: weeks, from: begin, before: end },
    { key: days, from: end, before },
  ];
  return pieces.filter(piece => piece.from < piece.before);
}

/** Counts what is not counted yet where that is little, so that an answer need not wait. Returns whether all is counted. */
async function catchUp(db: Database, time_zone: string): Promise<boolean> {
  let isAll = true;
  await bringUpToDate(db, tallyOf(time_zone), async position => {
    const changed = await listChanged(db, position, most_changed);
    if (!changed) return undefined;
    const days = [...new Set(changed.ids.map(id => dayOf(timeOf(id), time_zone)))];
    const known = await db
      .selectFrom('lead_days')
      .select(({ fn }) => fn.sum<number | null>('received').as('received'))
      .where('time_zone', '=', time_zone)
      .where('day', 'in', days.slice(0, 50))
      .executeTakeFirstOrThrow();
    isAll = days.length <= 50 && changed.ids.length < most_changed && Number(known.received ?? 0) <= most_at_once;
    return isAll ? countAnew(db, time_zone, changed) : undefined;
  });
  return isAll;
}
