import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addWorkingDays, isWorkingDay } from '../../db/calendar/working-days.ts';
import { loadCalendarYear, readCalendar } from '../../db/calendar/years.ts';
import { readCalendarFile } from '../../worker/ops/calendar-file.ts';
import { readPackageYear } from '../support/calendar.ts';
import { engines } from '../support/engines.ts';
import { noon, operator } from '../support/harness.ts';

const sample = JSON.parse(readFileSync('db/calendar/2026.json', 'utf8'));

it.each(engines)(
  'on $engine a year that was loaded is known, replaces what shipped, and is on record',
  async ({ open }) => {
    const { db, close } = await open();
    expect(addWorkingDays(await readCalendar(db), '2026-12-11', 15).provisional).toBe(true);
    const next = { year: 2027, off: ['2027-01-01'], work: ['2027-01-03'], source: 'a test' };
    await loadCalendarYear(db, next, operator, noon);
    expect(addWorkingDays(await readCalendar(db), '2026-12-11', 15)).toEqual({ day: '2027-01-03', provisional: false });
    await loadCalendarYear(db, { ...next, work: [] }, operator, noon);
    expect(addWorkingDays(await readCalendar(db), '2026-12-11', 15)).toEqual({ day: '2027-01-04', provisional: false });
    await loadCalendarYear(db, { ...sample, work: [] }, operator, noon);
    const calendar = await readCalendar(db);
    expect(['2026-10-10', '2026-10-01', '2025-10-11'].map(day => isWorkingDay(calendar, day))).toEqual([
      false,
      false,
      true,
    ]);
    const events = await db.selectFrom('audit_events').select(['seq', 'actor', 'action', 'fields']).execute();
    expect(events).toEqual(
      ['2027', '2027', '2026'].map((fields, place) => ({
        seq: place + 1,
        actor: 'operator',
        action: 'calendar.loaded',
        fields,
      })),
    );
    await close();
  },
);

describe('a file of the calendar', () => {
  const without = (...days: string[]) => sample.off.filter((day: string) => !days.includes(day));
  it.each([
    ['no JSON', 'year: 2026', ['not JSON: expected { "year": …, "off": […], "work": […], "source": "…" }']],
    ['a list', [], ['expected an object of year, off, work and source, nothing else']],
    ['another field', { ...sample, weekend: [] }, ['expected an object of year, off, work and source, nothing else']],
    [
      'fields of other kinds',
      { year: '2026', off: ['2026-02-30'], work: '2026-01-04' },
      [
        'year: expected a year from 2008 to 2100',
        'off: 2026-02-30 is no day (YYYY-MM-DD)',
        'work: expected a list of days, YYYY-MM-DD',
        'source: expected the notice, in at most 300 characters',
      ],
    ],
    ['a day of another year', { ...sample, off: [...sample.off, '2025-12-31'] }, ['2025-12-31 is not a day of 2026']],
    ['a day twice', { ...sample, off: [...sample.off, '2026-05-01'] }, ['2026-05-01 stands twice']],
    ['a day in both lists', { ...sample, work: [...sample.work, '2026-04-05'] }, ['2026-04-05 is both off and worked']],
    [
      'a weekday that is worked',
      { ...sample, work: [...sample.work, '2026-03-02'] },
      ['2026-03-02 is worked anyway: it is no weekend day'],
    ],
    [
      'a list that holds no days',
      { ...sample, off: [...sample.off, { day: '2026-01-01' }] },
      ['off: expected a list of days, YYYY-MM-DD'],
    ],
    [
      'every kind of mistake, all at once, but what a mistyped day explains',
      {
        ...{ ...sample, source: '', weekend: [] },
        off: [...without('2026-06-19', '2026-06-20', '2026-06-21', '2026-10-01'), '2026-13-01', '2025-12-31'],
        work: [...sample.work, 20260103, '2026-03-02', '2026-05-01'],
      },
      [
        'off: 2026-13-01 is no day (YYYY-MM-DD)',
        'work: 20260103 is no day (YYYY-MM-DD)',
        'source: expected the notice, in at most 300 characters',
        'expected an object of year, off, work and source, nothing else',
        '2025-12-31 is not a day of 2026',
        '2026-05-01 is both off and worked',
        '2026-03-02 is worked anyway: it is no weekend day',
        '2026-05-01 is worked anyway: it is no weekend day',
      ],
    ],
    [
      'holidays that are missing',
      { ...sample, off: without('2026-01-01', '2026-10-02', '2026-06-19', '2026-06-20', '2026-06-21') },
      [
        'New Year is not off: expected 1 of 01-01 to 01-01 at the least',
        'the Dragon Boat Festival is not off: expected 1 of 05-27 to 06-27 at the least',
        'National Day is not off: expected 3 of 10-01 to 10-03 at the least',
      ],
    ],
    [
      'more weekend days than days off',
      { ...sample, work: weekendDays(sample.off).slice(0, 40) },
      ['40 weekend days make up for 19 days off of the week'],
    ],
    [
      'too many days off',
      { ...sample, off: [...sample.off, ...weekendDays(sample.off).filter(day => !sample.work.includes(day))] },
      ['117 days are off: expected at most 60'],
    ],
  ])('with %s is refused', (_, file, mistakes) => {
    expect(readCalendarFile(typeof file === 'string' ? file : JSON.stringify(file))).toEqual({ mistakes });
  });

  it('of every year from 2008 on is taken', () => {
    for (let year = 2008; year <= 2026; year += 1) {
      const file = readPackageYear(year);
      expect(readCalendarFile(JSON.stringify(file))).toEqual({ year: file });
    }
  });
});

/** The weekend days of 2026 that are not in a list. */
function weekendDays(off: string[]): string[] {
  return Array.from({ length: 365 }, (_, place) => new Date(Date.UTC(2026, 0, 1 + place)))
    .filter(day => [0, 6].includes(day.getUTCDay()))
    .map(day => day.toISOString().slice(0, 10))
    .filter(day => !off.includes(day));
}
