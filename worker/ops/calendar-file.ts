import * as z from 'zod';
import type { CalendarYear } from '../../db/calendar/working-days.ts';
import { isWeekend } from '../../db/days.ts';

/** A calendar's year as read from a file, or everything that is wrong with it, a line each. */
type Read = { year: CalendarYear } | { mistakes: string[] };

const day = z.iso.date();
const days = z.array(day);
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

/** The lists are looked at day by day, whatever else is wrong. */
const lists = z.object({ year: shape.shape.year, off: z.array(z.unknown()), work: z.array(z.unknown()) });

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
  const named = read.success ? [] : read.error.issues.map(({ path }) => nameMistake(path, json));
  const mistakes = [...new Set([...named, ...findMistakes(json)])];
  return read.success && mistakes.length === 0 ? { year: read.data } : { mistakes };
}

/** Says what is wrong at a place of the file: which day of a list is none, or what a field should be. */
function nameMistake([field, place]: PropertyKey[], json: unknown): string {
  const value = place === undefined ? undefined : (json as Record<PropertyKey, unknown[]>)[field!]![Number(place)];
  if (typeof value === 'string' || typeof value === 'number')
    return `${String(field)}: ${value} is no day (YYYY-MM-DD)`;
  return expected[String(field)] ?? 'expected an object of year, off, work and source, nothing else';
}

/** Finds what is wrong with the days that are days; nothing where there is no year or no list. */
function findMistakes(json: unknown): string[] {
  const read = lists.safeParse(json);
  if (!read.success) return [];
  const { year } = read.data;
  const [off, work] = [read.data.off.filter(isDay), read.data.work.filter(isDay)];
  // A day that cannot be read may have been meant for whatever lacks one.
  const unread = read.data.off.length - off.length;
  return [...findWrongDays({ year, off, work }), ...findWrongCounts({ year, off, work }, unread)];
}

function isDay(value: unknown): value is string {
  return day.safeParse(value).success;
}

type Days = Omit<CalendarYear, 'source'>;

function findWrongDays({ year, off, work }: Days): string[] {
  const all = [...off, ...work];
  const strange = all.filter(day => !day.startsWith(`${year}-`)).map(day => `${day} is not a day of ${year}`);
  const twice = all
    .filter((day, place) => all.indexOf(day) !== place)
    .map(day => (off.includes(day) && work.includes(day) ? `${day} is both off and worked` : `${day} stands twice`));
  const weekdays = work.filter(day => !isWeekend(day)).map(day => `${day} is worked anyway: it is no weekend day`);
  return [...strange, ...twice, ...weekdays];
}

function findWrongCounts({ year, off, work }: Days, unread: number): string[] {
  const mistakes = holidays
    .filter(({ from, to, least }) => {
      const within = off.filter(day => day >= `${year}-${from}` && day <= `${year}-${to}`);
      return new Set(within).size + unread < least;
    })
    .map(({ name, from, to, least }) => `${name} is not off: expected ${least} of ${from} to ${to} at the least`);
  if (off.length > most_days_off) mistakes.push(`${off.length} days are off: expected at most ${most_days_off}`);
  const freed = off.filter(day => !isWeekend(day)).length;
  if (work.length > freed + unread)
    mistakes.push(`${work.length} weekend days make up for ${freed} days off of the week`);
  return mistakes;
}
