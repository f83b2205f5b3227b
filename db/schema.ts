/**
 * The tables and their columns. A column has the name that it has on the wire.
 *
 * Instants are ISO 8601 UTC text with milliseconds, ids are UUIDv7 text, lists are JSON text.
 */
export interface Schema {
  changes: Changes;
  leads: Leads;
  holds: Holds;
  restrictions: Restrictions;
  subject_requests: SubjectRequests;
  keys: Keys;
  key_checks: KeyChecks;
  consents: Consents;
  once: Once;
  assignment_rules: AssignmentRules;
  quotas: Quotas;
  policies: Policies;
  policy_documents: PolicyDocuments;
  policy_forms: PolicyForms;
  tokens: Tokens;
  accounts: Accounts;
  console_sessions: ConsoleSessions;
  session_notes: SessionNotes;
  session_reveals: SessionReveals;
  audit_events: AuditEvents;
  audit_subjects: AuditSubjects;
  audit_seals: AuditSeals;
  audit_retention: AuditRetention;
  tallies: Tallies;
  consent_days: ConsentDays;
  lead_days: LeadDays;
  lead_outcomes: LeadOutcomes;
  calendar_years: CalendarYears;
  channels: Channels;
  deliveries: Deliveries;
  mails: Mails;
  incidents: Incidents;
  incident_texts: IncidentTexts;
  incident_leads: IncidentLeads;
  mailings: Mailings;
  promise_checks: PromiseChecks;
  public_keys: PublicKeys;
  jobs: Jobs;
}

/** One row: the number of the latest act. A unit that takes the next number locks the row until its commit. */
export interface Changes {
  id: 1;
  seq: number;
}

/**
 * A lead, its values sealed, with the consent given at submission: `form` (which names the purpose), `policy_version`,
 * `policy_sha256` (digest of the text shown), `locale` and `received_at`. The columns of the consent never change, and
 * the row stays when the lead is erased.
 *
 * `created_seq` is the number of the act that created the lead; `seq`, that of the latest change, orders the feed.
 * `contacted_at`, `qualified_at` and `closed_at` say when the lead first reached that status or a later one.
 * `closed_reason` says why a closed lead is closed, where staff said so.
 *
 * `note` is the staff's own words about the work, sealed under the lead's key. `follow_up_on` is the day, in the time zone
 * of the settings, on which somebody means to get in touch.
 *
 * The retention period begins at `status_changed_at`, which is null until staff first change the status; then
 * `received_at` counts.
 *
 * While `restricted_at` is set, no view but the feed shows the lead, and nothing changes it: a hold stands on it.
 * `child_at` says when staff said that the lead is of a child under 14.
 */
export interface Leads {
  id: string;
  form: string;
  status: string;
  status_changed_at: string | null;
  closed_reason: string | null;
  assigned_to: string | null;
  follow_up_on: string | null;
  sealed: string | null;
  note: string | null;
  policy_version: string;
  policy_sha256: string;
  locale: string;
  earlier_lead_id: string | null;
  receipt_hash: string;
  received_at: string;
  changed_at: string;
  erased_at: string | null;
  withdrawn_at: string | null;
  restricted_at: string | null;
  child_at: string | null;
  contacted_at: string | null;
  qualified_at: string | null;
  closed_at: string | null;
  created_seq: number;
  seq: number;
}

/**
 * A hold on a lead: why its data must be kept, as `ground`, `reference` (a file number) and the day on which somebody
 * looks at it again. A row changes once, when the hold ends: `released_at` and the `reason`. Both texts are sealed with
 * the key of the lead.
 */
export interface Holds {
  id: string;
  lead_id: string;
  ground: string;
  reference: string;
  review_on: string;
  placed_at: string;
  released_at: string | null;
  reason: string | null;
}

/**
 * A restriction of a lead that its person asked for. It hides the lead as a hold does and keeps it from being changed,
 * but not from being erased. A row changes once, when it is lifted: `lifted_at` and the
 * `reason`, sealed under the key of the lead.
 */
export interface Restrictions {
  id: string;
  lead_id: string;
  request_id: string;
  placed_at: string;
  lifted_at: string | null;
  reason: string | null;
}

/**
 * A request of a person in the database. `sealed` holds the contact and all that was written of it, under a key of the
 * request's own; it goes 36 months after `closed_at`, at `erased_at`.
 *
 * `reference_hash` and `copy_hash` find it for who holds the code. `due_on` and `extended_to` are days in Asia/Shanghai;
 * `provisional` is 1 where the calendar of `due_on` was not known. `verification` says how the person was told to verify,
 * `verified_by` how that was done, `attempted_at` that it was tried in vain.
 *
 * `lead_ids` names the leads that it is about once that is settled; until then its contact finds them. A refusal that
 * was asked for has its code and who asked, and is in force with the state `refused`.
 */
export interface SubjectRequests {
  id: string;
  type: string;
  channel: string;
  locale: string;
  state: string;
  sealed: string | null;
  reference_hash: string;
  received_at: string;
  due_on: string;
  provisional: number;
  extended_to: string | null;
  verification: string;
  verified_at: string | null;
  verified_by: string | null;
  attempted_at: string | null;
  lead_ids: string | null;
  refusal_code: string | null;
  refusal_by: string | null;
  closed_at: string | null;
  copy_hash: string | null;
  copy_until: string | null;
  copy_opened_at: string | null;
  erased_at: string | null;
  seq: number;
}

/**
 * The wrapped key that opens a subject's sealed values, and the blind indexes that find the subject. Because the values
 * open with nothing else, deleting the row erases the subject, in every backup too. `index_version` says by which rule
 * and under which key the indexes were made, as `<rule>.<id of the key>`.
 */
export interface Keys {
  subject_kind: 'lead' | 'request' | 'channel' | 'incident';
  subject_id: string;
  kek_id: string;
  wrapped: string;
  phone_index: string | null;
  email_index: string | null;
  index_version: string | null;
}

/**
 * A key of the settings that the database is used with: its id, and a value that only this key gives. `number` counts a
 * setting's keys in the order in which they came. `used_at` says since when a key encryption key wraps other keys, and
 * `rotated_at` when a rotation last left nothing under it.
 */
export interface KeyChecks {
  setting: 'ENCRYPTION_KEYS' | 'INDEX_KEY' | 'SIGNING_KEY';
  number: number;
  key_id: string;
  check_value: string;
  noted_at: string;
  used_at: string | null;
  rotated_at: string | null;
}

/**
 * A cookie choice, a refusal included. Rows are appended and never changed. `once_key` and `fingerprint` are HMACs of
 * the idempotency key and the content of the request.
 */
export interface Consents {
  id: string;
  visitor_id: string;
  policy_version: string;
  locale: string;
  shown: string;
  granted: string;
  source: string;
  chosen_at: string;
  received_at: string;
  expires_at: string;
  once_key: string | null;
  fingerprint: string | null;
}

/**
 * A key that may be used only once until it expires: the HMAC of a lead's idempotency key, a bot check that was passed,
 * or a form of the console. An idempotency key has the fingerprint of its request and the lead that answered it. While a
 * signing key is turned it also has the receipt code, sealed under the signing key that made the HMAC. An erasure sets
 * all to null and keeps the key.
 */
export interface Once {
  key: string;
  fingerprint: string | null;
  subject_id: string | null;
  receipt: string | null;
  expires_at: string;
}

/**
 * A holder to whom new leads of a form go: all of them, or in turn with the others of the form. `place` is the place in
 * the rule, from 0; `last_seq` is the number of the lead with which the holder last had the turn, 0 before the first.
 */
export interface AssignmentRules {
  form: string;
  place: number;
  holder: string;
  last_seq: number;
}

/** Number of leads received in the latest minute, by the form's name. A form without a quota has no row. */
export interface Quotas {
  name: string;
  minute: string;
  taken: number;
}

/** A published policy version. Rows are appended and never changed. */
export interface Policies {
  version: string;
  published_at: string;
  effective_at: string;
  change_class: 'minor' | 'significant';
}

/**
 * A policy in one language as rendered at publication; `html` is served byte for byte. `summary` says what a significant
 * version changes.
 */
export interface PolicyDocuments {
  version: string;
  locale: string;
  html: string;
  sha256: string;
  purposes: string;
  summary: string | null;
}

/**
 * The agreement sentence beside a form's checkbox, and the retention period of the form's leads, both
 * by policy version.
 */
export interface PolicyForms {
  version: string;
  form: string;
  locale: string;
  agreement: string;
  agreement_sha256: string;
  retention_months: number;
}

/**
 * An access token of staff. The table holds the SHA-256 of its secret. `holder` is empty once retention has taken it.
 */
export interface Tokens {
  id: string;
  holder: string;
  role: string;
  secret_sha256: string;
  created_at: string;
  expires_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
}

/**
 * A person who signed in with an account of the company. `subject` is who that is at the provider `issuer`; both, with
 * `holder`, are gone once retention has taken them. `last_used_at` is when the provider last vouched for them, `ended_at`
 * when it first said that they may no longer be here.
 */
export interface Accounts {
  id: string;
  issuer: string;
  subject: string;
  holder: string;
  role: string;
  created_at: string;
  last_used_at: string;
  ended_at: string | null;
}

/**
 * A session of the console, of a token or an account. The browser's cookie holds its id, the table only the SHA-256 of
 * it.
 *
 * An account's session also holds when the provider last vouched for it, since when a request asks again, and the token
 * to ask the provider with, sealed with a key that is derived from the session's id.
 */
export interface ConsoleSessions {
  id_sha256: string;
  holder_id: string;
  created_at: string;
  last_seen_at: string;
  ended_at: string | null;
  vouched_at: string | null;
  renewal_at: string | null;
  renewal_sealed: string | null;
}

/**
 * A post of the console leaves this for the page that it leads to: a search, a correction that was refused, a new
 * token. It is sealed with a key that is derived from the session's id, which the table does not hold.
 */
export interface SessionNotes {
  session_sha256: string;
  id: string;
  kind: string;
  sealed: string;
}

/** A lead that a session may see in clear until `expires_at`, under the audit event `seq` that says so. */
export interface SessionReveals {
  session_sha256: string;
  lead_id: string;
  seq: number;
  expires_at: string;
}

/**
 * The audit trail, numbered by `seq` without gaps. A row holds ids and enumerated values, never personal values,
 * names or addresses.
 */
export interface AuditEvents {
  seq: number;
  recorded_at: string;
  actor: string;
  role: string;
  action: string;
  fields: string | null;
  purpose: string | null;
  request_id: string | null;
  /** The lead of the event; null when it concerns none, or several (`audit_subjects`). */
  lead_id: string | null;
}

/** The leads of an event that concerns several. */
export interface AuditSubjects {
  seq: number;
  lead_id: string;
}

/**
 * A sealed range of audit events. Its `hash` is over the other columns and is the `prev` of the next range; the first
 * range has an empty one.
 */
export interface AuditSeals {
  from_seq: number;
  to_seq: number;
  prev: string;
  hash: string;
  sealed_at: string;
  /** SHA-256 of the events of the range and their subjects. */
  events_sha256: string;
  /** Checksums of the events, eight digits each, which name the event that is wrong. */
  marks: string;
}

/** One row: the highest number whose event may be deleted. It only grows, to the end of a sealed range. */
export interface AuditRetention {
  id: 1;
  upto: number;
}

/** The position up to which the days of a time zone are counted: the number of an act, or the id of a record. */
export interface Tallies {
  name: string;
  time_zone: string;
  position: string;
}

/** Cookie choices received per day, counted from the records up to the position in `tallies`. */
export interface ConsentDays {
  time_zone: string;
  day: string;
  policy_version: string;
  locale: string;
  accepted: number;
  refused: number;
  customised: number;
  withdrawn: number;
}

/** Leads received per day, counted from the audit trail up to the position in `tallies`. */
export interface LeadDays {
  time_zone: string;
  day: string;
  form: string;
  received: number;
}

/**
 * What became of the leads that were received on a day, by whose they are; an empty `assigned_to` for nobody's. `figures`
 * is the JSON of the counts, counted anew when one of the leads changes.
 */
export interface LeadOutcomes {
  time_zone: string;
  day: string;
  assigned_to: string;
  figures: string;
}

/**
 * A year of the calendar of working days that the operator has loaded: the days off, the weekend days that are worked,
 * both as lists of `YYYY-MM-DD`, and the notice that says so. It stands before the year that ships with the product.
 */
export interface CalendarYears {
  year: number;
  off: string;
  work: string;
  source: string;
  loaded_at: string;
}

/**
 * A receiver that is told of events: `events` is the JSON list of them. `sealed` holds its address and its secret, and
 * for a day the one before, under a key of the channel's own in `keys`; `address` holds what may be shown of the address.
 * `paused_at` is set by the administrator, `off_at` by an answer 410, and `failing_since` by a failed attempt, until the
 * next one that succeeds or another address. One server at a time sends to a channel: `holder`,
 * until `lease_until`. Where a receiver limits how often it is sent to, `next_send_at` says when it may be again.
 * `after_hours` is the working time after which a new lead waits too long. Waiting leads are told up to the id
 * `told_leads_to`, and reviews of holds that were due at the instant `told_holds_to`.
 */
export interface Channels {
  id: string;
  kind: 'webhook' | 'feishu' | 'dingtalk' | 'wecom' | 'email';
  name: string;
  address: string;
  events: string;
  locale: string;
  after_hours: number;
  sealed: string;
  created_at: string;
  paused_at: string | null;
  off_at: string | null;
  last_success_at: string | null;
  failing_since: string | null;
  lease_until: string | null;
  holder: string | null;
  next_send_at: string | null;
  told_leads_to: string | null;
  told_holds_to: string | null;
}

/**
 * The outbox: an event that one channel is told of. A row holds ids and fixed words only. The id carries the time of
 * the event. `last_status` is the status of the latest answer, `last_error` a code where none came, or the
 * code of an error that the answer holds.
 */
export interface Deliveries {
  id: string;
  channel_id: string;
  event: string;
  lead_id: string | null;
  request_id: string | null;
  state: 'queued' | 'sent' | 'dead';
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  next_at: string | null;
}

/** The matter of a mail to a person: with a full stop after it, of which version or incident. */
export type MailAbout = 'code' | 'copy' | `policy.${string}` | `incident.${string}`;

/**
 * The outbox of mails to people. A row holds ids and fixed words only: `subject_id` is the request that the mail is about, or
 * the lead of whom it goes to.
 * `sent_at` is null where there was nobody to send it to; `lead_id` is the lead whose address it went to. `tries` counts how
 * often a code was typed. What is one of many (`is_bulk`) waits for what is not.
 */
export interface Mails {
  subject_id: string;
  about: MailAbout;
  state: 'queued' | 'sent' | 'dead';
  attempts: number;
  last_status: number | null;
  last_error: string | null;
  queued_at: string;
  next_at: string | null;
  sent_at: string | null;
  lead_id: string | null;
  tries: number;
  is_bulk: number;
}

/** How far the leads have been walked whose people get a mail about something: up to the id `reached`. */
export interface Mailings {
  about: string;
  reached: string;
}

/**
 * A security incident: when it was, whose data it reached (`scope`, with the id of the token or key in `scope_id`), and
 * its cause, sealed under a key of its own. `noticed_at` says when the people were told, `until` how long the notice is
 * announced, and `contact` whom they may ask.
 */
export interface Incidents {
  id: string;
  from_at: string;
  to_at: string;
  scope: 'token' | 'key' | 'leads' | 'all';
  scope_id: string | null;
  sealed: string;
  recorded_at: string;
  noticed_at: string | null;
  until: string | null;
  contact: string | null;
  seq: number;
}

/** The notice of an incident in one language, as it was published. */
export interface IncidentTexts {
  incident_id: string;
  locale: string;
  situation: string;
  impact: string;
  measures: string;
  advice: string;
  remedies: string;
}

/** A lead that an incident affects, and when and how its person was told. */
export interface IncidentLeads {
  incident_id: string;
  lead_id: string;
  told_at: string | null;
  told_by: 'mail' | 'announcement' | null;
}

/**
 * What the latest check of a promise found: `code` names a sentence, `figures` is the JSON of the numbers and dates in
 * it, never a person's data.
 */
export interface PromiseChecks {
  promise: string;
  state: 'kept' | 'broken' | 'unproven';
  checked_at: string;
  code: string;
  figures: string;
}

/** A public key that checks what this deployment has signed. `retired_at` says since when no setting has its key. */
export interface PublicKeys {
  signs: 'checkpoint' | 'backup';
  public_key: string;
  noted_at: string;
  retired_at: string | null;
}

/** A job that servers share: the lease of the current run, and when the job last succeeded. */
export interface Jobs {
  name: string;
  lease_until: string | null;
  holder: string | null;
  last_success_at: string | null;
  /** One line: figures of the latest run, or the error that ended it; no personal data. */
  result: string | null;
}
