import * as z from 'zod';
import type { CalendarYear } from '../../db/calendar/working-days.ts';
import { isWeekend } from '../../db/days.ts';

/** A calendar's year as read from a file, or everything that is wrong with it, a line each. */
type Read = { year: CalendarYear } | { mistakes: string[] };

const days = z.array(z.iso.date());
const shape = z.strictObject({
  year: z.int().min(2008).max(2100),
  off: days,
  work: days,
  source: z.string().trim().min(1).max(300),
});

const expected: Record<string, string> = {
  year: 'year: expected a year from 2008 to 2100',
  off: 'off: expected a list of days, YYYY-MM-DD',
  work: 'work: expected a list of days, YYYY-MM-DD',
  source: 'source: expected the notice, in at most 300 characters',
};

/** The days off that every year has (State Council, 全国年节及纪念日放假办法): how many of these are off at the least. */
const holidays = [
  { name: 'New Year', from: '01-01', to: '01-01', least: 1 },
  { name: 'Spring Festival', from: '01-20', to: '02-28', least: 3 },
  { name: 'Qingming', from: '04-04', to: '04-06', least: 1 },
  { name: 'Labour Day', from: '05-01', to: '05-01', least: 1 },
  { name: 'the Dragon Boat Festival', from: '05-27', to: '06-27', least: 1 },
  { name: 'National Day', from: '10-01', to: '10-03', least: 3 },
];

/** A year with more days off was not read from a notice: the longest so far had 33. */
const most_days_off = 60;

/** Reads a year of the calendar from the text of a file, and checks that it can be one. */
export function readCalendarFile(text: string): Read {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { mistakes: ['not JSON: expected { "year": …, "off": […], "work": […], "source": "…" }'] };
  }
  const read = shape.safeParse(json);
  if (read.success) {
    const mistakes = findMistakes(read.data);
    return mistakes.length > 0 ? { mistakes } : { year: read.data };
  }
  const named = read.error.issues.map(
    ({ path: [field] }) => expected[String(field)] ?? 'expected an object of year, off, work and source, nothing else',
  );
  return { mistakes: [...new Set(named)] };
}

function findMistakes({ year, off, work }: CalendarYear): string[] {
  const all = [...off, ...work];
  const strange = all.filter(day => !day.startsWith(`${year}-`)).map(day => `${day} is not a day of ${year}`);
  const twice = all
    .filter((day, place) => all.indexOf(day) !== place)
    .map(day => (off.includes(day) && work.includes(day) ? `${day} is both off and worked` : `${day} stands twice`));
  const weekdays = work.filter(day => !isWeekend(day)).map(day => `${day} is worked anyway: it is no weekend day`);
  const missing = holidays
    .filter(({ from, to, least }) => {
      const within = off.filter(day => day >= `${year}-${from}` && day <= `${year}-${to}`);
      return new Set(within).size < least;
    })
    .map(({ name, from, to, least }) => `${name} is not off: expected ${least} of ${from} to ${to} at the least`);
  const mistakes = [...strange, ...twice, ...weekdays, ...missing];
  if (off.length > most_days_off) mistakes.push(`${off.length} days are off: expected at most ${most_days_off}`);
  const freed = off.filter(day => !isWeekend(day)).length;
  if (work.length > freed) mistakes.push(`${work.length} weekend days make up for ${freed} days off of the week`);
  return [...new Set(mistakes)];
}
