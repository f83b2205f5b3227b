import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { isAction } from './action.ts';

/** Clear reads that are looked at, the latest first. */
const most_reads = 10_000;

/** What was found of the clear reads that were recorded since an instant. */
export interface Accesses {
  reads: number;
  readers: number;
  /** Reads by a role that may see no value in clear. */
  forbidden: number;
  /** Leads that a session of the console may see in clear without an event that says so. */
  unrecorded: number;
}

/** Reads who saw values in clear since an instant, and whether each sight that is open now has its event. */
export async function examineAccesses(
  db: Database,
  since: Date,
  mayReveal: (role: string) => boolean,
): Promise<Accesses> {
  const events = await db
    .selectFrom('audit_events')
    .select(['recorded_at', 'actor', 'role'])
    .where(isAction('lead.revealed'))
    .orderBy('seq', 'desc')
    .limit(sql.lit(most_reads))
    .execute();
  const reads = events.filter(({ recorded_at }) => recorded_at >= since.toISOString());
  const sights = await db
    .selectFrom('session_reveals')
    .leftJoin('audit_events', 'audit_events.seq', 'session_reveals.seq')
    .select(['session_reveals.lead_id', 'expires_at', 'action', 'audit_events.lead_id as recorded', 'recorded_at'])
    .orderBy('session_sha256')
    .orderBy('session_reveals.lead_id')
    .limit(sql.lit(most_reads))
    .execute();
  const isRecorded = ({ action, lead_id, recorded, recorded_at, expires_at }: (typeof sights)[number]) =>
    action === 'lead.revealed' && lead_id === recorded && recorded_at! <= expires_at;
  return {
    reads: reads.length,
    readers: new Set(reads.map(({ actor }) => actor)).size,
    forbidden: reads.filter(({ role }) => !mayReveal(role)).length,
    unrecorded: sights.filter(sight => !isRecorded(sight)).length,
  };
}
