begin;
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

-- Rows that must not change: the database itself refuses UPDATE, DELETE and TRUNCATE.
create function forbid_change() returns trigger language plpgsql as $$
begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$;

-- The consent given with a lead never changes, and the row stays for good, erased or not.
create trigger leads_no_other_consent before update on leads for each row when (
  new.id <> old.id or new.form <> old.form or new.policy_version <> old.policy_version or new.policy_sha256 <> old.policy_sha256
  or new.locale <> old.locale or new.receipt_hash <> old.receipt_hash or new.received_at <> old.received_at
  or new.created_seq <> old.created_seq or (old.withdrawn_at is not null and new.withdrawn_at is distinct from old.withdrawn_at)
  or (old.erased_at is not null and new.erased_at is distinct from old.erased_at)
) execute function forbid_change();
create trigger leads_no_delete before delete on leads for each row execute function forbid_change();
create trigger leads_no_truncate before truncate on leads for each statement execute function forbid_change();

-- Of a hold nothing changes but its end, and that once.
create trigger holds_only_end before update on holds for each row when (
  new.id <> old.id or new.lead_id <> old.lead_id or new.ground <> old.ground or new.reference <> old.reference or new.review_on <> old.review_on or new.placed_at <> old.placed_at
  or (old.released_at is not null and (new.released_at is distinct from old.released_at or new.reason is distinct from old.reason))
) execute function forbid_change();
create trigger holds_no_delete before delete on holds for each row execute function forbid_change();
create trigger holds_no_truncate before truncate on holds for each statement execute function forbid_change();

-- Of an incident nothing changes but its notice, and that once; of whom it affects, that she was told.
create trigger incidents_only_notice before update on incidents for each row when (
  new.id <> old.id or new.from_at <> old.from_at or new.to_at <> old.to_at or new.scope <> old.scope or new.scope_id is distinct from old.scope_id or new.sealed <> old.sealed or new.recorded_at <> old.recorded_at
  or (old.noticed_at is not null and (new.noticed_at is distinct from old.noticed_at or new.until is distinct from old.until or new.contact is distinct from old.contact))
) execute function forbid_change();
create trigger incidents_no_delete before delete on incidents for each row execute function forbid_change();
create trigger incidents_no_truncate before truncate on incidents for each statement execute function forbid_change();
create trigger incident_texts_append_only before update or delete on incident_texts for each row execute function forbid_change();
create trigger incident_texts_no_truncate before truncate on incident_texts for each statement execute function forbid_change();
create trigger incident_leads_only_told before update on incident_leads for each row when (
  new.incident_id <> old.incident_id or new.lead_id <> old.lead_id or old.told_at is not null
) execute function forbid_change();
create trigger incident_leads_no_delete before delete on incident_leads for each row execute function forbid_change();
create trigger incident_leads_no_truncate before truncate on incident_leads for each statement execute function forbid_change();

create trigger policies_append_only before update or delete on policies for each row execute function forbid_change();
create trigger policies_no_truncate before truncate on policies for each statement execute function forbid_change();
create trigger policy_documents_append_only before update or delete on policy_documents for each row execute function forbid_change();
create trigger policy_documents_no_truncate before truncate on policy_documents for each statement execute function forbid_change();
create trigger policy_forms_append_only before update or delete on policy_forms for each row execute function forbid_change();
create trigger policy_forms_no_truncate before truncate on policy_forms for each statement execute function forbid_change();
create trigger audit_seals_append_only before update or delete on audit_seals for each row execute function forbid_change();
create trigger audit_seals_no_truncate before truncate on audit_seals for each statement execute function forbid_change();
create trigger consents_append_only before update on consents for each row execute function forbid_change();
create trigger consents_no_truncate before truncate on consents for each statement execute function forbid_change();

-- An event may be deleted only up to `audit_retention.upto`, the end of a sealed range.
create function forbid_early_delete() returns trigger language plpgsql as $$
begin
  if old.seq > (select upto from audit_retention) then
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
  end if;
  return old;
end $$;
create trigger audit_events_append_only before update on audit_events for each row execute function forbid_change();
create trigger audit_events_no_delete before delete on audit_events for each row execute function forbid_early_delete();
create trigger audit_events_no_truncate before truncate on audit_events for each statement execute function forbid_change();
create trigger audit_subjects_append_only before update on audit_subjects for each row execute function forbid_change();
create trigger audit_subjects_no_delete before delete on audit_subjects for each row execute function forbid_early_delete();
create trigger audit_subjects_no_truncate before truncate on audit_subjects for each statement execute function forbid_change();

create function allow_sealed_end() returns trigger language plpgsql as $$
begin
  if new.id <> old.id or new.upto < old.upto or not exists (select 1 from audit_seals where to_seq = new.upto) then
    raise exception 'audit_retention moves forward, to the end of a sealed range' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger audit_retention_only_forward before update on audit_retention for each row execute function allow_sealed_end();
create trigger audit_retention_no_delete before delete on audit_retention for each row execute function forbid_change();
create trigger audit_retention_no_truncate before truncate on audit_retention for each statement execute function forbid_change();

-- The number of acts never falls, because the feed would then give a puller the same number twice.
create trigger changes_only_forward before update on changes for each row when (new.seq < old.seq or new.id <> old.id) execute function forbid_change();
create trigger changes_no_delete before delete on changes for each row execute function forbid_change();
create trigger changes_no_truncate before truncate on changes for each statement execute function forbid_change();

create table migrations (name text primary key, applied_at text not null);
set local session_replication_role = replica;
truncate "accounts", "assignment_rules", "audit_events", "audit_retention", "audit_seals", "audit_subjects", "calendar_years", "changes", "channels", "consent_days", "consents", "console_sessions", "deliveries", "holds", "incident_leads", "incident_texts", "incidents", "jobs", "key_checks", "keys", "lead_days", "lead_outcomes", "leads", "mailings", "mails", "once", "policies", "policy_documents", "policy_forms", "promise_checks", "public_keys", "quotas", "restrictions", "session_notes", "session_reveals", "subject_requests", "tallies", "tokens";
insert into "assignment_rules" values ('ecological-cooperation', 0, '王芳', 0);
insert into "audit_events" values (1, '2026-11-23T04:00:00.000Z', 'operator', 'operator', 'key.first_used', 'new', null, null, null);
insert into "audit_events" values (2, '2026-11-23T04:00:00.000Z', 'operator', 'operator', 'policy.published', '2026-01', null, null, null);
insert into "audit_events" values (3, '2026-11-23T04:00:00.000Z', 'operator', 'operator', 'token.created', 'XeWkrarHeD7Z', null, null, null);
insert into "audit_events" values (4, '2026-11-23T04:00:00.000Z', 'operator', 'operator', 'token.created', 'VMXkdLkrXeEw', null, null, null);
insert into "audit_events" values (5, '2026-11-23T04:00:00.000Z', 'operator', 'operator', 'token.created', 'cqJdbuiqVgSY', null, null, null);
insert into "audit_events" values (6, '2026-11-23T04:00:00.000Z', 'operator', 'operator', 'token.created', 'H6PdrbdycKzb', null, null, null);
insert into "audit_events" values (7, '2026-11-23T04:00:00.000Z', 'H6PdrbdycKzb', 'admin', 'token.created', 'VyW25Ft9B39R', null, '01a2068f-8a00-72a5-bb3a-8ba10ba18044', null);
insert into "audit_events" values (8, '2026-11-23T04:00:00.000Z', 'H6PdrbdycKzb', 'admin', 'token.revoked', 'VyW25Ft9B39R', null, '01a2068f-8a00-72a5-bb3b-cd4a8d0d47a7', null);
insert into "audit_events" values (9, '2026-11-23T04:00:00.000Z', 'H6PdrbdycKzb', 'admin', 'channel.created', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', null, '01a2068f-8a00-72a5-bb3c-0506504b22f8', null);
insert into "audit_events" values (10, '2026-11-23T04:00:00.000Z', 'H6PdrbdycKzb', 'admin', 'assignment.changed', null, 'ecological-cooperation', '01a2068f-8a00-72a5-bb3e-170e4c26a770', null);
insert into "audit_events" values (11, '2026-11-23T04:00:00.000Z', 'visitor', 'visitor', 'lead.created', 'name,phone,email,company', 'mini-ai-experience', '01a2068f-8a00-72a5-bb3f-d327625720df', '01a2068f-8a00-72a5-bb40-d28805295af5');
insert into "audit_events" values (12, '2026-11-23T04:00:00.000Z', 'visitor', 'visitor', 'lead.created', 'name,phone,email,company', 'mini-ai-experience', '01a2068f-8a00-72a5-bb43-cf7c14d83e5a', '01a2068f-8a00-72a5-bb44-6825a7b9ec3d');
insert into "audit_events" values (13, '2026-11-23T04:00:00.000Z', 'visitor', 'visitor', 'lead.created', 'name,phone,email,company', 'mini-ai-experience', '01a2068f-8a00-72a5-bb47-d54822b056d9', '01a2068f-8a00-72a5-bb48-96ad9cbaf8d1');
insert into "audit_events" values (14, '2026-11-23T04:00:00.000Z', 'visitor', 'visitor', 'lead.created', 'name,phone,email,company', 'mini-ai-experience', '01a2068f-8a00-72a5-bb4b-5e5eea37a746', '01a2068f-8a00-72a5-bb4c-b240c0a4c5d9');
insert into "audit_events" values (15, '2026-11-23T04:00:00.000Z', 'visitor', 'visitor', 'lead.created', 'name,phone,email,company', 'mini-ai-experience', '01a2068f-8a00-72a5-bb4f-b15707a54061', '01a2068f-8a00-72a5-bb50-7af2571a4441');
insert into "audit_events" values (16, '2026-11-23T04:00:00.000Z', 'visitor', 'visitor', 'lead.created', 'name,phone,email,company', 'mini-ai-experience', '01a2068f-8a00-72a5-bb53-cf6706c597af', '01a2068f-8a00-72a5-bb54-fa2d05cc79a5');
insert into "audit_events" values (17, '2026-11-23T04:00:00.000Z', 'visitor', 'visitor', 'lead.created', 'name,phone,email,company', 'mini-ai-experience', '01a2068f-8a00-72a5-bb57-46048389fccc', '01a2068f-8a00-72a5-bb58-f55a41ec5cc6');
insert into "audit_events" values (18, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'lead.changed', 'status:new>contacted,assigned_to,follow_up_on,note', 'mini-ai-experience', '01a206c6-7880-74b0-a5fe-8f811bbfda65', '01a2068f-8a00-72a5-bb44-6825a7b9ec3d');
insert into "audit_events" values (19, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'lead.corrected', 'company', 'mini-ai-experience', '01a206c6-7880-74b0-a600-825be835b098', '01a2068f-8a00-72a5-bb44-6825a7b9ec3d');
insert into "audit_events" values (20, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'lead.changed', 'status:new>qualified', 'mini-ai-experience', '01a206c6-7880-74b0-a601-0c0a57e57bea', '01a2068f-8a00-72a5-bb48-96ad9cbaf8d1');
insert into "audit_events" values (21, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'lead.changed', 'status:qualified>closed,closed_reason', 'mini-ai-experience', '01a206c6-7880-74b0-a602-f7b3a154baf3', '01a2068f-8a00-72a5-bb48-96ad9cbaf8d1');
insert into "audit_events" values (22, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'hold.placed', '01a206c6-7880-74b0-a604-5967cba7928a', 'court', '01a206c6-7880-74b0-a603-1f21f0ba5489', '01a2068f-8a00-72a5-bb4c-b240c0a4c5d9');
insert into "audit_events" values (23, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'lead.erased', 'name,phone,email,company', 'mini-ai-experience', '01a206c6-7880-74b0-a605-76a8e9f1e8d4', '01a2068f-8a00-72a5-bb50-7af2571a4441');
insert into "audit_events" values (24, '2026-11-23T05:00:00.000Z', 'visitor', 'visitor', 'lead.withdrawn', 'name,phone,email,company', 'mini-ai-experience', '01a206c6-7880-74b0-a606-e96bce329474', '01a2068f-8a00-72a5-bb54-fa2d05cc79a5');
insert into "audit_events" values (25, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'request.received', '01a206c6-7880-74b0-a608-3556dcc4c21c', 'restriction', '01a206c6-7880-74b0-a607-d7086ddfc16d', '01a2068f-8a00-72a5-bb58-f55a41ec5cc6');
insert into "audit_events" values (26, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'request.verified', '01a206c6-7880-74b0-a608-3556dcc4c21c', 'callback', '01a206c6-7880-74b0-a60a-682260597c6f', null);
insert into "audit_events" values (27, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'restriction.placed', '01a206c6-7880-74b0-a608-3556dcc4c21c', 'mini-ai-experience', '01a206c6-7880-74b0-a60b-9068235e74b0', '01a2068f-8a00-72a5-bb58-f55a41ec5cc6');
insert into "audit_events" values (28, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'request.fulfilled', '01a206c6-7880-74b0-a608-3556dcc4c21c', 'restriction', '01a206c6-7880-74b0-a60b-9068235e74b0', '01a2068f-8a00-72a5-bb58-f55a41ec5cc6');
insert into "audit_events" values (29, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'request.received', '01a206c6-7880-74b0-a60e-922c3d996615', 'copy', '01a206c6-7880-74b0-a60d-7ad9b8808a75', '01a2068f-8a00-72a5-bb40-d28805295af5');
insert into "audit_events" values (30, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'request.verified', '01a206c6-7880-74b0-a60e-922c3d996615', 'callback', '01a206c6-7880-74b0-a610-0113114e520a', null);
insert into "audit_events" values (31, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'request.fulfilled', '01a206c6-7880-74b0-a60e-922c3d996615', 'copy', '01a206c6-7880-74b0-a611-9565c8abffcb', '01a2068f-8a00-72a5-bb40-d28805295af5');
insert into "audit_events" values (32, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'request.received', '01a206c6-7880-74b0-a613-3aba948c24e8', 'erasure', '01a206c6-7880-74b0-a612-56bee34466d0', '01a2068f-8a00-72a5-bb44-6825a7b9ec3d');
insert into "audit_events" values (33, '2026-11-23T05:00:00.000Z', 'visitor', 'visitor', 'request.received', '01a206c6-7880-74b0-a616-88936ced1215', 'access', '01a206c6-7880-74b0-a615-66944f0e64fd', null);
insert into "audit_events" values (34, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'incident.recorded', '01a206c6-7880-74b0-a619-902581bc42cb', 'leads', '01a206c6-7880-74b0-a618-cdea4ecfaf78', null);
insert into "audit_events" values (35, '2026-11-23T05:00:00.000Z', 'VMXkdLkrXeEw', 'privacy_officer', 'incident.noticed', '01a206c6-7880-74b0-a619-902581bc42cb', null, '01a206c6-7880-74b0-a61a-62e3fb5fb915', null);
insert into "audit_events" values (36, '2026-11-23T05:00:02.000Z', 'XeWkrarHeD7Z', 'sales', 'lead.revealed', 'name,phone,email,company', null, '01a206c6-8050-719d-9ac6-b44785a50336', '01a2068f-8a00-72a5-bb40-d28805295af5');
insert into "audit_events" values (37, '2026-11-23T06:00:02.000Z', 'system', 'system', 'lead.created', 'name,phone,email,company', 'self-check', null, '01a206fd-6ed0-741d-94b7-bf14efc073db');
insert into "audit_events" values (38, '2026-11-23T06:00:02.000Z', 'system', 'system', 'system.checked', 'name,phone,email,company of 6', null, null, null);
insert into "audit_events" values (39, '2026-11-23T06:00:02.000Z', 'system', 'system', 'lead.withdrawn', 'name,phone,email,company', 'self-check', null, '01a206fd-6ed0-741d-94b7-bf14efc073db');
insert into "audit_events" values (40, '2026-11-23T06:00:02.000Z', 'operator', 'operator', 'policy.published', '2026-02', null, null, null);
insert into "audit_events" values (41, '2026-11-23T06:00:02.000Z', 'visitor', 'visitor', 'lead.created', 'name,phone,email,company', 'ecological-cooperation', '01a206fd-6ed0-741d-94ba-517401f6f8a3', '01a206fd-6ed0-741d-94bb-0aa0e1df8bcb');
insert into "audit_retention" values (1, 0);
insert into "audit_seals" values (1, 36, '', '7740447ae667b230a0946221f89a1242c1da56dd5bf733916f954657fe10b726', '2026-11-23T06:00:02.000Z', 'cdca83486258b15d89bd59b2361f4b094910ac602d171c5db26a3114bf294ec5', 'a3aee5d1164027a4a2c8a819dbd8cf650e406935cd9c5c5acbfb74ee6263e82e6d0dfdbcc86ce02a6c019aea06dc2b5e1e075a484803910676ddd2d9dc337f5c76eb99ddb16c352826d521c29d013a9d2b74c42665022f7d6f742aad56651825ec3cd8abf4975a918996dd6d8c6217a9ce7c5406d7f1ec73b79c9f3bad67366e9b29b59a6a8d9c62a87f18d95f4dbd4d');
insert into "changes" values (1, 41);
insert into "channels" values ('01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'webhook', 'CRM', 'https://hooks.example.com/', '["lead.created"]', 'en', 4, '1.2trc1pTTITb8Vde0LbHDN6vmz9u1P5935LGaeZCGKss-xmT46j3wyWYh_sfhcDYMeTaogN3hZAq1MRXDsqjv8aGjw15nU0o62VnYXi9bhOhFTbaMWIGO6jesyTBCNxemK7OolkkypDWouqZ8EmuKbYnVT8knXsHIe938fYP1q-XdyC6O4P_Zp7Zp40pGicvxcuu7QGeZsFjKrbIq', '2026-11-23T04:00:00.000Z', null, null, '2026-11-23T06:00:02.000Z', null, null, null, null, null, null);
insert into "consent_days" values ('Asia/Shanghai', '2026-11-23', '2026-01', 'zh-CN', 1, 1, 0, 0);
insert into "consents" values ('01a206c6-7880-74b0-a61c-531e62e1f27b', '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b', '2026-01', 'zh-CN', '["necessary","analytics"]', '["necessary","analytics"]', 'banner', '2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', '2027-05-24T05:00:00.000Z', 'yxOamAdASDQ01ioieB2zmg', 'dgPsbzEb-QAISE0VFFhQhw');
insert into "consents" values ('01a206c6-7c68-74f1-8651-b0e2b4cc16cf', '3f2b8c1e-9a4d-4e6f-8b7a-1c2d3e4f5a6b', '2026-01', 'zh-CN', '["necessary","analytics"]', '["necessary"]', 'banner', '2026-11-23T05:00:01.000Z', '2026-11-23T05:00:01.000Z', '2027-05-24T05:00:01.000Z', 'iYkuXCwR9PQg5SVzZcHl5g', 'OdZHgzDAYtC7mJQreM8XCQ');
insert into "console_sessions" values ('8e4394dc28cbfebff502d48f001cdce74e4978fb5db8ae32e3b88fd9c3692e3c', 'VMXkdLkrXeEw', '2026-11-23T05:00:02.000Z', '2026-11-23T05:00:02.000Z', null, null, null, null);
insert into "deliveries" values ('01a2068f-8a00-72a5-bb41-67c261b9ec17', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'lead.created', '01a2068f-8a00-72a5-bb40-d28805295af5', null, 'sent', 1, 204, null, null);
insert into "deliveries" values ('01a2068f-8a00-72a5-bb45-db6eeab9ec17', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'lead.created', '01a2068f-8a00-72a5-bb44-6825a7b9ec3d', null, 'sent', 1, 204, null, null);
insert into "deliveries" values ('01a2068f-8a00-72a5-bb49-329bb7b9ec17', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'lead.created', '01a2068f-8a00-72a5-bb48-96ad9cbaf8d1', null, 'sent', 1, 204, null, null);
insert into "deliveries" values ('01a2068f-8a00-72a5-bb4d-aaf4acb9ec17', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'lead.created', '01a2068f-8a00-72a5-bb4c-b240c0a4c5d9', null, 'sent', 1, 204, null, null);
insert into "deliveries" values ('01a2068f-8a00-72a5-bb51-36f01bb9ec17', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'lead.created', '01a2068f-8a00-72a5-bb50-7af2571a4441', null, 'sent', 1, 204, null, null);
insert into "deliveries" values ('01a2068f-8a00-72a5-bb55-8aee84b9ec17', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'lead.created', '01a2068f-8a00-72a5-bb54-fa2d05cc79a5', null, 'sent', 1, 204, null, null);
insert into "deliveries" values ('01a2068f-8a00-72a5-bb59-1c486fb9ec17', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'lead.created', '01a2068f-8a00-72a5-bb58-f55a41ec5cc6', null, 'sent', 1, 204, null, null);
insert into "deliveries" values ('01a206fd-6ed0-741d-94bc-77ca07b9ec17', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'lead.created', '01a206fd-6ed0-741d-94bb-0aa0e1df8bcb', null, 'queued', 0, null, null, '2026-11-23T06:00:02.000Z');
insert into "holds" values ('01a206c6-7880-74b0-a604-5967cba7928a', '01a2068f-8a00-72a5-bb4c-b240c0a4c5d9', 'court', '1.Fmu1c4tfpPIlAfMOB22fPQS5tcPIryR56RYxxfkaGlYhSnYevIWsWbxGWo0iaTSNMTSrZfw8d-Pe10NQc6cMgq5Qjb6xZjfTmY8qY98aMwXp8YBSh3G3ftpgXss', '2027-05-23', '2026-11-23T05:00:00.000Z', null, null);
insert into "incident_leads" values ('01a206c6-7880-74b0-a619-902581bc42cb', '01a2068f-8a00-72a5-bb40-d28805295af5', '2026-11-23T05:00:00.000Z', 'announcement');
insert into "incident_texts" values ('01a206c6-7880-74b0-a619-902581bc42cb', 'zh-CN', '已告知', '已告知', '已告知', '已告知', '已告知');
insert into "incidents" values ('01a206c6-7880-74b0-a619-902581bc42cb', '2026-11-01T00:00:00.000Z', '2026-11-30T00:00:00.000Z', 'leads', null, '1.udK0vfdmkQT_jb1AhgmIbYeSIVImovrz9P-ZzGFeJ1I5cwPbVmWlQjfUSAbIMRbpQu8G9X8EqFn2PtyHS89LMFPD5qQFOFRB_NKAfiHbwOQygQhflDy3VaUzUPc', '2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', '2026-12-23T05:00:00.000Z', 'privacy@example.com', 35);
insert into "jobs" values ('mail_changes', null, null, '2026-11-23T06:00:02.000Z', '{"mails":0}');
insert into "jobs" values ('forget_deliveries', null, null, '2026-11-23T06:00:02.000Z', '{"deliveries":0,"mails":0}');
insert into "jobs" values ('seal_audit', null, null, '2026-11-23T06:00:02.000Z', '{"events":36}');
insert into "jobs" values ('expire', null, null, '2026-11-23T06:00:02.000Z', '{"keys_and_proofs":0,"sessions":0,"leads":0,"choices":0,"requests":0,"holders":0,"events":0}');
insert into "jobs" values ('checkpoint_audit', null, null, '2026-11-23T06:00:02.000Z', '{"checkpoints":1}');
insert into "jobs" values ('tell_due', null, null, '2026-11-23T06:00:02.000Z', '{"leads":0,"follow_ups":0,"holds":0}');
insert into "jobs" values ('end_requests', null, null, '2026-11-23T06:00:02.000Z', '{"expired":0,"reminded":0}');
insert into "jobs" values ('count_days', null, null, '2026-11-23T06:00:02.000Z', '{"steps":3}');
insert into "jobs" values ('reindex_leads_2', null, null, '2026-11-23T06:00:02.000Z', '{"leads":0,"unreadable":0}');
insert into "jobs" values ('send_deliveries', null, null, '2026-11-23T06:00:02.000Z', '{"attempts":7,"mails":0}');
insert into "jobs" values ('check_promises', null, null, '2026-11-23T06:00:02.000Z', '{"kept":22,"broken":1,"unproven":3}');
insert into "key_checks" values ('ENCRYPTION_KEYS', 1, 'old', '5b0cd5bf5916e82aecf2eb0440696c3e', '2026-11-23T04:00:00.000Z', null, null);
insert into "key_checks" values ('INDEX_KEY', 1, 'f7aa1b77', 'e938fb4ee69fddcb43284199cae29fed', '2026-11-23T04:00:00.000Z', null, null);
insert into "key_checks" values ('SIGNING_KEY', 1, 'a1aff370', 'dbbd697797228cd65a251c9f87070473', '2026-11-23T04:00:00.000Z', null, null);
insert into "key_checks" values ('ENCRYPTION_KEYS', 2, 'new', '182e249b471ee25c0e039879301403eb', '2026-11-23T04:00:00.000Z', '2026-11-23T04:00:00.000Z', null);
insert into "keys" values ('channel', '01a2068f-8a00-72a5-bb3d-eadce4b9ec17', 'new', 't9XY_Fuwy5xi1BmXBsQa5sP9iYw_9Z4dpVEjMJcEl2uJqePGRSUvZomjEJ_XkSWxoAY-iO61DHg8PqTO', null, null, null);
insert into "keys" values ('lead', '01a2068f-8a00-72a5-bb40-d28805295af5', 'new', 'EboFylu8uA1NHHPeE661uRnH6jwVtaf0KR44QVKEq74HfF9k56wrnp2Y4bacsC7KGvzhm1n63BYaRazj', 'HW8i2ane3hRrEGX2_u7Eug', 'aPwNLR1eqt1hhN__tVZE_w', '2.f7aa1b77');
insert into "keys" values ('lead', '01a2068f-8a00-72a5-bb48-96ad9cbaf8d1', 'new', 'QQ0uHvhKooQYRa1w3LLYL1pBTv9f3lKWF4rA-EyY6FjYFpXjWoihJAIGyHFv36SLeMkkTNjD7L_UtwzP', 'nlGq5dK6is4yv_mJ-iplAg', 'aAgaLcjcR8X7fEYdvtOzeQ', '2.f7aa1b77');
insert into "keys" values ('lead', '01a2068f-8a00-72a5-bb4c-b240c0a4c5d9', 'new', 'NQGCdXHHEW4ID16ghmGd28EPw51O0qH7DdFCLua2MS47knZLRxvS0mAKro2nGXK-AGrKUsI8X9XWhI0A', 'a0Nl3RWqTKOvVOI6D6y1Gg', 'BkvJ38dCYfwrZANEl105pg', '2.f7aa1b77');
insert into "keys" values ('lead', '01a2068f-8a00-72a5-bb58-f55a41ec5cc6', 'new', 'V3FICtiqwyIotBLMxipmvt2NELn7i9L3KYX76n25ogWsLVZH-1QHUzFGuFEGE8i0cEHb19rix5FpE-eC', 'W_dI7CnKLc-AJDJXhlqwHQ', 't16skERdUb93DvtJP8IuYQ', '2.f7aa1b77');
insert into "keys" values ('lead', '01a2068f-8a00-72a5-bb44-6825a7b9ec3d', 'new', 'WF6lZUIueevryw0zqym1Y9usus_Ss47S3nH-0C6MRtxfaOKslZDN3dQCQeESL4Id8hE5ze0ODmxC6HIj', '_WGbDcJ7WTXBvOdK9XN9-Q', 'zyPC9OFq7oBqTFXJ8R4jkA', '2.f7aa1b77');
insert into "keys" values ('request', '01a206c6-7880-74b0-a608-3556dcc4c21c', 'new', '575qJaqaO0UpNoVmu_EVg5rev5bHCnBjMafiAc32njWAPCbCO71MG3xGJaUIBLjinmIFYDcl6oqBR4tG', null, null, null);
insert into "keys" values ('request', '01a206c6-7880-74b0-a60e-922c3d996615', 'new', 'h_W6Q8TSLSq9uz_xRNPvMctu6eWSvOqF8f9umrEP513IFU5FwgIM4Wvkx4u_-oOH7jdt51tTG_5JMrRi', null, null, null);
insert into "keys" values ('request', '01a206c6-7880-74b0-a613-3aba948c24e8', 'new', 'w5mmvfAy00vptUlyDlmvInZQNnEL423Sc0XUAlKErCDAIa3Zi35sWCT2ZyBfPRL-NL3mCxlCDQp07bDR', null, null, null);
insert into "keys" values ('request', '01a206c6-7880-74b0-a616-88936ced1215', 'new', 'vYhrM2cbegijs2YSh1PzilttCIoIYO-HvGAVj02uNuTocCw2U_OS9lgbN8Lg8gPa4e4WxbrBzOyVdd-E', null, null, null);
insert into "keys" values ('incident', '01a206c6-7880-74b0-a619-902581bc42cb', 'new', '_n_BIf3rc7UWHajr4I6oUblqZBVlMsGerkEyxMylZhzgsR0RxzyEHynmgKLJRKd0RVfMRjeKeSxwbCaY', null, null, null);
insert into "keys" values ('lead', '01a206fd-6ed0-741d-94bb-0aa0e1df8bcb', 'new', 'mUpLsN9DA-NQkzAXq33IUhWd8CKfBabtZoj7pMlSaA9Ps6RVX3HxUAqFzYvP3l4LNJ0_9tRGPohBiftc', 'HW8i2ane3hRrEGX2_u7Eug', 'aPwNLR1eqt1hhN__tVZE_w', '2.f7aa1b77');
insert into "lead_days" values ('Asia/Shanghai', '2026-11-23', 'mini-ai-experience', 7);
insert into "lead_outcomes" values ('Asia/Shanghai', '2026-11-23', '', '{"received":2,"statuses":{"new":1,"contacted":0,"qualified":0,"closed":1},"reached":{"contacted":1,"qualified":1,"closed":1},"reasons":{"won":1},"waits":{"95":[1,3600000]},"slowest":{"ms":3600000,"lead_id":"01a2068f-8a00-72a5-bb48-96ad9cbaf8d1"}}');
insert into "lead_outcomes" values ('Asia/Shanghai', '2026-11-23', '王芳', '{"received":1,"statuses":{"new":0,"contacted":1,"qualified":0,"closed":0},"reached":{"contacted":1,"qualified":0,"closed":0},"reasons":{},"waits":{"95":[1,3600000]},"slowest":{"ms":3600000,"lead_id":"01a2068f-8a00-72a5-bb44-6825a7b9ec3d"}}');
insert into "leads" values ('01a2068f-8a00-72a5-bb40-d28805295af5', 'mini-ai-experience', 'new', null, null, null, null, '1.pE-brnD65H8igNeG8PgtRoTlvBVTH_xmKjH5DM5SH8cS61K5UNAnmrcqkn7ZdJhWGI48EXZ1jgrrSLf4X1HX2dXguCjj920vZyeQP2DQmrapDyUOrrU9p4Rjh7kOVs6WQjApvELSXfBpnMAiNeARA0KreLY1BF3w3qtJHNR62LuxDC8xPQPwyTd4iex8Ni-dObQJ2dTYmNJmvyrq', null, '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, 'j0wbaqA3gort9N828GbJhQ', '2026-11-23T04:00:00.000Z', '2026-11-23T04:00:00.000Z', null, null, null, null, null, null, null, 11, 11);
insert into "leads" values ('01a2068f-8a00-72a5-bb44-6825a7b9ec3d', 'mini-ai-experience', 'contacted', '2026-11-23T05:00:00.000Z', null, '王芳', '2026-11-25', '1.eFaMUsZ5jRf_swBb82LFxFI6EjjhJdP8xxTgsPeuizI7l0qIYkmTow_CX6titEN3ICVtpn-mFYBM1lZdTa7CUSqWsBQ_FhvOLKyr-dX4nqXWeVmbpymGYTNgyedPw2ATlYk5g5nWZBONh7tkSFnwP8Sc1GYejESm8t5U6-DutbOvIZGxp7PxuZE45uk4CPceioyYBXFSPc2GBQOV', '1.9_CoIUROr9IkHr3is_4C46JDcGL36MDhxIYOPjC-KGNbEzB7YDFrw6YY_8LMzr51w5wZ-Tw2g_Occ5y0lu0fgJ9a8-bGvY1ndveHdCnKUzuxQQ8lUjeMT93W5As', '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, '_mzAGbF-IkxgMAiDwwQt9w', '2026-11-23T04:00:00.000Z', '2026-11-23T05:00:00.000Z', null, null, null, null, '2026-11-23T05:00:00.000Z', null, null, 12, 19);
insert into "leads" values ('01a2068f-8a00-72a5-bb48-96ad9cbaf8d1', 'mini-ai-experience', 'closed', '2026-11-23T05:00:00.000Z', 'won', null, null, '1.QLN7c-bu1UCCknhNCe-fiat7fn9QasB1fCSHoOkRUItqv9L-DqiO1KLDw9yCqK_jFayHuEuAXD7a-Ecyq6klXnEAAD4MKIfrTSINlAHaEzFNg3lA0DptNlFkLxB0c4QGPbC_mWG_ZRyxVfJnMfeapMO9Vqt3RiOVzxqGOJtJCThUOS6Iz26pArFYn4POPTulUi87BVO44b4QLT1L', null, '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, 'NtoMVhRXbMvgYgN2dknh4g', '2026-11-23T04:00:00.000Z', '2026-11-23T05:00:00.000Z', null, null, null, null, '2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', 13, 21);
insert into "leads" values ('01a2068f-8a00-72a5-bb4c-b240c0a4c5d9', 'mini-ai-experience', 'new', null, null, null, null, '1.CHq_Yz-U7rWJqmpeeJ-U61FJbdQHnOSbkegQEKqTtkdeByqPXoVRCXIsHNEE0q0UkhEgBZKMKxMVWjXFva9QZRKA313Ynzg-oQkdQP9xsSOSAJjvoRyh3W0t6w2y1MFBj6lmOmpkVAGwHWJfRCA4s_Q07bnoXuGi8AxRIbr79_-7sPmPZTfhfdNnGwGMdYBELHwaAiV_6nAbXG1V', null, '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, 'i2htBvftnY2Ufa1xN5K_yQ', '2026-11-23T04:00:00.000Z', '2026-11-23T05:00:00.000Z', null, null, '2026-11-23T05:00:00.000Z', null, null, null, null, 14, 22);
insert into "leads" values ('01a2068f-8a00-72a5-bb50-7af2571a4441', 'mini-ai-experience', 'new', null, null, null, null, null, null, '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, 'I4iNmDJBzGBru2dTkAelCg', '2026-11-23T04:00:00.000Z', '2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', null, null, null, null, null, null, 15, 23);
insert into "leads" values ('01a2068f-8a00-72a5-bb54-fa2d05cc79a5', 'mini-ai-experience', 'new', null, null, null, null, null, null, '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, 'j3Rvf8a_17UN5aleT-5ACQ', '2026-11-23T04:00:00.000Z', '2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', null, null, null, null, null, 16, 24);
insert into "leads" values ('01a2068f-8a00-72a5-bb58-f55a41ec5cc6', 'mini-ai-experience', 'new', null, null, null, null, '1.pHu5CSUXLJ1d244g_85yrZ4WXLFjtA5PKgZCzYCj1S28bSTAh6Y1MNVBh_EaGNZ7SHFMtNppofpfc3btyEskxueqgZUYebMBrIFuTSvFYE-V26gleEj9i1X4GCNSq3ThAwb52c5LER1R9k85sBxYoi-E49LqySmr5SlsttJgznpV0_jWd7ZLW0gzilu_jYX9ioolAT__XF0CPA0-uv2tV-xSlBEcn4HquHbdhUER7wsCafD9J2Dyh64IqOE1i5yrutLMzaxv9JzDek6WtUnq5ht1z0B0RIsWjbYEDg', null, '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, 'ROB6F5P9-BzUivDgGVm9xA', '2026-11-23T04:00:00.000Z', '2026-11-23T05:00:00.000Z', null, null, '2026-11-23T05:00:00.000Z', null, null, null, null, 17, 27);
insert into "leads" values ('01a206fd-6ed0-741d-94b7-bf14efc073db', 'self-check', 'new', null, null, null, null, null, null, '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, 'wPlTR-SEWhu4-ksUCYBV-w', '2026-11-23T06:00:02.000Z', '2026-11-23T06:00:02.000Z', '2026-11-23T06:00:02.000Z', '2026-11-23T06:00:02.000Z', null, null, null, null, null, 37, 39);
insert into "leads" values ('01a206fd-6ed0-741d-94bb-0aa0e1df8bcb', 'ecological-cooperation', 'new', null, null, '王芳', null, '1.i9Y4chI1m7Ca7tuoQJ3kLndVDOkag6r9lXGxEvEZyNkyAr8Nalb_fHXLp3Xrb2nVUm413_TBrEK_N4GeYT6g7h4WBE7FPbz3QYyIFQTW8yxmKnKV4_MLZJdC8m8-8cjXpp5OJePj0m3KpW9EhshCiBSbsnopoZj26omBKpd6cqVNembVi8Xi7ZfoR2gu6DWAlISA5mnZuooFuCHw', null, '2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', 'zh-CN', null, 'Par_t3jdUlnSDC5ucIffIg', '2026-11-23T06:00:02.000Z', '2026-11-23T06:00:02.000Z', null, null, null, null, null, null, null, 41, 41);
insert into "once" values ('oWlUcw8_QMAw1Y4p-vMlzA', 'k9NzGOwAdeYk8Oaq3yAA1A', '01a2068f-8a00-72a5-bb40-d28805295af5', null, '2026-11-24T04:00:00.000Z');
insert into "once" values ('L3aAaBjXFVJr63APIX8IXQ', 'mvIPUXOSU2RTB996pduMYg', '01a2068f-8a00-72a5-bb44-6825a7b9ec3d', null, '2026-11-24T04:00:00.000Z');
insert into "once" values ('bYQV7MUyxHIbFae047QY3Q', 'l5vCi1yBDAVtxHv0ESRsjw', '01a2068f-8a00-72a5-bb48-96ad9cbaf8d1', null, '2026-11-24T04:00:00.000Z');
insert into "once" values ('-i_iVadnuBVBjPDYgyxYjQ', '1UqLeZtfKTi8mf-YlPMzTg', '01a2068f-8a00-72a5-bb4c-b240c0a4c5d9', null, '2026-11-24T04:00:00.000Z');
insert into "once" values ('Ww5_l_JGlar1laoIqVcrTg', 'VBhuIIjA2Z15yAxPbPvO5g', '01a2068f-8a00-72a5-bb58-f55a41ec5cc6', null, '2026-11-24T04:00:00.000Z');
insert into "once" values ('wYAwpANp35TG0CsLCXse5Q', null, null, null, '2026-11-24T04:00:00.000Z');
insert into "once" values ('5d9WwhjohgxPgsD4p6a9xg', null, null, null, '2026-11-24T04:00:00.000Z');
insert into "policies" values ('2026-01', '2026-11-23T04:00:00.000Z', '2026-01-01T00:00:00.000Z', 'significant');
insert into "policies" values ('2026-02', '2026-11-23T06:00:02.000Z', '2026-12-01T00:00:00.000Z', 'minor');
insert into "policy_documents" values ('2026-01', 'zh-CN', '<!doctype html><html lang="zh-CN"><title>2026-01</title><p>小视 zh-CN 2026-01', '9f167967f5e264ba73b65042c70c8af4554adfec238949b2fda01f26e910fbc2', '[{"id":"necessary","name":"necessary zh-CN","description":"necessary …","required":true,"cookies":[{"name":"necessary_cookie","provider":"Example","lifetime":"1 day","purpose":"necessary …"}]},{"id":"functional","name":"functional zh-CN","description":"functional …","required":false,"cookies":[{"name":"functional_cookie","provider":"Example","lifetime":"1 day","purpose":"functional …"}]},{"id":"analytics","name":"analytics zh-CN","description":"analytics …","required":false,"cookies":[{"name":"analytics_cookie","provider":"Example","lifetime":"1 day","purpose":"analytics …"}]},{"id":"marketing","name":"marketing zh-CN","description":"marketing …","required":false,"cookies":[{"name":"marketing_cookie","provider":"Example","lifetime":"1 day","purpose":"marketing …"}]}]', 'What 2026-01 changes (zh-CN)');
insert into "policy_documents" values ('2026-01', 'en', '<!doctype html><html lang="en"><title>2026-01</title><p>小视 en 2026-01', 'd12516e17c2c16e5d83944685044ab7bf067a5a993e12b8a01084189cd2c8fcd', '[{"id":"necessary","name":"necessary en","description":"necessary …","required":true,"cookies":[{"name":"necessary_cookie","provider":"Example","lifetime":"1 day","purpose":"necessary …"}]},{"id":"functional","name":"functional en","description":"functional …","required":false,"cookies":[{"name":"functional_cookie","provider":"Example","lifetime":"1 day","purpose":"functional …"}]},{"id":"analytics","name":"analytics en","description":"analytics …","required":false,"cookies":[{"name":"analytics_cookie","provider":"Example","lifetime":"1 day","purpose":"analytics …"}]},{"id":"marketing","name":"marketing en","description":"marketing …","required":false,"cookies":[{"name":"marketing_cookie","provider":"Example","lifetime":"1 day","purpose":"marketing …"}]}]', 'What 2026-01 changes (en)');
insert into "policy_documents" values ('2026-02', 'zh-CN', '<!doctype html><html lang="zh-CN"><title>2026-02</title><p>小视 zh-CN 2026-02', '62e009a218301a24bfe8819b2b65067df8ae88309f2a14d785ae8a1e7ffa1f13', '[{"id":"necessary","name":"necessary zh-CN","description":"necessary …","required":true,"cookies":[{"name":"necessary_cookie","provider":"Example","lifetime":"1 day","purpose":"necessary …"}]},{"id":"functional","name":"functional zh-CN","description":"functional …","required":false,"cookies":[{"name":"functional_cookie","provider":"Example","lifetime":"1 day","purpose":"functional …"}]},{"id":"analytics","name":"analytics zh-CN","description":"analytics …","required":false,"cookies":[{"name":"analytics_cookie","provider":"Example","lifetime":"1 day","purpose":"analytics …"}]},{"id":"marketing","name":"marketing zh-CN","description":"marketing …","required":false,"cookies":[{"name":"marketing_cookie","provider":"Example","lifetime":"1 day","purpose":"marketing …"}]}]', 'What 2026-02 changes (zh-CN)');
insert into "policy_documents" values ('2026-02', 'en', '<!doctype html><html lang="en"><title>2026-02</title><p>小视 en 2026-02', '665020465500203c8d83387cfd6fde94d549258e17652e426bceac14a297d1f6', '[{"id":"necessary","name":"necessary en","description":"necessary …","required":true,"cookies":[{"name":"necessary_cookie","provider":"Example","lifetime":"1 day","purpose":"necessary …"}]},{"id":"functional","name":"functional en","description":"functional …","required":false,"cookies":[{"name":"functional_cookie","provider":"Example","lifetime":"1 day","purpose":"functional …"}]},{"id":"analytics","name":"analytics en","description":"analytics …","required":false,"cookies":[{"name":"analytics_cookie","provider":"Example","lifetime":"1 day","purpose":"analytics …"}]},{"id":"marketing","name":"marketing en","description":"marketing …","required":false,"cookies":[{"name":"marketing_cookie","provider":"Example","lifetime":"1 day","purpose":"marketing …"}]}]', 'What 2026-02 changes (en)');
insert into "policy_forms" values ('2026-01', 'mini-ai-experience', 'zh-CN', 'I agree to the [policy 2026-01] for mini-ai-experience (zh-CN)', 'cc16f44e331193fe1fa4e36a1eb93f91c73d775d61d218e41c18d678dfb9b323', 24);
insert into "policy_forms" values ('2026-01', 'ecological-cooperation', 'zh-CN', 'I agree to the [policy 2026-01] for ecological-cooperation (zh-CN)', 'aec4dd6362836b2aa39b11590aaa5b6ea1e7b0133e27f26e360e44f74b757ad9', 24);
insert into "policy_forms" values ('2026-01', 'mini-ai-experience', 'en', 'I agree to the [policy 2026-01] for mini-ai-experience (en)', '7585e4c8f542bf1e4085a3b35dc3a17685c645f903010549a91625f344097b14', 24);
insert into "policy_forms" values ('2026-01', 'ecological-cooperation', 'en', 'I agree to the [policy 2026-01] for ecological-cooperation (en)', '06541d5f536213c78f12f031d5bb72800308a138c2323fecff0493ead1626e8c', 24);
insert into "policy_forms" values ('2026-02', 'mini-ai-experience', 'zh-CN', 'I agree to the [policy 2026-02] for mini-ai-experience (zh-CN)', '4295a13831ce136235ca9a379fe1eb7b453169d0ec92fabd212871e57c39ba8f', 24);
insert into "policy_forms" values ('2026-02', 'ecological-cooperation', 'zh-CN', 'I agree to the [policy 2026-02] for ecological-cooperation (zh-CN)', 'd3be2e0452d9c683e8aa4faf407ae086eaa920752dee4e13dfd76361afa51117', 24);
insert into "policy_forms" values ('2026-02', 'mini-ai-experience', 'en', 'I agree to the [policy 2026-02] for mini-ai-experience (en)', '8238f196e85edd2193ac777074d1b7026bd12226c3816eebb7ac4edf2d14910f', 24);
insert into "policy_forms" values ('2026-02', 'ecological-cooperation', 'en', 'I agree to the [policy 2026-02] for ecological-cooperation (en)', '5377daaa4a3774bf43db98c93842cbd36eaf2f7e0926c775c1ee1deff1c91e84', 24);
insert into "promise_checks" values ('C1', 'kept', '2026-11-23T06:00:02.000Z', 'four_values', '{"leads":6,"columns":273}');
insert into "promise_checks" values ('C2', 'kept', '2026-11-23T06:00:02.000Z', 'four_values', '{"leads":1,"columns":273}');
insert into "promise_checks" values ('C3', 'kept', '2026-11-23T06:00:02.000Z', 'columns_declared', '{"tables":38,"columns":273}');
insert into "promise_checks" values ('C4', 'kept', '2026-11-23T06:00:02.000Z', 'consent_whole', '{"leads":5,"documents":2,"after":""}');
insert into "promise_checks" values ('C5', 'kept', '2026-11-23T06:00:02.000Z', 'withdrawals', '{"withdrawals":1,"tried_at":"2026-11-23T06:00:02.000Z"}');
insert into "promise_checks" values ('C6', 'kept', '2026-11-23T06:00:02.000Z', 'refusals_hold', '{"choices":2,"refused":1}');
insert into "promise_checks" values ('K1', 'unproven', '2026-11-23T06:00:02.000Z', 'styles_unread', '{}');
insert into "promise_checks" values ('K2', 'kept', '2026-11-23T06:00:02.000Z', 'refusals_heeded', '{"refused":1,"withdrawn":0}');
insert into "promise_checks" values ('K3', 'kept', '2026-11-23T06:00:02.000Z', 'choices_shown', '{"choices":2,"refused":1}');
insert into "promise_checks" values ('S1', 'kept', '2026-11-23T06:00:02.000Z', 'host_names_listed', '{"hosts":0,"deliveries":7,"leads":6}');
insert into "promise_checks" values ('P1', 'kept', '2026-11-23T06:00:02.000Z', 'encrypted', '{"seconds":"31536000"}');
insert into "promise_checks" values ('P2', 'kept', '2026-11-23T06:00:02.000Z', 'sealed_rows', '{"leads":6,"rows":109,"megabytes":0,"position":0}');
insert into "promise_checks" values ('P3', 'kept', '2026-11-23T06:00:02.000Z', 'reads_recorded', '{"reads":1,"readers":1}');
insert into "promise_checks" values ('P5', 'unproven', '2026-11-23T06:00:02.000Z', 'backup_elsewhere', '{}');
insert into "promise_checks" values ('P6', 'broken', '2026-11-23T06:00:02.000Z', 'region_impossible', '{"region":"CN"}');
insert into "promise_checks" values ('P8', 'kept', '2026-11-23T06:00:02.000Z', 'leads_in_time', '{"leads":5,"last":"2026-11-23T06:00:02.000Z"}');
insert into "promise_checks" values ('P10', 'unproven', '2026-11-23T06:00:02.000Z', 'log_elsewhere', '{}');
insert into "promise_checks" values ('R1', 'kept', '2026-11-23T06:00:02.000Z', 'requests_none', '{"open":1}');
insert into "promise_checks" values ('R2', 'kept', '2026-11-23T06:00:02.000Z', 'requests_answered', '{"open":0,"answered":1,"days":0}');
insert into "promise_checks" values ('R3', 'kept', '2026-11-23T06:00:02.000Z', 'requests_none', '{"open":0}');
insert into "promise_checks" values ('R4', 'kept', '2026-11-23T06:00:02.000Z', 'requests_answered', '{"open":1,"answered":1,"days":0}');
insert into "promise_checks" values ('R5', 'kept', '2026-11-23T06:00:02.000Z', 'requests_none', '{"open":0}');
insert into "promise_checks" values ('V1', 'kept', '2026-11-23T06:00:02.000Z', 'documents_whole', '{"versions":1,"documents":2}');
insert into "promise_checks" values ('V2', 'kept', '2026-11-23T06:00:02.000Z', 'changes_none', '{"versions":1,"significant":0}');
insert into "promise_checks" values ('M1', 'kept', '2026-11-23T06:00:02.000Z', 'children_none', '{"leads":5}');
insert into "promise_checks" values ('A1', 'kept', '2026-11-23T06:00:02.000Z', 'trail_sound', '{"from_seq":1,"to_seq":39,"seals":1}');
insert into "public_keys" values ('checkpoint', '-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAkCyQWoWTxZUWbO9Q0IqvonAscu1xzYTsBI/gUjthFMA=
-----END PUBLIC KEY-----
', '2026-11-23T06:00:02.000Z', null);
insert into "public_keys" values ('backup', '-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAbbJHPFatSHCls3F9yQ7KeNqpG06N0w2HKZghxpv+O0s=
-----END PUBLIC KEY-----
', '2026-11-23T06:00:02.000Z', null);
insert into "restrictions" values ('01a206c6-7880-74b0-a60c-bef648117a17', '01a2068f-8a00-72a5-bb58-f55a41ec5cc6', '01a206c6-7880-74b0-a608-3556dcc4c21c', '2026-11-23T05:00:00.000Z', null, null);
insert into "subject_requests" values ('01a206c6-7880-74b0-a608-3556dcc4c21c', 'restriction', 'phone', 'zh-CN', 'fulfilled', '1.olwOW4vjylgXGokM96OJ0YwdoQl6NMqpAjuFYRi7Jj2Vhs_Pb-6nbJTvudYElrFGpeiARjYbN_rcOIC6RrMSrdUL5tS_HaLpK3YEhr4wEgbvqJm_7FFtdBbZR4s', 'BBg2OoXekAKTwmffOl9gPQ', '2026-11-23T05:00:00.000Z', '2026-12-14', 0, null, 'by_staff', '2026-11-23T05:00:00.000Z', 'callback', null, '["01a2068f-8a00-72a5-bb58-f55a41ec5cc6"]', null, null, '2026-11-23T05:00:00.000Z', null, null, null, null, 28);
insert into "subject_requests" values ('01a206c6-7880-74b0-a60e-922c3d996615', 'copy', 'phone', 'zh-CN', 'fulfilled', '1.lVlMZuk9_M7wyR7xRFlHAH6xSvZOoqSRCSSz_rEu-G3bhq2IUmO6eg9AVshzbtCqRpqVd1j-rwtyozfuHmFV6QVtOkztTPZTHUy0CyHQ5NPOYvAT1Ckp-tAaGx0', 'MTBmXUoLinrwn8OMBjCaOA', '2026-11-23T05:00:00.000Z', '2026-12-14', 0, null, 'by_staff', '2026-11-23T05:00:00.000Z', 'callback', null, '["01a2068f-8a00-72a5-bb40-d28805295af5"]', null, null, '2026-11-23T05:00:00.000Z', 'Y2VLO2OnbZ46eTeMUQ-9Kg', '2026-11-30T05:00:00.000Z', null, null, 31);
insert into "subject_requests" values ('01a206c6-7880-74b0-a613-3aba948c24e8', 'erasure', 'phone', 'zh-CN', 'received', '1.om1H_m_H8xiFx0OReB2TArHws0gchbohRPJz2LWuOlR6M8RtvUS_gjhy7edDa2nhu5huUL5LufSMBJdAcxzZJOiZGssJyiUL8CtMq-aPramd6qR_Or3dGfvSJ7E', 'cZL59xzjqRAV9knZMQZZFQ', '2026-11-23T05:00:00.000Z', '2026-12-14', 0, null, 'by_staff', null, null, null, '["01a2068f-8a00-72a5-bb44-6825a7b9ec3d"]', null, null, null, null, null, null, null, 32);
insert into "subject_requests" values ('01a206c6-7880-74b0-a616-88936ced1215', 'access', 'web', 'zh-CN', 'received', '1.AfrKm5Ag_jzM4IK9JpYeJXGAuxk8A4dwF-ha6azXSmRafLvORMMcHoNpAniCBjCuIHqFvExY54OdJ3XWNTfgdVEq6Kco-qsbBab1wtV7hRImZc1HR_2rU4ZTUX0', 'YbmHlV-qun71VA7NnLuoPA', '2026-11-23T05:00:00.000Z', '2026-12-14', 0, null, 'by_staff', null, null, null, null, null, null, null, null, null, null, null, 33);
insert into "tallies" values ('consents', 'Asia/Shanghai', '01a206c6-7c68-74f1-8651-b0e2b4cc16cf');
insert into "tallies" values ('leads', 'Asia/Shanghai', '36');
insert into "tallies" values ('outcomes', 'Asia/Shanghai', '27');
insert into "tokens" values ('cqJdbuiqVgSY', 'auditor', 'auditor', '2897bed4cfcea7f5a14b9e2c6dce9af022f5d3bdd2134e55fd551922e3173995', '2026-11-23T04:00:00.000Z', '2027-02-21T04:00:00.000Z', null, null);
insert into "tokens" values ('H6PdrbdycKzb', 'admin', 'admin', '81c7ec9dc375a9467cd4a270e250e2661bdfcfc2db279b39403d5be0c32f005d', '2026-11-23T04:00:00.000Z', '2027-02-21T04:00:00.000Z', null, '2026-11-23T04:00:00.000Z');
insert into "tokens" values ('VyW25Ft9B39R', 'gone', 'viewer', 'ccbbaae30aa738493709ff5cdba3a0bf26374bdc91ce51056d0ad633dbc7df79', '2026-11-23T04:00:00.000Z', '2026-12-02T04:00:00.000Z', '2026-11-23T04:00:00.000Z', null);
insert into "tokens" values ('VMXkdLkrXeEw', 'privacy_officer', 'privacy_officer', 'cb83eb532eb77e78c305684fb83439d8abc13fadab423b1d5fc2102eb51ae021', '2026-11-23T04:00:00.000Z', '2027-02-21T04:00:00.000Z', null, '2026-11-23T05:00:00.000Z');
insert into "tokens" values ('XeWkrarHeD7Z', 'sales', 'sales', 'c79b136e8f7fc3d05bf256efa473b03df835119c64e69a2870d8809aec2b0c77', '2026-11-23T04:00:00.000Z', '2027-02-21T04:00:00.000Z', null, '2026-11-23T05:00:02.000Z');
insert into "migrations" values ('0001_tables.sql', '2026-11-29 09:20:49.067203+00');
insert into "migrations" values ('0002_guards.sql', '2026-11-29 09:20:49.196046+00');
commit;
