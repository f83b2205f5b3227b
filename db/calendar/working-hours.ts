import { addDays } from '../days.ts';
import { isWorkingDay, type WorkingCalendar } from './working-days.ts';

/** The working hours of a working day, as milliseconds since midnight by the clock on the wall. */
export interface WorkingHours {
  begin_ms: number;
  end_ms: number;
}

/** When people work: on the working days of the calendar, in these hours, by the clock of the time zone. */
export interface WorkingTime {
  calendar: WorkingCalendar;
  hours: WorkingHours;
  time_zone: string;
}

/** Returns how much working time lies between two instants, in ms; 0 where the second is not later. */
export function workingMsBetween(time: WorkingTime, from: Date, to: Date): number {
  const begin = wallOf(from, time.time_zone);
  const end = wallOf(to, time.time_zone);
  let worked = 0;
  for (let day = dayOfWall(begin); day <= dayOfWall(end); day = addDays(day, 1)) {
    const [opens, closes] = openingOf(time, day);
    worked += Math.max(0, Math.min(closes, end) - Math.max(opens, begin));
  }
  return worked;
}

/**
 * Returns the first instant at which so many working hours have passed since another one. With a negative number it
 * goes back: to the last instant since which so many have passed, so that what came then or before has waited as long.
 */
export function addWorkingHours(time: WorkingTime, from: Date, hours: number): Date {
  if (hours === 0) return from;
  const ahead = hours > 0;
  const start = wallOf(from, time.time_zone);
  let left = Math.abs(hours) * hour_ms;
  for (let day = dayOfWall(start); ; day = addDays(day, ahead ? 1 : -1)) {
    const [opens, closes] = openingOf(time, day);
    const begin = ahead ? Math.max(opens, start) : opens;
    const end = ahead ? closes : Math.min(closes, start);
    const here = Math.max(0, end - begin);
    if (here >= left) return instantOf(ahead ? begin + left : end - left, time.time_zone);
    left -= here;
  }
}

/** Returns the instant at which the working hours of a day begin by the clock on the wall, be it a working day or not. */
export function startOfWork({ hours, time_zone }: Omit<WorkingTime, 'calendar'>, day: string): Date {
  return instantOf(Date.parse(`${day}T00:00:00Z`) + hours.begin_ms, time_zone);
}

const hour_ms = 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns when work begins and ends on a day, as readings of the clock; an empty span on a day off. */
function openingOf({ calendar, hours }: WorkingTime, day: string): [number, number] {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const ends = isWorkingDay(calendar, day) ? hours.end_ms : hours.begin_ms;
  return [midnight + hours.begin_ms, midnight + ends];
}

/** Returns what the clock of a time zone reads at an instant, as the ms at which a clock of UTC reads the same. */
function wallOf(instant: Date, time_zone: string): number {
  return instant.getTime() + offsetAt(instant.getTime(), time_zone);
}

/** Returns an instant at which the clock of a time zone reads so. */
function instantOf(wall: number, time_zone: string): Date {
  const near = wall - offsetAt(wall, time_zone);
  return new Date(wall - offsetAt(near, time_zone));
}

function dayOfWall(wall: number): string {
  return new Date(wall).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Returns by how many ms the clock of a time zone is ahead of UTC at an instant. */
function offsetAt(instant: number, time_zone: string): number {
  const format =
    formats.get(time_zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(time_zone, format);
  const second = Math.floor(instant / 1000) * 1000;
  return Date.parse(`${format.format(second).replace(' ', 'T')}Z`) - second;
}
