import { sql } from 'kysely';
import type { Database } from '../../database.ts';
import { addDays, dayOf, mondayOf, nextDay, startOfDay } from '../../days.ts';
import { firstIdAt, timeOf } from '../../ids.ts';
import { bringUpToDate, type Step, type Tally } from '../../tallies.ts';
import { type LeadStatus, self_check_form } from '../lead.ts';
import { type People, readRows, replaceRows, type Week, weeksOf, zoneOf } from './outcome-rows.ts';
import { addOutcomes, addWait, noOutcomes, type Outcomes } from './outcomes.ts';

/** Changed leads that one step of the job counts. Because a step counts their days anew, more at once are less work. */
const leads_per_step = 2_000;
/** Rows of a day that are read in one turn, a millisecond. */
const rows_per_slice = 250;

/**
 * Counts what became of the leads, by the day of receipt and by whose they are. Safe to run at any time, on several
 * servers at once.
 *
 * Because a change of a lead may move it from one count to another, the days of the leads that were changed are counted
 * anew. Each change takes a number, and so the numbers say which leads were.
 *
 * @returns The number of steps taken here.
 */
export function tallyOutcomes(db: Database, time_zone: string): Promise<number> {
  return bringUpToDate(db, tallyOf(time_zone), async position => {
    const changed = await listChanged(db, position, leads_per_step);
    return changed && countAnew(db, time_zone, changed);
  });
}

export function tallyOf(time_zone: string): Tally {
  return { name: 'outcomes', time_zone: zoneOf(time_zone) };
}

/** Where a step ends, and the ids of the leads that were changed before it. */
interface Changed {
  end: number;
  ids: string[];
}

export async function listChanged(db: Database, position: string, limit: number): Promise<Changed | undefined> {
  const rows = await db
    .selectFrom('leads')
    .select(['id', 'seq'])
    .where('seq', '>', Number(position))
    .orderBy('seq')
    .orderBy('id')
    .limit(sql.lit(limit))
    .execute();
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return undefined;
  const ids = rows.map(({ id }) => id);
  // An act may change several leads. Those of the last one may not all be here, and are listed once more.
  const isCut = rows.length === limit && first.seq < last.seq;
  return { end: isCut ? last.seq - 1 : last.seq, ids };
}

export async function countAnew(db: Database, time_zone: string, { end, ids }: Changed): Promise<Step> {
  const days = new Map<string, People>();
  for (const day of new Set(ids.map(id => dayOf(timeOf(id), time_zone))))
    days.set(day, await countDay(db, day, time_zone));
  const additions = [...days].flatMap(([day, people]) => replaceRows(db, zoneOf(time_zone), day, people));
  for (const monday of new Set([...days.keys()].map(mondayOf)))
    additions.push(...replaceRows(db, weeksOf(time_zone), monday, await sumWeek(db, time_zone, monday, days)));
  return { end: String(end), additions };
}

/** Sums the days of a week: those that are counted anew, and the others as they stand. */
async function sumWeek(
  db: Database,
  time_zone: string,
  monday: string,
  days: Map<string, People>,
): Promise<People<Week>> {
  const sums: People<Week> = new Map();
  const add = (day: string, assigned_to: string, outcomes: Outcomes) => {
    const sum = sums.get(assigned_to) ?? { ...noOutcomes(), days: {} };
    sums.set(assigned_to, sum);
    addOutcomes(sum, outcomes);
    sum.days[day] = outcomes.forms;
  };
  for (const { day, assigned_to, outcomes } of await readRows(db, zoneOf(time_zone), monday, addDays(monday, 7)))
    if (!days.has(day)) add(day, assigned_to, outcomes);
  for (const [day, people] of days)
    if (mondayOf(day) === monday) for (const [assigned_to, outcomes] of people) add(day, assigned_to, outcomes);
  return sums;
}

/** Counts the leads that were received on a day. */
async function countDay(db: Database, day: string, time_zone: string): Promise<People> {
  const people: People = new Map();
  const before = firstIdAt(startOfDay(nextDay(day), time_zone));
  for (let from = firstIdAt(startOfDay(day, time_zone)), isFirst = true; ; isFirst = false, await db.rest()) {
    const rows = await db
      .selectFrom('leads')
      .select(['id', 'form', 'status', 'assigned_to', 'closed_reason', 'erased_at', 'restricted_at'])
      .select(['contacted_at', 'qualified_at', 'closed_at'])
      .where('id', isFirst ? '>=' : '>', from)
      .where('id', '<', before)
      .orderBy('id')
      .limit(sql.lit(rows_per_slice))
      .execute();
    for (const row of rows) {
      if (row.form === self_check_form || row.erased_at || row.restricted_at) continue;
      const outcomes = people.get(row.assigned_to ?? '') ?? noOutcomes();
      people.set(row.assigned_to ?? '', outcomes);
      outcomes.received += 1;
      outcomes.forms[row.form] = (outcomes.forms[row.form] ?? 0) + 1;
      outcomes.statuses[row.status as LeadStatus] += 1;
      for (const status of ['contacted', 'qualified', 'closed'] as const)
        if (row[`${status}_at`]) outcomes.reached[status] += 1;
      if (row.closed_reason) outcomes.reasons[row.closed_reason] = (outcomes.reasons[row.closed_reason] ?? 0) + 1;
      if (row.contacted_at) addWait(outcomes, row.id, Date.parse(row.contacted_at) - timeOf(row.id).getTime());
    }
    if (rows.length < rows_per_slice) return people;
    from = rows.at(-1)!.id;
  }
}
