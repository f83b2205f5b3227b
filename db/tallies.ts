import { type CompiledQuery, sql } from 'kysely';
import { Conflict, type Database } from './database.ts';
import { failUnless } from './statements.ts';

/**
 * A count per day that is kept beside the records it counts. Days are those of the time zone: another zone is another
 * tally, counted from the start.
 *
 * A step moves the position and adds its counts in one unit. Because a counter on the write path would be one row that
 * all servers wait for, records are counted later.
 */
export interface Tally {
  name: 'consents' | 'leads' | 'outcomes';
  time_zone: string;
}

/** One step of counting: the position at which it ends, and the statements that add its counts to the days. */
export interface Step {
  end: string;
  additions: CompiledQuery[];
}

/**
 * Counts the records that a tally has not counted yet, step by step. Safe to run on several servers at once,
 * and to kill.
 *
 * @param takeStep Counts on from a position, which is empty at the start; returns undefined when nothing is left.
 * @param most_attempts Attempts at a step after which an answer waits no longer: another server may take each step first.
 * @returns The number of steps taken here.
 */
export async function bringUpToDate(
  db: Database,
  tally: Tally,
  takeStep: (position: string) => Promise<Step | undefined>,
  most_attempts = Number.POSITIVE_INFINITY,
): Promise<number> {
  let steps = 0;
  for (let attempt = 0; attempt < most_attempts; attempt++, await db.rest()) {
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
  return steps;
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

/**
 * Moves the position, as the first statement of its unit. It fails the unit where another server has moved the position
 * meanwhile.
 */
function movePosition(db: Database, tally: Tally, from: string, to: string): CompiledQuery {
  return db
    .insertInto('tallies')
    .values({ ...tally, position: to })
    .onConflict(conflict =>
      conflict.columns(['name', 'time_zone']).doUpdateSet({
        position: failUnless(sql`tallies.position = ${from}`, sql<string>`excluded.position`),
      }),
    )
    .compile();
}
