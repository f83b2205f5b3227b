import { sql } from 'kysely';
import type { Database } from '../database.ts';

/** Returns the instant of the first act that the trail still holds; undefined when there is none. */
export async function firstActAt(db: Database): Promise<string | undefined> {
  const first = await db
    .selectFrom('audit_events')
    .select('recorded_at')
    .orderBy('seq')
    .limit(sql.lit(1))
    .executeTakeFirst();
  return first?.recorded_at;
}
