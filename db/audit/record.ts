import { type CompiledQuery, type Expression, type RawBuilder, sql } from 'kysely';
import type { Database } from '../database.ts';
import type { AuditEvents } from '../schema.ts';
import { failUnless, prepare, prepareMany } from '../statements.ts';

/** The actor of an event: an id and a role, never a person's name. */
export interface Actor {
  /** The id of a token or an account, `visitor`, or `operator` for the commands. */
  id: string;
  role: string;
  /** Id of the request in the log; null for the operator's commands. */
  request_id: string | null;
}

/** The actor of what the service does by itself. */
export const system: Actor = { id: 'system', role: 'system', request_id: null };

export interface AuditEvent {
  action:
    | 'lead.created'
    | 'lead.revealed'
    | 'lead.exported'
    | 'lead.searched'
    | 'lead.changed'
    | 'lead.corrected'
    | 'lead.erased'
    | 'lead.withdrawn'
    | 'lead.child'
    | 'hold.placed'
    | 'hold.released'
    | 'restriction.placed'
    | 'restriction.lifted'
    | 'request.received'
    | 'request.verified'
    | 'request.unverified'
    | 'request.searched'
    | 'request.revealed'
    | 'request.refusal_asked'
    | 'request.refused'
    | 'request.extended'
    | 'request.fulfilled'
    | 'request.expired'
    | 'request.erased'
    | 'copy.opened'
    | 'address.opened'
    | 'mail.sent'
    | 'token.created'
    | 'token.rotated'
    | 'token.revoked'
    | 'account.created'
    | 'account.changed'
    | 'account.signed_in'
    | 'account.signed_out'
    | 'account.refused'
    | 'session.ended'
    | 'policy.published'
    | 'incident.recorded'
    | 'incident.noticed'
    | 'calendar.loaded'
    | 'key.first_used'
    | 'key.rotated'
    | 'channel.created'
    | 'channel.changed'
    | 'channel.removed'
    | 'assignment.changed'
    | 'audit.exported'
    | 'system.checked';
  /**
   * Names of the fields that were read or written, joined by commas, with a status from what to what
   * (`status:new>contacted`), or a role; of an act on no lead, the ids that it is about. A search names how many leads it
   * looked through, the first and the last (`count:3,first:…,last:…`).
   */
  fields?: string;
  /** What for: a form, the purpose of a reveal, the ground of a hold or an erasure. */
  purpose?: string;
  /**
   * The leads of the event. The whole unit fails with a Conflict in one of `subject_tables` when one of them does not
   * exist; for a reveal, also when one is erased or restricted; for an address, also when the lead is erased.
   */
  lead_ids?: string[];
}

/** Leads that one statement records. D1 takes at most 100 bound parameters in a statement. */
const subjects_per_statement = 100;

/**
 * Takes the next number for an act. It stands before the rows that hold the number and as late as it can, because it
 * locks `changes` until the commit.
 */
export function takeNumber(db: Database): CompiledQuery {
  return nextNumber(db, {});
}

const nextNumber = prepare([], db =>
  db
    .updateTable('changes')
    .set(eb => ({ seq: eb('seq', '+', sql.lit(1)) }))
    .where('id', '=', sql.lit(1))
    .compile(),
);

/**
 * Returns SQL for the number that this unit took, to store in the rows that the act writes.
 *
 * Because PostgreSQL would otherwise read the whole table for the one row, and a hundred pages of its old versions
 * while a unit is large, it selects by the key.
 */
export function takenNumber(): Expression<number> {
  return sql<number>`(select seq from changes where id = 1)`;
}

/**
 * Returns the statements that record an act. They go to `atomic` after `takeNumber`, in the unit of the write
 * that they describe.
 */
export function recordEvent(db: Database, actor: Actor, event: AuditEvent, now: Date): CompiledQuery[] {
  const { action, fields = null, purpose = null, lead_ids = [] } = event;
  const { id, role, request_id } = actor;
  const lead_id = lead_ids.length === 1 ? lead_ids[0]! : null;
  const row = { recorded_at: now.toISOString(), actor: id, role, action, fields, purpose, request_id, lead_id };
  if (action === 'lead.created' || lead_ids.length === 0) return [insertEvent(db, row)];
  const mustBeOpen = action === 'lead.revealed';
  const insertOne = action === 'address.opened' ? insertEventOfKept : mustBeOpen ? insertEventOfOpen : insertEventOf;
  if (lead_id) return [insertOne(db, row)];
  const statements = [insertEvent(db, row)];
  const insertSome = mustBeOpen ? insertOpenSubjects : insertSubjects;
  for (let at = 0; at < lead_ids.length; at += subjects_per_statement)
    statements.push(insertSome(db, lead_ids.slice(at, at + subjects_per_statement), {}));
  return statements;
}

type NewEvent = Omit<AuditEvents, 'seq'>;

const event_columns = ['recorded_at', 'actor', 'role', 'action', 'fields', 'purpose', 'request_id', 'lead_id'] as const;

const insertEvent = prepare<NewEvent>(event_columns, (db, event) =>
  db
    .insertInto('audit_events')
    .values({ ...event, seq: takenNumber() })
    .compile(),
);

const insertEventOf = prepareEventOf(sql``);
const insertEventOfOpen = prepareEventOf(isOpen());
const insertEventOfKept = prepareEventOf(sql` and erased_at is null`);

/** Prepares the insert of an event about one lead. It fails the unit unless the lead exists and meets the condition. */
function prepareEventOf(condition: RawBuilder<unknown>) {
  return prepare<NewEvent>(event_columns, (db, event) => {
    const isThere = sql`exists (select 1 from leads where id = ${event.lead_id}${condition})`;
    return db
      .insertInto('audit_events')
      .values({ ...event, action: failUnless(isThere, event.action), seq: takenNumber() })
      .compile();
  });
}

const insertSubjects = prepareSubjects(sql``);
const insertOpenSubjects = prepareSubjects(isOpen());

/**
 * Prepares the insert of the leads of an event. A lead that does not exist, or does not meet the condition, yields null,
 * which the database refuses. All are looked up by one query, because SQLite opens a cursor for each query, and walks
 * through all that are open to open another.
 */
function prepareSubjects(condition: RawBuilder<unknown>) {
  return prepareMany([], (db, ids) => {
    const wanted = sql.join(ids.map(id => sql`(${id})`));
    const subject = sql`select id from leads where id = wanted.column1${condition}`;
    return db
      .insertInto('audit_subjects')
      .columns(['seq', 'lead_id'])
      .expression(sql`select ${takenNumber()}, (${subject}) from (values ${wanted}) as wanted`)
      .compile();
  });
}

function isOpen() {
  return sql` and erased_at is null and restricted_at is null`;
}

/** The tables whose Conflict says that a lead of an event does not exist or is not open. */
export const subject_tables = ['audit_events', 'audit_subjects'];
