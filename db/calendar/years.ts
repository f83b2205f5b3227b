import { type Actor, recordEvent, takeNumber } from '../audit/record.ts';
import type { Database } from '../database.ts';
import year2024 from './2024.json' with { type: 'json' };
import year2025 from './2025.json' with { type: 'json' };
import year2026 from './2026.json' with { type: 'json' };
import { type CalendarYear, calendarOf, type WorkingCalendar } from './working-days.ts';

/** The years that ship with the product, as the State Council's notices have them. */
export const shipped_years: CalendarYear[] = [year2024, year2025, year2026];

/** Reads the calendar: the shipped years, and those that were loaded, which replace them. */
export async function readCalendar(db: Database): Promise<WorkingCalendar> {
  const rows = await db.selectFrom('calendar_years').selectAll().execute();
  const loaded = rows.map(
    ({ year, off, work, source }): CalendarYear => ({ year, off: JSON.parse(off), work: JSON.parse(work), source }),
  );
  return calendarOf([...shipped_years, ...loaded]);
}

/**
 * Adds a year to the calendar, or replaces it, with its audit event.
 *
 * @param loaded A year that was checked: it is stored as it is.
 */
export async function loadCalendarYear(db: Database, loaded: CalendarYear, actor: Actor, now: Date): Promise<void> {
  const { year, source } = loaded;
  const row = {
    off: JSON.stringify(loaded.off),
    work: JSON.stringify(loaded.work),
    source,
    loaded_at: now.toISOString(),
  };
  await db.atomic([
    db
      .insertInto('calendar_years')
      .values({ year, ...row })
      .onConflict(conflict => conflict.column('year').doUpdateSet(row))
      .compile(),
    takeNumber(db),
    ...recordEvent(db, actor, { action: 'calendar.loaded', fields: String(year) }, now),
  ]);
}
