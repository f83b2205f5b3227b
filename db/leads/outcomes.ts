import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { type DaySpan, dayOf, nextDay, startOfDay } from '../days.ts';
import { firstIdAt, timeOf } from '../ids.ts';
import { bringUpToDate, type Step, type Tally } from '../tallies.ts';
import { nextTurn } from '../turn.ts';
import { type LeadStatus, lead_statuses, self_check_form } from './lead.ts';

/** What became of leads by now. Leads that are erased or restricted are in no list, and so not in here. */
export interface Outcomes {
  received: number;
  /** How many have each status. */
  statuses: { [Name in LeadStatus]: number };
  /** How many have ever reached a status, or a later one. */
  reached: { [Name in Exclude<LeadStatus, 'new'>]: number };
  /** How many are closed for each reason. */
  reasons: Record<string, number>;
  /** How long first contacts took: by class of length, how many and their sum in milliseconds. */
  waits: Record<string, [count: number, sum_ms: number]>;
  /** The longest of them, and its lead. */
  slowest: { ms: number; lead_id: string } | null;
}

/** Changed leads that one step counts, rows of a day that are read in one turn, and rows that one statement adds. */
const [leads_per_step, rows_per_slice, days_per_statement] = [500, 500, 20];

/** Leads that a request counts anew before it answers: a few milliseconds. More wait for the job. */
const most_at_once = 2_000;

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
    const changed = await listChanged(db, position);
    return changed && countAnew(db, time_zone, changed);
  });
}

function tallyOf(time_zone: string): Tally {
  return { name: 'outcomes', time_zone };
}

/** Where a step ends, and the ids of the leads that were changed before it. */
interface Changed {
  end: number;
  ids: string[];
}

async function listChanged(db: Database, position: string): Promise<Changed | undefined> {
  const rows = await db
    .selectFrom('leads')
    .select(['id', 'seq'])
    .where('seq', '>', Number(position))
    .orderBy('seq')
    .orderBy('id')
    .limit(sql.lit(leads_per_step))
    .execute();
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return undefined;
  const ids = rows.map(({ id }) => id);
  // An act may change several leads. Those of the last one may not all be here, and are listed once more.
  const isCut = rows.length === leads_per_step && first.seq < last.seq;
  return { end: isCut ? last.seq - 1 : last.seq, ids };
}

async function countAnew(db: Database, time_zone: string, { end, ids }: Changed): Promise<Step> {
  const days = new Set(ids.map(id => dayOf(timeOf(id), time_zone)));
  const additions = [];
  for (const day of days) {
    const rows = [...(await countDay(db, day, time_zone))].map(([assigned_to, outcomes]) => ({
      ...{ time_zone, day, assigned_to },
      figures: JSON.stringify(outcomes),
    }));
    additions.push(db.deleteFrom('lead_outcomes').where('time_zone', '=', time_zone).where('day', '=', day).compile());
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
async function countDay(db: Database, day: string, time_zone: string): Promise<Map<string, Outcomes>> {
  const people = new Map<string, Outcomes>();
  const before = firstIdAt(startOfDay(nextDay(day), time_zone));
  for (let from = firstIdAt(startOfDay(day, time_zone)), isFirst = true; ; isFirst = false, await nextTurn()) {
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

/** Classes of lengths of time in which a length is doubled. A mean of a class is within some percent of each in it. */
const classes_per_doubling = 8;

function addWait(outcomes: Outcomes, lead_id: string, ms: number) {
  const key = Math.round(Math.log2(1 + Math.max(0, ms) / 1_000) * classes_per_doubling);
  const [count, sum] = outcomes.waits[key] ?? [0, 0];
  outcomes.waits[key] = [count + 1, sum + ms];
  if (!outcomes.slowest || ms > outcomes.slowest.ms) outcomes.slowest = { ms, lead_id };
}

/** Returns the median of waits, within a few percent; null where there is none. */
export function medianOf(waits: Outcomes['waits']): number | null {
  const classes = Object.entries(waits).sort(([one], [other]) => Number(one) - Number(other));
  const total = classes.reduce((all, [, [count]]) => all + count, 0);
  if (total === 0) return null;
  const at = (place: number) => {
    let passed = 0;
    const [, [count, sum]] = classes.find(([, [some]]) => {
      passed += some;
      return passed > place;
    })!;
    return sum / count;
  };
  return (at((total - 1) >> 1) + at(total >> 1)) / 2;
}

function noOutcomes(): Outcomes {
  const statuses = Object.fromEntries(lead_statuses.map(status => [status, 0])) as Outcomes['statuses'];
  const reached = { contacted: 0, qualified: 0, closed: 0 };
  return { received: 0, statuses, reached, reasons: {}, waits: {}, slowest: null };
}

function addOutcomes(sum: Outcomes, more: Outcomes): void {
  sum.received += more.received;
  for (const status of lead_statuses) sum.statuses[status] += more.statuses[status];
  for (const status of ['contacted', 'qualified', 'closed'] as const) sum.reached[status] += more.reached[status];
  for (const [reason, count] of Object.entries(more.reasons)) sum.reasons[reason] = (sum.reasons[reason] ?? 0) + count;
  for (const key in more.waits) {
    const [wait, known] = [more.waits[key]!, sum.waits[key]];
    if (known) {
      known[0] += wait[0];
      known[1] += wait[1];
    } else sum.waits[key] = [...wait];
  }
  if (more.slowest && more.slowest.ms > (sum.slowest?.ms ?? -1)) sum.slowest = more.slowest;
}

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
