/** Calendar days as `YYYY-MM-DD`, in a time zone of the deployment's choice. */

/** A range of days, both ends inclusive. */
export interface DaySpan {
  from_day: string;
  to_day: string;
  time_zone: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const minute_ms = 60_000;
const day_ms = 86_400_000;

/** Bound on the offset of any time zone from UTC. */
const most_offset_ms = 16 * 3_600_000;

/** Returns the day on which an instant falls. */
export function dayOf(instant: Date, time_zone: string): string {
  const format = formats.get(time_zone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: time_zone });
  formats.set(time_zone, format);
  return format.format(instant);
}

/** Beginnings of days that were looked for, in ms. Because each takes a dozen looks at the clock, they are kept. */
const begins = new Map<string, number>();
const begins_kept = 1_000;

/** Returns the instant at which a day begins, also where clocks are set forward at midnight. */
export function startOfDay(day: string, time_zone: string): Date {
  const key = `${day} ${time_zone}`;
  const begin = begins.get(key) ?? findStart(day, time_zone);
  if (begins.size >= begins_kept) begins.clear();
  begins.set(key, begin);
  return new Date(begin);
}

function findStart(day: string, time_zone: string): number {
  const middle = Date.parse(`${day}T00:00:00Z`);
  let before = middle - most_offset_ms;
  let begun = middle + most_offset_ms;
  while (begun - before > minute_ms) {
    const between = before + Math.floor((begun - before) / (2 * minute_ms)) * minute_ms;
    if (dayOf(new Date(between), time_zone) < day) before = between;
    else begun = between;
  }
  return begun;
}

/** Returns the day after a given one. */
export function nextDay(day: string): string {
  return addDays(day, 1);
}

/** Returns the day that lies so many days after a given one; before it where `days` is negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * day_ms).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Returns the Monday of the week in which a day lies. */
export function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

/** Returns whether a day is a Saturday or a Sunday. */
export function isWeekend(day: string): boolean {
  return [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
}

/** Returns the instant that lies whole calendar months before another one (UTC): the last day of a shorter month. */
export function monthsBefore(instant: Date, months: number): Date {
  const before = new Date(instant);
  before.setUTCDate(1);
  before.setUTCMonth(before.getUTCMonth() - months);
  const days = new Date(Date.UTC(before.getUTCFullYear(), before.getUTCMonth() + 1, 0)).getUTCDate();
  before.setUTCDate(Math.min(instant.getUTCDate(), days));
  return before;
}
