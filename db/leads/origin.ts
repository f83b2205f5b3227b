import { sql } from 'kysely';
import type { Database } from '../database.ts';

/**
 * Returns whether a lead is there that a visitor has sent, or what is left of one. Because each request has an id, the event
 * of such a lead has one; of a lead whose event is gone, nobody knows that it was made up.
 */
export async function hasVisitorsLead(db: Database): Promise<boolean> {
  const found = await db
    .selectFrom('leads')
    .leftJoin('audit_events', 'audit_events.seq', 'leads.created_seq')
    .select('leads.id')
    .where(eb => eb.or([eb('audit_events.request_id', 'is not', null), eb('audit_events.seq', 'is', null)]))
    .limit(sql.lit(1))
    .executeTakeFirst();
  return found !== undefined;
}
