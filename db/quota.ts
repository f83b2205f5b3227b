import { type CompiledQuery, sql } from 'kysely';
import type { Database } from './database.ts';
import { failUnless, prepare } from './statements.ts';

/** Time by which the minute of a quota may be ahead. No two servers' clocks are that far apart. */
const ahead_ms = 5 * 60_000;

/**
 * Counts one lead against a form's quota for this minute, or one choice against theirs. Each quota has one row, for all
 * visitors together.
 *
 * A full quota makes the whole unit fail with a Conflict in `quotas`. A minute of the future counts for nothing, because a
 * clock that was ahead for a while has written it.
 */
export function takeQuota(db: Database, name: string, quota: number, now: Date): CompiledQuery {
  const latest = minuteOf(new Date(now.getTime() + ahead_ms));
  return countOne(db, { name, minute: minuteOf(now), latest, quota });
}

const countOne = prepare<{ name: string; minute: string; latest: string; quota: number }>(
  ['name', 'minute', 'latest', 'quota'],
  (db, { name, minute, latest, quota }) => {
    const isOver = sql<boolean>`(excluded.minute > quotas.minute or quotas.minute > ${latest})`;
    const isLeft = sql<boolean>`${isOver} or quotas.taken < ${quota}`;
    return db
      .insertInto('quotas')
      .values({ name, minute, taken: sql.lit(1) })
      .onConflict(conflict =>
        conflict.column('name').doUpdateSet({
          minute: sql`case when ${isOver} then excluded.minute else quotas.minute end`,
          taken: failUnless(isLeft, sql<number>`case when ${isOver} then 1 else quotas.taken + 1 end`),
        }),
      )
      .compile();
  },
);

function minuteOf(instant: Date): string {
  return instant.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
}
