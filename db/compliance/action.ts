import { type RawBuilder, sql } from 'kysely';
import type { AuditEvent } from '../audit/record.ts';

/**
 * Returns SQL that says whether an event is of an action. Because the index of actions leaves new leads out, it says so
 * too: SQLite then reads the index.
 */
export function isAction(action: Exclude<AuditEvent['action'], 'lead.created'>): RawBuilder<boolean> {
  return sql`(audit_events.action = ${sql.lit(action)} and audit_events.action <> 'lead.created')`;
}
