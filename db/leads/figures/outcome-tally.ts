import { sql } from 'kysely';
import type { Database } from '../../database.ts';
import { dayOf, nextDay, startOfDay } from '../../days.ts';
import { firstIdAt, timeOf } from '../../ids.ts';
import { bringUpToDate, type Step, type Tally } from '../../tallies.ts';
import { pause } from '../../turn.ts';
import { type LeadStatus, self_check_form } from '../lead.ts';
import { addWait, noOutcomes, type Outcomes } from './outcomes.ts';

/** Changed leads that one step of the job counts. Because a step counts their days anew, more at once are less work. */
const leads_per_step = 2_000;
/** Rows of a day that are read in one turn, a millisecond, and rows that one statement adds. */
const [rows_per_slice, days_per_statement] = [250, 20];
/** Time for which the job leaves the thread to others after each slice: a first count reads all leads. */
const rest_ms = 5;

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
    return changed && countAnew(db, time_zone, changed, () => pause(rest_ms));
  });
}

export function tallyOf(time_zone: string): Tally {
  return { name: 'outcomes', time_zone: zoneOf(time_zone) };
}

/**
 * Returns the key under which the figures of a time zone stand. Because it has the number of their form, figures of
 * another form are counted beside them, from the start, and an older server goes on with its own.
 */
export function zoneOf(time_zone: string): string {
  return `${time_zone} 2`;
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

/** @param rest Leaves the thread to others, between one slice and the next. */
export async function countAnew(
  db: Database,
  time_zone: string,
  { end, ids }: Changed,
  rest: () => Promise<void>,
): Promise<Step> {
  const days = new Set(ids.map(id => dayOf(timeOf(id), time_zone)));
  const additions = [];
  for (const day of days) {
    const rows = [...(await countDay(db, day, time_zone, rest))].map(([assigned_to, outcomes]) => ({
      ...{ time_zone: zoneOf(time_zone), day, assigned_to },
      figures: JSON.stringify(outcomes),
    }));
    additions.push(
      db.deleteFrom('lead_outcomes').where('time_zone', '=', zoneOf(time_zone)).where('day', '=', day).compile(),
    );
    for (let at = 0; at < rows.length; at += days_per_statement)
      additions.push(
        db
          .insertInto('lead_outcomes')
          .values(rows.slice(at, at + days_per_statement))
          .compile(),
      );
  }
  return { end: String(end), additions };
}

/** Counts the leads that were received on a day, by whose they are; an empty name for nobody's. */
async function countDay(
  db: Database,
  day: string,
  time_zone: string,
  rest: () => Promise<void>,
): Promise<Map<string, Outcomes>> {
  const people = new Map<string, Outcomes>();
  const before = firstIdAt(startOfDay(nextDay(day), time_zone));
  for (let from = firstIdAt(startOfDay(day, time_zone)), isFirst = true; ; isFirst = false, await rest()) {
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
