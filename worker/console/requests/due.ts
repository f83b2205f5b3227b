import type { WorkingCalendar } from '../../../db/calendar/working-days.ts';
import { workingDaysBetween } from '../../../db/calendar/working-days.ts';
import { dayOf, nextDay } from '../../../db/days.ts';
import {
  copy_types,
  due_zone,
  dueDay,
  type RequestRow,
  type RequestType,
  worded_types,
} from '../../../db/requests/request.ts';

/** How near the due day of a request is; undefined for one that has ended. */
export interface Urgency {
  level: 'overdue' | 'soon' | 'near' | 'fine';
  /** Working days that are left, or with `overdue` have passed since. */
  days: number;
}

/** Working days up to which a request is due soon, and near. */
export const soon_days = { soon: 2, near: 5 } as const;

/** Returns the day in China, which is that of every due day. */
export function todayInChina(now: Date): string {
  return dayOf(now, due_zone);
}

/** Tells how near the due day of a request is. */
export function judgeDue(calendar: WorkingCalendar, request: RequestRow, now: Date): Urgency | undefined {
  if (request.closed_at) return undefined;
  const [today, due] = [todayInChina(now), dueDay(request)];
  const { days } = workingDaysBetween(calendar, today, due);
  if (due < today) return { level: 'overdue', days: -days };
  const level = days <= soon_days.soon ? 'soon' : days <= soon_days.near ? 'near' : 'fine';
  return { level, days };
}

/** Returns the last day up to which no more than so many working days are left. */
export function lastDayWithin(calendar: WorkingCalendar, now: Date, days: number): string {
  const today = todayInChina(now);
  let last = today;
  while (workingDaysBetween(calendar, today, nextDay(last)).days <= days) last = nextDay(last);
  return last;
}

/** The next act on a request. */
export type Step = 'verify' | 'again' | 'approve' | 'await' | 'fulfil' | 'none';

/**
 * Tells what the reader does next about a request.
 *
 * @param reader The id of the reader's token, and whether the reader may do more than approve.
 */
export function nextStep(
  { type, closed_at, verified_at, attempted_at, refusal_code, refusal_by }: RequestRow,
  reader: { id: string | undefined; handles: boolean },
): Step {
  if (closed_at) return 'none';
  if (refusal_code) return refusal_by === reader.id ? 'await' : 'approve';
  if (!reader.handles) return 'none';
  if (verified_at || isWorded(type)) return 'fulfil';
  return attempted_at ? 'again' : 'verify';
}

/** Returns whether a request is answered in words, so that nobody need be verified. */
export function isWorded(type: string): boolean {
  return worded_types.includes(type as RequestType);
}

/** Tells whether a request of a type is answered with a copy. */
export function hasCopy(type: string): boolean {
  return copy_types.includes(type);
}
