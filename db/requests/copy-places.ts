import type { AuditEvents, Holds, IncidentLeads, Leads, Restrictions, SubjectRequests } from '../schema.ts';

/** A part of a copy: plain values by name, laid out as JSON. */
export interface Laid {
  [name: string]: unknown;
}

/** Where a column stands in a copy, as a path; or why it is not in it. */
type Place = string | { not: string };

/** Where each column of a table stands. Because every column must have a place, a new one is told or left out on purpose. */
type Places<Table> = { [Column in keyof Table]: Place };

const bare = { not: 'is a number of the order of acts' };
const digest = { not: 'is a digest of a code that the person has' };

export const leads: Places<Leads> = {
  id: 'id',
  form: 'form',
  status: 'status.now',
  status_changed_at: 'status.changed_at',
  closed_reason: 'status.closed_reason',
  assigned_to: { not: 'is the name of a member of staff' },
  follow_up_on: 'follow_up_on',
  sealed: { not: 'stands opened in `values`' },
  note: 'note',
  policy_version: 'consent.policy_version',
  policy_sha256: 'consent.policy_sha256',
  locale: 'consent.locale',
  earlier_lead_id: 'earlier_lead_id',
  receipt_hash: digest,
  received_at: 'received_at',
  changed_at: 'changed_at',
  erased_at: 'erased_at',
  withdrawn_at: 'consent.withdrawn_at',
  restricted_at: 'restricted_at',
  child_at: 'child_at',
  contacted_at: 'status.contacted_at',
  qualified_at: 'status.qualified_at',
  closed_at: 'status.closed_at',
  created_seq: bare,
  seq: bare,
};

export const hold: Places<Holds> = {
  id: 'id',
  lead_id: { not: 'is the lead that it stands in' },
  ground: 'ground',
  reference: 'reference',
  review_on: 'review_on',
  placed_at: 'placed_at',
  released_at: 'released_at',
  reason: 'reason',
};

export const incident: Places<IncidentLeads> = {
  incident_id: 'id',
  lead_id: { not: 'is the lead that it stands in' },
  told_at: 'told_at',
  told_by: 'told_by',
};

export const restriction: Places<Restrictions> = {
  id: 'id',
  lead_id: { not: 'is the lead that it stands in' },
  request_id: 'request_id',
  placed_at: 'placed_at',
  lifted_at: 'lifted_at',
  reason: 'reason',
};

/** The copy tells the role of who did it, never the token, because that names a person of the staff. */
export const event: Places<AuditEvents> = {
  seq: bare,
  recorded_at: 'at',
  actor: { not: 'names a member of staff by the token' },
  role: 'role',
  action: 'action',
  fields: 'fields',
  purpose: 'purpose',
  request_id: { not: 'is of the log, and not personal' },
  lead_id: { not: 'is the lead that it stands in' },
};

export const request: Places<SubjectRequests> = {
  id: 'id',
  type: 'type',
  channel: 'channel',
  locale: 'locale',
  state: 'state',
  sealed: { not: 'stands opened in `texts`' },
  reference_hash: digest,
  received_at: 'received_at',
  due_on: 'due_on',
  provisional: { not: 'is about the calendar' },
  extended_to: 'extended_to',
  verification: 'verification.asked',
  verified_at: 'verification.verified_at',
  verified_by: 'verification.verified_by',
  attempted_at: 'verification.attempted_at',
  lead_ids: { not: 'are the leads of the copy' },
  refusal_code: { not: 'is of a request that was refused' },
  refusal_by: { not: 'names a member of staff by the token' },
  closed_at: 'closed_at',
  copy_hash: digest,
  copy_until: 'copy.until',
  copy_opened_at: 'copy.opened_at',
  erased_at: { not: 'is of a request whose words are erased' },
  seq: bare,
};

/** The tables of which a copy tells, with the places of their columns. Any other table that names a lead has its reason. */
export const copied_tables: Record<string, Record<string, Place> | { not: string }> = {
  leads: { ...leads },
  holds: { ...hold },
  restrictions: { ...restriction },
  incident_leads: { ...incident },
  audit_events: { ...event },
  subject_requests: { ...request },
  audit_subjects: { not: 'joins events to leads; the events are told' },
  deliveries: { not: 'holds the id alone, for 30 days' },
  mails: { not: 'holds the id alone, for 30 days' },
  keys: { not: 'opens and finds what is told' },
  once: { not: 'holds digests for 24 hours' },
  session_reveals: { not: 'holds the id alone, for ten minutes; the event is told' },
};

/** Lays a row out as its places say, over what is there already. */
export function layOut(row: object, places: object, base: Laid = {}): Laid {
  const laid: Laid = { ...base };
  const values = row as Laid;
  for (const [column, place] of Object.entries(places) as [string, Place][]) {
    if (typeof place !== 'string') continue;
    const [name, inner] = place.split('.') as [string, string?];
    laid[name] = inner ? { ...(laid[name] as Laid | undefined), [inner]: values[column] } : values[column];
  }
  return laid;
}
