import { readFileSync } from 'node:fs';
import type { CalendarYear } from '../../db/calendar/working-days.ts';

interface Listed {
  dates: { date: string; type: 'public_holiday' | 'transfer_workday' }[];
}

/**
 * Returns a year of the calendar as the package holiday-calendar has it, from 2008 to 2026.
 *
 * Because a notice may move days of the last week before its year, the package's next year is read too.
 */
export function readPackageYear(year: number): CalendarYear {
  const dates = [year, Math.min(year + 1, 2026)].flatMap(file => read(file).dates);
  const listed = (wanted: string) => {
    const days = dates.filter(({ date, type }) => type === wanted && date.startsWith(`${year}-`));
    return [...new Set(days.map(({ date }) => date))];
  };
  return { year, off: listed('public_holiday'), work: listed('transfer_workday'), source: 'holiday-calendar' };
}

function read(year: number): Listed {
  return JSON.parse(readFileSync(`node_modules/holiday-calendar/data/CN/${year}.json`, 'utf8'));
}
