import { type CompiledQuery, sql } from 'kysely';
import { Conflict, type Database } from './database.ts';

/**
 * A count by day that is kept beside what it counts. Days begin where the time zone says: another zone is another tally, from the start.
 *
 * Whoever counts moves the position and adds the counts in one unit. Counters on the write path would make a hot row of every day, on
 * which servers wait for each other.
 */
export interface Tally {
  name: 'consents' | 'leads';
  time_zone: string;
}

/** What was counted after a position: where that ends, and the statements that add it to the days. */
export interface Step {
  end: string;
  additions: CompiledQuery[];
}

/** Records counted in one step: few enough that others get their turn. */
export const records_per_step = 2_000;

/**
 * Counts what a tally has not counted yet, step by step. Safe to run on several servers at once, and to kill.
 *
 * @param takeStep Counts on from a position, empty at the start; undefined when there is nothing left.
 * @returns How many steps were taken here.
 */
export async function bringUpToDate(
  db: Database,
  tally: Tally,
  takeStep: (position: string) => Promise<Step | undefined>,
): Promise<number> {
  for (let steps = 0; ; ) {
    const position = await findPosition(db, tally);
    const step = await takeStep(position);
    if (!step) return steps;
    try {
      await db.atomic([movePosition(db, tally, position, step.end), ...step.additions]);
      steps += 1;
    } catch (error) {
      if (!(error instanceof Conflict && error.table === 'tallies')) throw error;
    }
  }
}

async function findPosition(db: Database, { name, time_zone }: Tally): Promise<string> {
  const row = await db
    .selectFrom('tallies')
    .select('position')
    .where('name', '=', name)
    .where('time_zone', '=', time_zone)
    .executeTakeFirst();
  return row?.position ?? '';
}

/** First in its unit. Null where none may be: a position that another server has moved meanwhile fails the whole unit. */
function movePosition(db: Database, tally: Tally, from: string, to: string): CompiledQuery {
  return db
    .insertInto('tallies')
    .values({ ...tally, position: to })
    .onConflict(conflict =>
      conflict.columns(['name', 'time_zone']).doUpdateSet({
        position: sql`case when tallies.position = ${from} then excluded.position end`,
      }),
    )
    .compile();
}
