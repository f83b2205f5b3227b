import { sql } from 'kysely';
import { isWorkingDay } from '../../calendar/working-days.ts';
import { readCalendar } from '../../calendar/years.ts';
import type { Database } from '../../database.ts';
import { addDays, dayOf, startOfDay } from '../../days.ts';
import { firstIdAt, timeOf } from '../../ids.ts';
import { self_check_form } from '../lead.ts';

/** Leads that are counted at most. Because each is looked up, more would take milliseconds. */
const most_counted = 1_000;

export interface Waiting {
  /** Number of leads that nobody has contacted since a whole working day, as far as they are counted. */
  count: number;
  has_more: boolean;
  /** The last day on which such a lead was received. */
  to_day: string;
  oldest: { lead_id: string; received_at: Date } | undefined;
}

/** Counts the leads that are still new although a whole working day has passed since they were received. */
export async function countWaiting(db: Database, time_zone: string, now: Date): Promise<Waiting> {
  const calendar = await readCalendar(db);
  let worked = addDays(dayOf(now, time_zone), -1);
  while (!isWorkingDay(calendar, worked)) worked = addDays(worked, -1);
  const waiting = db
    .selectFrom('leads')
    .select('id')
    .where('status', '=', sql.lit('new'))
    .where('erased_at', 'is', null)
    .where('restricted_at', 'is', null)
    .where('form', '<>', sql.lit(self_check_form))
    .where('id', '<', firstIdAt(startOfDay(worked, time_zone)))
    .orderBy('id')
    .limit(sql.lit(most_counted + 1));
  const { count, first } = await db
    .selectFrom(waiting.as('some'))
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min<string | null>('id').as('first')])
    .executeTakeFirstOrThrow();
  const oldest = first ? { lead_id: first, received_at: timeOf(first) } : undefined;
  return { count: Math.min(count, most_counted), has_more: count > most_counted, to_day: addDays(worked, -1), oldest };
}
