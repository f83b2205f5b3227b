import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { calendarOf } from '../../db/calendar/working-days.ts';
import { addWorkingHours, type WorkingTime, workingMsBetween } from '../../db/calendar/working-hours.ts';
import { shipped_years } from '../../db/calendar/years.ts';
import { workingHours } from '../../worker/settings/forms.ts';

const calendar = calendarOf(shipped_years);
const timeOf = (hours: string, time_zone = 'Asia/Shanghai'): WorkingTime => ({
  calendar,
  hours: workingHours.read(hours)!,
  time_zone,
});
const usual = timeOf('09:00-18:00');
const at = (text: string) => new Date(`${text}+08:00`);
const hoursBetween = (from: string, to: string, time = usual) => workingMsBetween(time, at(from), at(to)) / 3_600_000;

describe('WORKING_HOURS', () => {
  it('reads hours of one day', () => {
    expect(workingHours.read('09:00-18:00')).toEqual({ begin_ms: 32_400_000, end_ms: 64_800_000 });
    expect(workingHours.read('00:00-24:00')).toEqual({ begin_ms: 0, end_ms: 86_400_000 });
  });

  it.each([
    '22:00-06:00',
    '09:00-09:00',
    '9:00-18:00',
    '09:00–18:00',
    '09:00 - 18:00',
    '24:00-24:00',
    '09:60-18:00',
    '',
  ])('refuses %j', text => {
    expect(workingHours.read(text)).toBeUndefined();
  });
});

describe('working time', () => {
  it.each([
    ['within a day', '2026-11-23T10:00', '2026-11-23T11:30', 1.5],
    ['before and after hours', '2026-11-23T06:00', '2026-11-23T23:00', 9],
    ['over a night', '2026-11-23T17:00', '2026-11-24T10:00', 2],
    ['over a weekend', '2026-11-27T17:00', '2026-11-30T09:30', 1.5],
    ['over National Day and the Saturday that makes up for it', '2026-09-30T17:00', '2026-10-10T10:00', 20],
    ['on a Sunday that is worked', '2026-09-20T09:00', '2026-09-20T18:00', 9],
    ['on a Friday that is off', '2026-09-25T09:00', '2026-09-25T18:00', 0],
    ['where the second instant is earlier', '2026-11-24T10:00', '2026-11-23T10:00', 0],
  ])('counts %s', (_, from, to, hours) => {
    expect(hoursBetween(from, to)).toBe(hours);
  });

  it('has its days and hours by the clock of the time zone', () => {
    // Monday 08:00 in Shanghai is Sunday 19:00 in New York.
    expect(hoursBetween('2026-11-23T08:00', '2026-11-23T20:00', timeOf('09:00-18:00', 'America/New_York'))).toBe(0);
    expect(hoursBetween('2026-11-23T22:00', '2026-11-24T08:00', timeOf('09:00-18:00', 'America/New_York'))).toBe(9);
  });

  it('goes on by the clock on the wall where clocks are set forward', () => {
    const berlin = timeOf('09:00-18:00', 'Europe/Berlin');
    // Friday 27 March 2026 17:00 is UTC+1, Monday the 30th 10:00 is UTC+2.
    const [from, to] = [new Date('2026-03-27T16:00:00Z'), new Date('2026-03-30T08:00:00Z')];
    expect(workingMsBetween(berlin, from, to)).toBe(2 * 3_600_000);
    expect(addWorkingHours(berlin, from, 2)).toEqual(to);
    expect(addWorkingHours(berlin, to, -2)).toEqual(from);
  });

  it.each([
    ['2026-11-23T10:00', 4, '2026-11-23T14:00'],
    ['2026-11-23T16:00', 4, '2026-11-24T11:00'],
    ['2026-11-23T16:00', 2, '2026-11-23T18:00'],
    ['2026-11-28T12:00', 1, '2026-11-30T10:00'],
    ['2026-09-30T17:00', 3, '2026-10-08T11:00'],
    ['2026-11-24T11:00', -4, '2026-11-23T16:00'],
    ['2026-11-23T11:00', -2, '2026-11-23T09:00'],
    ['2026-11-29T11:00', -1, '2026-11-27T17:00'],
    ['2026-10-08T11:00', -3, '2026-09-30T17:00'],
    ['2026-11-28T12:00', 0, '2026-11-28T12:00'],
  ])('from %s, %d hours lead to %s', (from, hours, to) => {
    expect(addWorkingHours(usual, at(from), hours)).toEqual(at(to));
  });

  it('counts as many hours as it added, from every hour of a year', () => {
    for (let hour = 0; hour < 365 * 24; hour += 7) {
      const from = new Date(at('2026-01-01T00:00').getTime() + hour * 3_600_000);
      expect(workingMsBetween(usual, from, addWorkingHours(usual, from, 8.5))).toBe(8.5 * 3_600_000);
      expect(workingMsBetween(usual, addWorkingHours(usual, from, -8.5), from)).toBe(8.5 * 3_600_000);
    }
  });
});

it('the time zone of the process changes nothing', () => {
  const script = `
    import { addWorkingDays, calendarOf } from './db/calendar/working-days.ts';
    import { addWorkingHours, workingMsBetween } from './db/calendar/working-hours.ts';
    import { shipped_years } from './db/calendar/years.ts';
    const calendar = calendarOf(shipped_years);
    const time = { calendar, hours: { begin_ms: 32_400_000, end_ms: 64_800_000 }, time_zone: 'Asia/Shanghai' };
    const said = [];
    for (let ms = Date.parse('2024-01-01T00:00:00Z'); ms < Date.parse('2026-12-31T00:00:00Z'); ms += 86_400_000) {
      const day = new Date(ms).toISOString().slice(0, 10);
      const later = addWorkingHours(time, new Date(ms), 20);
      said.push([day, addWorkingDays(calendar, day, 15), later.toISOString(), workingMsBetween(time, new Date(ms), later)]);
    }
    console.log(new Date(0).getTimezoneOffset(), JSON.stringify(said));`;
  const said = ['Asia/Shanghai', 'America/Los_Angeles', 'Pacific/Kiritimati'].map(TZ => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TZ },
      encoding: 'utf8',
    });
    const [offset, ...rest] = stdout.split(' ');
    return { offset, rest: rest.join(' ') };
  });
  expect(new Set(said.map(({ offset }) => offset)).size).toBe(3);
  expect(said[0]!.rest.length).toBeGreaterThan(10_000);
  expect(new Set(said.map(({ rest }) => rest)).size).toBe(1);
});
