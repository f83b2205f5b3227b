import type { Database, Table } from '../database.ts';
import type { Schema } from '../schema.ts';

/**
 * The columns that a table may have. Because the compiler refuses a list that lacks one of schema.ts, or has one more,
 * a running database is held against what this version declares.
 */
const declared: { [Name in keyof Schema]: Record<keyof Schema[Name], 1> } = {
  changes: { id: 1, seq: 1 },
  leads: {
    id: 1,
    form: 1,
    status: 1,
    status_changed_at: 1,
    closed_reason: 1,
    assigned_to: 1,
    follow_up_on: 1,
    sealed: 1,
    note: 1,
    policy_version: 1,
    policy_sha256: 1,
    locale: 1,
    earlier_lead_id: 1,
    receipt_hash: 1,
    received_at: 1,
    changed_at: 1,
    erased_at: 1,
    withdrawn_at: 1,
    restricted_at: 1,
    child_at: 1,
    contacted_at: 1,
    qualified_at: 1,
    closed_at: 1,
    created_seq: 1,
    seq: 1,
  },
  holds: { id: 1, lead_id: 1, ground: 1, reference: 1, review_on: 1, placed_at: 1, released_at: 1, reason: 1 },
  restrictions: { id: 1, lead_id: 1, request_id: 1, placed_at: 1, lifted_at: 1, reason: 1 },
  subject_requests: {
    id: 1,
    type: 1,
    channel: 1,
    locale: 1,
    state: 1,
    sealed: 1,
    reference_hash: 1,
    received_at: 1,
    due_on: 1,
    provisional: 1,
    extended_to: 1,
    verification: 1,
    verified_at: 1,
    verified_by: 1,
    attempted_at: 1,
    lead_ids: 1,
    refusal_code: 1,
    refusal_by: 1,
    closed_at: 1,
    copy_hash: 1,
    copy_until: 1,
    copy_opened_at: 1,
    erased_at: 1,
    seq: 1,
  },
  keys: { subject_kind: 1, subject_id: 1, kek_id: 1, wrapped: 1, phone_index: 1, email_index: 1, index_version: 1 },
  key_checks: { setting: 1, number: 1, key_id: 1, check_value: 1, noted_at: 1, used_at: 1, rotated_at: 1 },
  consents: {
    id: 1,
    visitor_id: 1,
    policy_version: 1,
    locale: 1,
    shown: 1,
    granted: 1,
    source: 1,
    chosen_at: 1,
    received_at: 1,
    expires_at: 1,
    once_key: 1,
    fingerprint: 1,
  },
  once: { key: 1, fingerprint: 1, subject_id: 1, receipt: 1, expires_at: 1 },
  assignment_rules: { form: 1, place: 1, holder: 1, last_seq: 1 },
  quotas: { name: 1, minute: 1, taken: 1 },
  policies: { version: 1, published_at: 1, effective_at: 1, change_class: 1 },
  policy_documents: { version: 1, locale: 1, html: 1, sha256: 1, purposes: 1, summary: 1 },
  policy_forms: { version: 1, form: 1, locale: 1, agreement: 1, agreement_sha256: 1, retention_months: 1 },
  tokens: { id: 1, holder: 1, role: 1, secret_sha256: 1, created_at: 1, expires_at: 1, revoked_at: 1, last_used_at: 1 },
  accounts: { id: 1, issuer: 1, subject: 1, holder: 1, role: 1, created_at: 1, last_used_at: 1, ended_at: 1 },
  console_sessions: {
    id_sha256: 1,
    holder_id: 1,
    created_at: 1,
    last_seen_at: 1,
    ended_at: 1,
    vouched_at: 1,
    renewal_at: 1,
    renewal_sealed: 1,
  },
  session_notes: { session_sha256: 1, id: 1, kind: 1, sealed: 1 },
  session_reveals: { session_sha256: 1, lead_id: 1, seq: 1, expires_at: 1 },
  audit_events: {
    seq: 1,
    recorded_at: 1,
    actor: 1,
    role: 1,
    action: 1,
    fields: 1,
    purpose: 1,
    request_id: 1,
    lead_id: 1,
  },
  audit_subjects: { seq: 1, lead_id: 1 },
  audit_seals: { from_seq: 1, to_seq: 1, prev: 1, hash: 1, sealed_at: 1, events_sha256: 1, marks: 1 },
  audit_retention: { id: 1, upto: 1 },
  tallies: { name: 1, time_zone: 1, position: 1 },
  consent_days: {
    time_zone: 1,
    day: 1,
    policy_version: 1,
    locale: 1,
    accepted: 1,
    refused: 1,
    customised: 1,
    withdrawn: 1,
  },
  lead_days: { time_zone: 1, day: 1, form: 1, received: 1 },
  lead_outcomes: { time_zone: 1, day: 1, assigned_to: 1, figures: 1 },
  calendar_years: { year: 1, off: 1, work: 1, source: 1, loaded_at: 1 },
  channels: {
    id: 1,
    kind: 1,
    name: 1,
    address: 1,
    events: 1,
    locale: 1,
    after_hours: 1,
    sealed: 1,
    created_at: 1,
    paused_at: 1,
    off_at: 1,
    last_success_at: 1,
    failing_since: 1,
    lease_until: 1,
    holder: 1,
    next_send_at: 1,
    told_leads_to: 1,
    told_holds_to: 1,
  },
  deliveries: {
    id: 1,
    channel_id: 1,
    event: 1,
    lead_id: 1,
    request_id: 1,
    state: 1,
    attempts: 1,
    last_status: 1,
    last_error: 1,
    next_at: 1,
  },
  mails: {
    subject_id: 1,
    about: 1,
    state: 1,
    attempts: 1,
    last_status: 1,
    last_error: 1,
    queued_at: 1,
    next_at: 1,
    sent_at: 1,
    lead_id: 1,
    tries: 1,
    is_bulk: 1,
  },
  incidents: {
    id: 1,
    from_at: 1,
    to_at: 1,
    scope: 1,
    scope_id: 1,
    sealed: 1,
    recorded_at: 1,
    noticed_at: 1,
    until: 1,
    contact: 1,
    seq: 1,
  },
  incident_texts: { incident_id: 1, locale: 1, situation: 1, impact: 1, measures: 1, advice: 1, remedies: 1 },
  incident_leads: { incident_id: 1, lead_id: 1, told_at: 1, told_by: 1 },
  mailings: { about: 1, reached: 1 },
  promise_checks: { promise: 1, state: 1, checked_at: 1, code: 1, figures: 1 },
  public_keys: { signs: 1, public_key: 1, noted_at: 1, retired_at: 1 },
  jobs: { name: 1, lease_until: 1, holder: 1, last_success_at: 1, result: 1 },
};

/** The latest migration of this version. Because a Worker cannot read the folder, its name stands here. */
export const latest_migration = '0004_add_list_columns.sql';

/** What the columns of a database are, beside those that are declared. */
export interface Columns {
  tables: number;
  columns: number;
  /** Tables and columns that are not declared, as `table.column`. */
  stray: string[];
  /** Those that are declared and not there. */
  missing: string[];
  /** Whether newer software has changed the tables, so that it declares more. */
  are_newer: boolean;
}

/** Compares the columns of every table, as the database itself describes them, with those that are declared. */
export async function compareColumns(db: Database): Promise<Columns> {
  const { tables, migrations } = await db.snapshot(async snapshot => ({
    tables: await snapshot.listTables(),
    migrations: await snapshot.listMigrations(),
  }));
  const found = tables.flatMap(nameColumns);
  const expected = Object.entries(declared).flatMap(([name, columns]) =>
    nameColumns({ name, columns: Object.keys(columns) }),
  );
  return {
    tables: Object.keys(declared).length,
    columns: expected.length,
    stray: found.filter(name => !expected.includes(name)),
    missing: expected.filter(name => !found.includes(name)),
    are_newer: migrations.some(name => name > latest_migration),
  };
}

function nameColumns({ name, columns }: Pick<Table, 'name' | 'columns'>): string[] {
  return columns.map(column => `${name}.${column}`);
}
