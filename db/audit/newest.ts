import type { Database } from '../database.ts';

/** Returns when the newest event of the trail was recorded; undefined when there is none. */
export async function findNewestTime(db: Database): Promise<Date | undefined> {
  const newest = await db
    .selectFrom('audit_events')
    .select('recorded_at')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return newest && new Date(newest.recorded_at);
}
