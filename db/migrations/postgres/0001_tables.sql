-- All tables for PostgreSQL, column by column as in ../0001_tables.sql.

create table changes (
  id integer not null primary key check (id = 1),
  seq bigint not null
);
insert into changes (id, seq) values (1, 0);

create table leads (
  id text not null primary key,
  form text not null,
  status text not null,
  status_changed_at text,
  closed_reason text,
  assigned_to text,
  follow_up_on text,
  sealed text,
  note text,
  policy_version text not null,
  policy_sha256 text not null,
  locale text not null,
  earlier_lead_id text,
  receipt_hash text not null,
  received_at text not null,
  changed_at text not null,
  erased_at text,
  withdrawn_at text,
  restricted_at text,
  child_at text,
  contacted_at text,
  qualified_at text,
  closed_at text,
  created_seq bigint not null,
  seq bigint not null,
  check ((sealed is null) = (erased_at is not null)),
  check (note is null or erased_at is null),
  check (closed_reason is null or status = 'closed')
);
create index leads_by_seq on leads (seq, id);
create index leads_by_form_seq on leads (form, seq, id);
create index leads_by_form on leads (form, id) where erased_at is null;
create index leads_by_status on leads (status, id) where erased_at is null;
create index leads_by_assignee on leads (assigned_to, id) where assigned_to is not null and erased_at is null;
create index leads_by_assignee_status on leads (assigned_to, status, id) where assigned_to is not null and erased_at is null;
create index leads_by_follow_up on leads (follow_up_on, id) where follow_up_on is not null and status <> 'closed' and erased_at is null;
create index leads_by_contacted on leads (id, contacted_at, qualified_at, closed_at) where contacted_at is not null;

create table holds (
  id text not null primary key,
  lead_id text not null,
  ground text not null,
  reference text not null,
  review_on text not null,
  placed_at text not null,
  released_at text,
  reason text,
  check ((released_at is null) = (reason is null))
);
create index holds_by_lead on holds (lead_id, id);
create index holds_by_review on holds (review_on, id) where released_at is null;

create table restrictions (
  id text not null primary key,
  lead_id text not null,
  request_id text not null,
  placed_at text not null,
  lifted_at text,
  reason text,
  check ((lifted_at is null) = (reason is null))
);
create index restrictions_by_lead on restrictions (lead_id, id);
create index restrictions_standing on restrictions (id) where lifted_at is null;

create table subject_requests (
  id text not null primary key,
  type text not null,
  channel text not null,
  locale text not null,
  state text not null,
  sealed text,
  reference_hash text not null,
  received_at text not null,
  due_on text not null,
  provisional integer not null,
  extended_to text,
  verification text not null,
  verified_at text,
  verified_by text,
  attempted_at text,
  lead_ids text,
  refusal_code text,
  refusal_by text,
  closed_at text,
  copy_hash text,
  copy_until text,
  copy_opened_at text,
  erased_at text,
  seq bigint not null,
  check ((sealed is null) = (erased_at is not null))
);
create index subject_requests_by_due on subject_requests (due_on, id);
create index subject_requests_open on subject_requests (id) where closed_at is null;
create index subject_requests_queue on subject_requests ((coalesce(extended_to, due_on)), id) where closed_at is null;
create index subject_requests_by_closed on subject_requests (closed_at, id) where closed_at is not null and erased_at is null;

create table keys (
  subject_kind text not null,
  subject_id text not null,
  kek_id text not null,
  wrapped text not null,
  phone_index text,
  email_index text,
  index_version text,
  primary key (subject_id, subject_kind)
);
create index keys_by_phone on keys (phone_index, subject_kind, subject_id);
create index keys_by_email on keys (email_index, subject_kind, subject_id);

create table key_checks (
  setting text not null,
  number integer not null,
  key_id text not null,
  check_value text not null,
  noted_at text not null,
  used_at text,
  rotated_at text,
  primary key (setting, number)
);

create table consents (
  id text not null primary key,
  visitor_id text not null,
  policy_version text not null,
  locale text not null,
  shown text not null,
  granted text not null,
  source text not null,
  chosen_at text not null,
  received_at text not null,
  expires_at text not null,
  once_key text,
  fingerprint text
);
create index consents_by_visitor on consents (visitor_id, chosen_at, id);
create unique index consents_by_once_key on consents (once_key) where once_key is not null;

create table once (
  key text not null primary key,
  fingerprint text,
  subject_id text,
  receipt text,
  expires_at text not null
);
create index once_by_expiry on once (expires_at);

create table assignment_rules (
  form text not null,
  place integer not null,
  holder text not null,
  last_seq bigint not null,
  primary key (form, place)
);

create table quotas (
  name text not null primary key,
  minute text not null,
  taken bigint not null
);

create table policies (
  version text not null primary key,
  published_at text not null,
  effective_at text not null,
  change_class text not null
);

create table policy_documents (
  version text not null,
  locale text not null,
  html text not null,
  sha256 text not null,
  purposes text not null,
  summary text,
  primary key (version, locale)
);

create table policy_forms (
  version text not null,
  form text not null,
  locale text not null,
  agreement text not null,
  agreement_sha256 text not null,
  retention_months bigint not null,
  primary key (version, form, locale)
);

create table tokens (
  id text not null primary key,
  holder text not null,
  role text not null,
  secret_sha256 text not null,
  created_at text not null,
  expires_at text not null,
  revoked_at text,
  last_used_at text
);
create index tokens_by_holder on tokens (holder);

create table accounts (
  id text not null primary key,
  issuer text not null,
  subject text not null,
  holder text not null,
  role text not null,
  created_at text not null,
  last_used_at text not null,
  ended_at text
);
create index accounts_by_holder on accounts (holder);
create unique index accounts_by_subject on accounts (issuer, subject);

create table console_sessions (
  id_sha256 text not null primary key,
  holder_id text not null,
  created_at text not null,
  last_seen_at text not null,
  ended_at text,
  vouched_at text,
  renewal_at text,
  renewal_sealed text
);
create index console_sessions_by_holder on console_sessions (holder_id);
create index console_sessions_by_seen on console_sessions (last_seen_at);

create table session_notes (
  session_sha256 text not null,
  id text not null,
  kind text not null,
  sealed text not null,
  primary key (session_sha256, id)
);

create table session_reveals (
  session_sha256 text not null,
  lead_id text not null,
  seq bigint not null,
  expires_at text not null,
  primary key (session_sha256, lead_id)
);

create table audit_events (
  seq bigint not null primary key,
  recorded_at text not null,
  actor text not null,
  role text not null,
  action text not null,
  fields text,
  purpose text,
  request_id text,
  lead_id text
);
-- Because nearly all events are leads that visitors send, these indexes leave them out: `leads.created_seq` finds
-- such an event.
create index audit_events_by_lead on audit_events (lead_id, seq) where lead_id is not null and action <> 'lead.created';
create index audit_events_by_action on audit_events (action, seq) where action <> 'lead.created';
create index audit_events_by_actor on audit_events (actor, seq) where actor <> 'visitor';

create table audit_subjects (
  seq bigint not null,
  lead_id text not null,
  primary key (seq, lead_id)
);
create index audit_subjects_by_lead on audit_subjects (lead_id, seq);

create table audit_seals (
  from_seq bigint not null primary key,
  to_seq bigint not null,
  prev text not null,
  hash text not null,
  sealed_at text not null,
  events_sha256 text not null default '',
  marks text not null default ''
);
create unique index audit_seals_by_prev on audit_seals (prev);
create unique index audit_seals_by_end on audit_seals (to_seq);

create table audit_retention (
  id integer not null primary key check (id = 1),
  upto bigint not null
);
insert into audit_retention (id, upto) values (1, 0);

create table tallies (
  name text not null,
  time_zone text not null,
  position text not null,
  primary key (name, time_zone)
);

create table consent_days (
  time_zone text not null,
  day text not null,
  policy_version text not null,
  locale text not null,
  accepted bigint not null,
  refused bigint not null,
  customised bigint not null,
  withdrawn bigint not null,
  primary key (time_zone, day, policy_version, locale)
);

create table lead_days (
  time_zone text not null,
  day text not null,
  form text not null,
  received bigint not null,
  primary key (time_zone, day, form)
);

create table lead_outcomes (
  time_zone text not null,
  day text not null,
  assigned_to text not null,
  figures text not null,
  primary key (time_zone, day, assigned_to)
);

create table calendar_years (
  year integer not null primary key,
  off text not null,
  work text not null,
  source text not null,
  loaded_at text not null
);

create table channels (
  id text not null primary key,
  kind text not null,
  name text not null,
  address text not null,
  events text not null,
  locale text not null,
  after_hours bigint not null,
  sealed text not null,
  created_at text not null,
  paused_at text,
  off_at text,
  last_success_at text,
  failing_since text,
  lease_until text,
  holder text,
  next_send_at text,
  told_leads_to text,
  told_holds_to text
);
-- Because a delivery's id ends as its channel's, no two channels may end alike.
create unique index channels_by_end on channels (substr(id, 31));

create table deliveries (
  id text not null primary key,
  channel_id text not null,
  event text not null,
  lead_id text,
  request_id text,
  state text not null,
  attempts integer not null,
  last_status integer,
  last_error text,
  next_at text,
  check ((next_at is not null) = (state = 'queued'))
);
create index deliveries_by_channel on deliveries (channel_id, state, next_at, id);

create table mails (
  subject_id text not null,
  about text not null,
  state text not null,
  attempts integer not null,
  last_status integer,
  last_error text,
  queued_at text not null,
  next_at text,
  sent_at text,
  lead_id text,
  tries integer not null,
  is_bulk integer not null,
  primary key (subject_id, about),
  check ((next_at is not null) = (state = 'queued'))
);
create index mails_due on mails (is_bulk, next_at, subject_id) where state = 'queued';
create index mails_by_time on mails (queued_at) where state <> 'queued';

create table incidents (
  id text not null primary key,
  from_at text not null,
  to_at text not null,
  scope text not null,
  scope_id text,
  sealed text not null,
  recorded_at text not null,
  noticed_at text,
  until text,
  contact text,
  seq bigint not null,
  check ((noticed_at is null) = (contact is null) and (noticed_at is null) = (until is null))
);

create table incident_texts (
  incident_id text not null,
  locale text not null,
  situation text not null,
  impact text not null,
  measures text not null,
  advice text not null,
  remedies text not null,
  primary key (incident_id, locale)
);

create table incident_leads (
  incident_id text not null,
  lead_id text not null,
  told_at text,
  told_by text,
  primary key (incident_id, lead_id),
  check ((told_at is null) = (told_by is null))
);
create index incident_leads_by_lead on incident_leads (lead_id, incident_id);

create table mailings (
  about text not null primary key,
  reached text not null
);

create table promise_checks (
  promise text not null primary key,
  state text not null,
  checked_at text not null,
  code text not null,
  figures text not null
);

create table public_keys (
  signs text not null,
  public_key text not null,
  noted_at text not null,
  retired_at text,
  primary key (signs, public_key)
);

create table jobs (
  name text not null primary key,
  lease_until text,
  holder text,
  last_success_at text,
  result text
);
