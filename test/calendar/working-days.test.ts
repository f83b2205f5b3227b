import chineseDays from 'chinese-days';
import { describe, expect, it } from 'vitest';
import {
  addWorkingDays,
  calendarOf,
  isWorkingDay,
  type WorkingCalendar,
  workingDaysBetween,
} from '../../db/calendar/working-days.ts';
import { shipped_years } from '../../db/calendar/years.ts';
import { readCalendarFile } from '../../worker/ops/calendar-file.ts';
import { readPackageYear } from '../support/calendar.ts';

const calendar = calendarOf(shipped_years);
const day_ms = 86_400_000;

/** Every day from one to another, counted by the clock of UTC. */
const daysFrom = (from: string, to: string) =>
  Array.from({ length: (Date.parse(to) - Date.parse(from)) / day_ms + 1 }, (_, place) =>
    new Date(Date.parse(from) + place * day_ms).toISOString().slice(0, 10),
  );

describe('the calendar that ships', () => {
  it('agrees with two packages about every day of 2024, 2025 and 2026', () => {
    const days = daysFrom('2024-01-01', '2026-12-31');
    const working = days.filter(day => isWorkingDay(calendar, day));
    const second = calendarOf([2024, 2025, 2026].map(readPackageYear));
    expect(working).toEqual(days.filter(day => chineseDays.isWorkday(day)));
    expect(working).toEqual(days.filter(day => isWorkingDay(second, day)));
    expect(working).toHaveLength(251 + 248 + 248);
  });

  it('consists of files that the command would take', () => {
    for (const year of shipped_years) expect(readCalendarFile(JSON.stringify(year))).toEqual({ year });
  });
});

describe('15 working days', () => {
  it('are exact on every start day from 2024 on whose count ends in 2026', () => {
    const days = daysFrom('2024-01-01', '2026-12-31');
    // The oracle counts along a list of the working days that a package names.
    const worked = days.filter(day => chineseDays.isWorkday(day));
    const starts = days.filter(day => worked.filter(one => one > day).length >= 15);
    expect(starts.at(-1)).toBe('2026-12-10');
    for (const start of starts) {
      const first = worked.findIndex(day => day > start);
      expect([start, addWorkingDays(calendar, start, 15)]).toEqual([
        start,
        { day: worked[first + 14], provisional: false },
      ]);
    }
  });

  it('are told early and as provisional where the count reaches a year that is not known', () => {
    expect(addWorkingDays(calendar, '2026-12-10', 15)).toEqual({ day: '2026-12-31', provisional: false });
    // Monday to Friday alone would say 1 January 2027; three calendar days are taken off.
    expect(addWorkingDays(calendar, '2026-12-11', 15)).toEqual({ day: '2026-12-29', provisional: true });
    expect(addWorkingDays(calendar, '2023-12-20', 15).provisional).toBe(true);
  });

  it('are never told late while a year is not known, on any start day of 2008 to 2026', () => {
    const years = Array.from({ length: 19 }, (_, place) => readPackageYear(2008 + place));
    const truth = calendarOf(years);
    const guess = (known: number): WorkingCalendar => calendarOf(years.filter(({ year }) => year <= known));
    const late = daysFrom('2008-01-01', '2026-11-30').filter(start => {
      const year = Number(start.slice(0, 4));
      const due = addWorkingDays(truth, start, 15).day;
      return [year, year - 1].some(known => addWorkingDays(guess(known), start, 15).day > due);
    });
    expect(late).toEqual([]);
  });

  it('are exact again once the year is loaded', () => {
    const next = calendarOf([...shipped_years, { year: 2027, off: ['2027-01-01'], work: [], source: 'a test' }]);
    expect(addWorkingDays(next, '2026-12-11', 15)).toEqual({ day: '2027-01-04', provisional: false });
  });
});

it('a provisional count is not before as many calendar days', () => {
  const none = calendarOf([]);
  expect([0, 1, 2, 5].map(count => addWorkingDays(none, '2030-01-07', count).day)).toEqual([
    '2030-01-07',
    '2030-01-08',
    '2030-01-09',
    '2030-01-12',
  ]);
});

it('days between are those that the count has passed, negative where it goes back', () => {
  // The days around the Spring Festival of 2026: Saturday 14 and 28 February are worked, the 15th to the 23rd are off.
  expect(workingDaysBetween(calendar, '2026-02-13', '2026-02-28')).toEqual({ days: 6, provisional: false });
  expect(workingDaysBetween(calendar, '2026-02-28', '2026-02-13')).toEqual({ days: -6, provisional: false });
  expect(workingDaysBetween(calendar, '2026-12-31', '2026-12-31')).toEqual({ days: 0, provisional: false });
  expect(workingDaysBetween(calendar, '2026-12-31', '2027-01-01').provisional).toBe(true);
});

it('a year that is listed again replaces the whole year', () => {
  const other = { year: 2026, off: ['2026-03-02'], work: [], source: 'a test' };
  const replaced = calendarOf([...shipped_years, other]);
  expect(['2026-10-01', '2026-03-02', '2026-10-10', '2025-10-01'].map(day => isWorkingDay(replaced, day))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
