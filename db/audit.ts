import { type CompiledQuery, type Expression, sql } from 'kysely';
import type { Database } from './database.ts';

/** Who acts, as the audit trail names them: ids and roles, never a person's name. */
export interface Actor {
  /** A token's id, `visitor`, or `operator` for the commands. */
  id: string;
  role: string;
  /** Id of the request, for the log; null for the operator's commands. */
  request_id: string | null;
}

export interface AuditEvent {
  action: 'lead.created' | 'lead.revealed' | 'lead.withdrawn' | 'token.created' | 'token.revoked' | 'policy.published';
  /** Names of the fields that were read or written, joined by commas. */
  fields?: string;
  purpose?: string;
  /** The leads it was about. An id that is not there makes the whole unit fail. */
  lead_ids?: string[];
}

/** Statements take at most 100 bound parameters on D1; a subject is one. */
const subjects_per_statement = 100;

/** Takes the next number for an act. First in the unit of whatever the act writes, and as late as it can be. */
export function takeNumber(db: Database): CompiledQuery {
  return db
    .updateTable('changes')
    .set(eb => ({ seq: eb('seq', '+', 1) }))
    .where('id', '=', 1)
    .compile();
}

/** The number that this unit took, for the rows that the act writes. */
export function takenNumber(): Expression<number> {
  return sql<number>`(select seq from changes)`;
}

/** The statements that record an act: only ever handed to `atomic`, after `takeNumber`, beside the write they describe. */
export function recordEvent(db: Database, actor: Actor, event: AuditEvent, now: Date): CompiledQuery[] {
  const lead_ids = event.lead_ids ?? [];
  const statements = [
    db
      .insertInto('audit_events')
      .values({
        seq: takenNumber(),
        recorded_at: now.toISOString(),
        actor: actor.id,
        role: actor.role,
        action: event.action,
        fields: event.fields ?? null,
        purpose: event.purpose ?? null,
        request_id: actor.request_id,
      })
      .compile(),
  ];
  for (let at = 0; at < lead_ids.length; at += subjects_per_statement) {
    const rows = lead_ids.slice(at, at + subjects_per_statement).map(id => ({
      seq: takenNumber(),
      lead_id: sql<string>`(select id from leads where id = ${id})`,
    }));
    statements.push(db.insertInto('audit_subjects').values(rows).compile());
  }
  return statements;
}
