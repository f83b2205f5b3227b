import { sql } from 'kysely';
import { workingDaysBetween } from '../calendar/working-days.ts';
import { readCalendar } from '../calendar/years.ts';
import type { Database } from '../database.ts';
import { addDays, dayOf } from '../days.ts';
import { due_zone, dueDay, endsUnverified, type RequestType } from '../requests/request.ts';

/** Requests that are looked at: all that are open, and the latest that were answered. */
const most_requests = 10_000;
const answers_read = 1_000;

/** How people's requests of some types stand. */
export interface Requests {
  open: number;
  /** Requests that are open after the day by which they must be answered. */
  overdue: number;
  answered: number;
  /** Median of the working days from the receipt to the answer; undefined before the first answer. */
  median_days: number | undefined;
}

/** Examines the requests of some types: those that are open, and those that were answered. */
export async function examineRequests(db: Database, types: RequestType[], now: Date): Promise<Requests> {
  const [calendar, open, closed] = await Promise.all([
    readCalendar(db),
    db
      .selectFrom('subject_requests')
      .select(['type', 'due_on', 'extended_to', 'verification', 'verified_at', 'attempted_at'])
      .where('closed_at', 'is', null)
      .orderBy('id')
      .limit(sql.lit(most_requests))
      .execute(),
    db
      .selectFrom('subject_requests')
      .select(['type', 'state', 'received_at', sql<string>`closed_at`.as('closed_at')])
      .where('closed_at', 'is not', null)
      .where('erased_at', 'is', null)
      .orderBy('closed_at', 'desc')
      .orderBy('id', 'desc')
      .limit(sql.lit(answers_read))
      .execute(),
  ]);
  const isMeant = ({ type }: { type: string }) => types.some(one => one === type);
  const today = dayOf(now, due_zone);
  // Because the job that ends an unverified request looks each hour, such a request is there for a while after its due day.
  const isOverdue = (request: (typeof open)[number]) =>
    dueDay(request) < (endsUnverified(request) ? addDays(today, -1) : today);
  const waiting = open.filter(isMeant);
  const answered = closed.filter(isMeant).filter(({ state }) => state !== 'expired');
  const days = answered
    .map(({ received_at, closed_at }) => {
      const [from, to] = [received_at, closed_at].map(instant => dayOf(new Date(instant), due_zone));
      return workingDaysBetween(calendar, from!, to!).days;
    })
    .sort((one, other) => one - other);
  return {
    open: waiting.length,
    overdue: waiting.filter(isOverdue).length,
    answered: answered.length,
    median_days: days[days.length >> 1],
  };
}
