import { addDays, isWeekend, nextDay } from '../days.ts';

/**
 * A year of the Chinese calendar of working days: the days off, the weekend days that are worked to make up for them,
 * all as `YYYY-MM-DD`, and the notice that says so.
 */
export interface CalendarYear {
  year: number;
  off: string[];
  work: string[];
  source: string;
}

/** The years that are known. In any other year Monday to Friday count as working days. */
export interface WorkingCalendar {
  years: ReadonlySet<number>;
  off: ReadonlySet<string>;
  work: ReadonlySet<string>;
}

/** A day, and whether the count that led to it met a year that is not known. */
export interface DueDay {
  day: string;
  provisional: boolean;
}

/**
 * Calendar days that are taken off a count through a year that is not known. Because weekend days may be worked there,
 * Monday to Friday alone would be late; a provisional day is never late.
 */
const provisional_days = 3;

/** Makes a calendar of years. A later year in the list replaces an earlier one of the same number. */
export function calendarOf(years: CalendarYear[]): WorkingCalendar {
  const latest = [...new Map(years.map(one => [one.year, one])).values()];
  return {
    years: new Set(latest.map(({ year }) => year)),
    off: new Set(latest.flatMap(({ off }) => off)),
    work: new Set(latest.flatMap(({ work }) => work)),
  };
}

/** Returns whether a day is a working day. */
export function isWorkingDay({ off, work }: WorkingCalendar, day: string): boolean {
  return work.has(day) || !(isWeekend(day) || off.has(day));
}

/**
 * Returns the day on which so many working days have passed. The given day is not counted.
 *
 * Where the count meets a year that is not known, the day is provisional and errs early, but not before as many
 * calendar days have passed.
 *
 * @see Civil Code of the PRC, article 201
 */
export function addWorkingDays(calendar: WorkingCalendar, day: string, count: number): DueDay {
  let end = day;
  let provisional = false;
  for (let left = count; left > 0; ) {
    end = nextDay(end);
    provisional ||= isUnknown(calendar, end);
    if (isWorkingDay(calendar, end)) left -= 1;
  }
  if (!provisional) return { day: end, provisional };
  const early = addDays(end, -provisional_days);
  const earliest = addDays(day, count);
  return { day: early > earliest ? early : earliest, provisional };
}

/**
 * Counts the working days after one day, up to and including another. Where that lies before, the count is that of the
 * opposite direction, negative: how many working days something is overdue.
 */
export function workingDaysBetween(
  calendar: WorkingCalendar,
  from: string,
  to: string,
): { days: number; provisional: boolean } {
  if (to < from) {
    const { days, provisional } = workingDaysBetween(calendar, to, from);
    return { days: -days, provisional };
  }
  let days = 0;
  let provisional = false;
  for (let day = from; day < to; ) {
    day = nextDay(day);
    provisional ||= isUnknown(calendar, day);
    if (isWorkingDay(calendar, day)) days += 1;
  }
  return { days, provisional };
}

/** Returns whether the year of a day is not known, so that what is said of the day is a guess. */
function isUnknown({ years }: WorkingCalendar, day: string): boolean {
  return !years.has(Number(day.slice(0, 'YYYY'.length)));
}
