import { basename } from 'node:path';
import { loadCalendarYear } from '../../db/calendar/years.ts';
import { readCalendarFile } from './calendar-file.ts';
import { defineCommand, Mistake, operator } from './run/command.ts';
import { database_options, onDatabase } from './run/target.ts';
import { readText } from './run/text-file.ts';

export const calendar_load = defineCommand({
  name: 'calendar load',
  usage: 'FILE',
  sentence:
    "Adds a year to the calendar of working days, or replaces it, from a file of the State Council's notice: JSON with `year`, `off`, `work` and `source`.",
  options: database_options,
  words: 1,
  async run({ values, rest: [path], now }) {
    if (!path) throw new Mistake('calendar load needs a file');
    const read = readCalendarFile(readText(path, 'nothing was loaded'));
    if ('mistakes' in read) {
      const lines = read.mistakes.map(line => `  ${line}`).join('\n');
      throw new Mistake(`${basename(path)}: nothing was loaded:\n${lines}`);
    }
    const { year } = read;
    await onDatabase(values, db => loadCalendarYear(db, year, operator, now));
    return { year: year.year, off: year.off.length, work: year.work.length, source: year.source };
  },
});
