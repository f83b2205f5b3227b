import { type CompiledQuery, sql } from 'kysely';
import type { Database } from './database.ts';
import { failUnless } from './statements.ts';

/**
 * Counts one lead against a form's quota for this minute, or one choice against theirs. Each quota has one row, for all
 * visitors together.
 *
 * A full quota makes the whole unit fail with a Conflict in `quotas`.
 */
export function takeQuota(db: Database, name: string, quota: number, now: Date): CompiledQuery {
  const minute = now.toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length);
  const isLater = sql<boolean>`excluded.minute > quotas.minute`;
  const isLeft = sql<boolean>`${isLater} or quotas.taken < ${quota}`;
  return db
    .insertInto('quotas')
    .values({ name, minute, taken: 1 })
    .onConflict(conflict =>
      conflict.column('name').doUpdateSet({
        minute: sql`case when ${isLater} then excluded.minute else quotas.minute end`,
        taken: failUnless(isLeft, sql<number>`case when ${isLater} then 1 else quotas.taken + 1 end`),
      }),
    )
    .compile();
}
