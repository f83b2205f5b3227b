import { type CompiledQuery, type Expression, sql } from 'kysely';
import type { Database } from '../database.ts';
import type { AuditEvents } from '../schema.ts';
import { prepare } from '../statements.ts';

/** Who acts, as the audit trail names them: ids and roles, never a person's name. */
export interface Actor {
  /** A token's id, `visitor`, or `operator` for the commands. */
  id: string;
  role: string;
  /** Id of the request, for the log; null for the operator's commands. */
  request_id: string | null;
}

export interface AuditEvent {
  action:
    | 'lead.created'
    | 'lead.revealed'
    | 'lead.changed'
    | 'lead.corrected'
    | 'lead.erased'
    | 'lead.withdrawn'
    | 'token.created'
    | 'token.rotated'
    | 'token.revoked'
    | 'policy.published';
  /** Names of the fields that were read or written, joined by commas. */
  fields?: string;
  purpose?: string;
  /** The leads it was about. An id that is not there makes the whole unit fail; of a reveal, one that is erased or held does too. */
  lead_ids?: string[];
}

/** Statements take at most 100 bound parameters on D1; a subject is one. */
const subjects_per_statement = 100;

/** Takes the next number for an act. First in the unit of whatever the act writes, and as late as it can be. */
export function takeNumber(db: Database): CompiledQuery {
  return nextNumber(db, {});
}

const nextNumber = prepare(db =>
  db
    .updateTable('changes')
    .set(eb => ({ seq: eb('seq', '+', sql.lit(1)) }))
    .where('id', '=', sql.lit(1))
    .compile(),
);

/**
 * The number that this unit took, for the rows that the act writes.
 *
 * By its key: PostgreSQL would read the whole table for the one row, and a hundred pages of its old versions while a unit is large.
 */
export function takenNumber(): Expression<number> {
  return sql<number>`(select seq from changes where id = 1)`;
}

/** The statements that record an act: only ever handed to `atomic`, after `takeNumber`, beside the write they describe. */
export function recordEvent(db: Database, actor: Actor, event: AuditEvent, now: Date): CompiledQuery[] {
  const { action, fields = null, purpose = null, lead_ids = [] } = event;
  const { id, role, request_id } = actor;
  const statements = [
    insertEvent(db, { recorded_at: now.toISOString(), actor: id, role, action, fields, purpose, request_id }),
  ];
  for (let at = 0; at < lead_ids.length; at += subjects_per_statement) {
    const ids = lead_ids.slice(at, at + subjects_per_statement);
    statements.push(insertSubjects(ids.length, action === 'lead.revealed')(db, ids));
  }
  return statements;
}

const insertEvent = prepare<Omit<AuditEvents, 'seq'>>(
  (db, { recorded_at, actor, role, action, fields, purpose, request_id }) =>
    db
      .insertInto('audit_events')
      .values({ seq: takenNumber(), recorded_at, actor, role, action, fields, purpose, request_id })
      .compile(),
);

const inserts = new Map<string, ReturnType<typeof prepare<string[]>>>();

/** One statement per number of subjects, an id of a lead that is not there, or not open, being null where none may be. */
function insertSubjects(count: number, mustBeOpen: boolean) {
  const key = `${count} ${mustBeOpen}`;
  const known = inserts.get(key);
  if (known) return known;
  const insert = prepare<string[]>((db, ids) => {
    const isOpen = mustBeOpen ? sql` and erased_at is null and restricted_at is null` : sql``;
    const subject = (n: number) => sql<string>`(select id from leads where id = ${ids[n]}${isOpen})`;
    const rows = Array.from({ length: count }, (_, n) => ({ seq: takenNumber(), lead_id: subject(n) }));
    return db.insertInto('audit_subjects').values(rows).compile();
  });
  inserts.set(key, insert);
  return insert;
}
