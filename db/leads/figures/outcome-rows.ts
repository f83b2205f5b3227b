import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../../database.ts';
import { addDays, dayOf, mondayOf } from '../../days.ts';
import type { Outcomes } from './outcomes.ts';

/** Rows that one statement adds. */
const rows_per_statement = 20;

/** Outcomes by whose the leads are, an empty name for nobody's. */
export type People<Counted = Outcomes> = Map<string, Counted>;

/** Outcomes of a week, and how many leads came by each form on each of its days. */
export type Week = Outcomes & { days: Record<string, Outcomes['forms']> };

/**
 * Returns the key under which the figures of a time zone stand. Because it has the number of their form, figures of
 * another form are counted beside them, from the start, and an older server goes on with its own.
 */
export function zoneOf(time_zone: string): string {
  return `${time_zone} 4`;
}

/**
 * Returns the key under which the sums of whole weeks stand, by their Mondays. Because a sum is as long as the figures of
 * one day, months are read from few rows.
 */
export function weeksOf(time_zone: string): string {
  return `${zoneOf(time_zone)} weeks`;
}

/** Replaces the figures of a day under a key. */
export function replaceRows(db: Database, time_zone: string, day: string, people: People): CompiledQuery[] {
  const rows = [...people].map(([assigned_to, outcomes]) => ({
    ...{ time_zone, day, assigned_to },
    figures: JSON.stringify(outcomes),
  }));
  const statements = [
    db.deleteFrom('lead_outcomes').where('time_zone', '=', time_zone).where('day', '=', day).compile(),
  ];
  for (let at = 0; at < rows.length; at += rows_per_statement)
    statements.push(
      db
        .insertInto('lead_outcomes')
        .values(rows.slice(at, at + rows_per_statement))
        .compile(),
    );
  return statements;
}

/** Reads what is counted under a key, from one day to before another, each with what came by day and form. */
export async function readRows(db: Database, time_zone: string, from: string, before: string) {
  const rows = await db
    .selectFrom('lead_outcomes')
    .select(['day', 'assigned_to', 'figures'])
    .where('time_zone', '=', time_zone)
    .where('day', '>=', from)
    .where('day', '<', before)
    .execute();
  return rows.map(({ figures, ...row }) => {
    const outcomes: Outcomes & Partial<Week> = JSON.parse(figures);
    return { ...row, outcomes, forms: outcomes.days ?? { [row.day]: outcomes.forms } };
  });
}

/** Weeks that the overview can show, the present one and the one that the first is compared with included. */
const weeks_kept = 14;

/**
 * Deletes the figures of days before those that the overview can show, of every time zone and form that was ever counted. Because
 * keys and days are in order, it looks at one row of each key.
 *
 * @returns The number of keys from which days went.
 */
export async function forgetOutcomes(db: Database, time_zone: string, now: Date): Promise<number> {
  const oldest = addDays(mondayOf(dayOf(now, time_zone)), -7 * (weeks_kept - 1));
  let forgotten = 0;
  for (let first = await findFirst(db, ''); first; first = await findFirst(db, first.time_zone)) {
    if (first.day >= oldest) continue;
    const { time_zone: key } = first;
    await db.atomic([db.deleteFrom('lead_outcomes').where('time_zone', '=', key).where('day', '<', oldest).compile()]);
    forgotten += 1;
  }
  return forgotten;
}

/** Returns the next key after one, with its first day. */
function findFirst(db: Database, after: string) {
  return db
    .selectFrom('lead_outcomes')
    .select(['time_zone', 'day'])
    .where('time_zone', '>', after)
    .orderBy('time_zone')
    .orderBy('day')
    .limit(sql.lit(1))
    .executeTakeFirst();
}
