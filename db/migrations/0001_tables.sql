create table changes (
  id integer not null primary key check (id = 1),
  seq bigint not null
);
insert into changes (id, seq) values (1, 0);

create table leads (
  id text not null primary key,
  form text not null,
  status text not null,
  assigned_to text,
  sealed text,
  policy_version text not null,
  earlier_lead_id text,
  receipt_hash text not null,
  received_at text not null,
  changed_at text not null,
  erased_at text,
  restricted_at text,
  seq bigint not null,
  check ((sealed is null) = (erased_at is not null))
);
create index leads_by_seq on leads (seq, id);
create index leads_by_form_seq on leads (form, seq, id);
create index leads_by_received on leads (received_at, id) where erased_at is null;
create index leads_by_form_received on leads (form, received_at, id) where erased_at is null;
create index leads_by_status_received on leads (status, received_at, id) where erased_at is null;
create index leads_by_assignee_received on leads (assigned_to, received_at, id) where assigned_to is not null and erased_at is null;
create unique index leads_by_receipt on leads (receipt_hash);

create table lead_keys (
  lead_id text not null primary key,
  kek_id text not null,
  wrapped text not null,
  phone_index text not null,
  email_index text not null,
  index_version text not null
);
create index lead_keys_by_phone on lead_keys (phone_index, lead_id);
create index lead_keys_by_email on lead_keys (email_index, lead_id);

create table lead_consents (
  lead_id text not null,
  state text not null,
  purpose text not null,
  policy_version text not null,
  policy_sha256 text not null,
  locale text not null,
  recorded_at text not null,
  primary key (lead_id, state)
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
  expires_at text not null
);
create index consents_by_visitor on consents (visitor_id, chosen_at, id);

create table policies (
  version text not null primary key,
  published_at text not null,
  effective_at text not null,
  change_class text not null
);
create index policies_by_effective on policies (effective_at, published_at);

create table policy_documents (
  version text not null,
  locale text not null,
  html text not null,
  sha256 text not null,
  purposes text not null,
  primary key (version, locale)
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

create table idempotency_keys (
  key text not null primary key,
  fingerprint text not null,
  subject_id text not null,
  expires_at text
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at) where expires_at is not null;
create index idempotency_keys_by_subject on idempotency_keys (subject_id);

create table audit_events (
  seq bigint not null primary key,
  recorded_at text not null,
  actor text not null,
  role text not null,
  action text not null,
  fields text,
  purpose text,
  request_id text
);

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
  sealed_at text not null
);
create unique index audit_seals_by_prev on audit_seals (prev);
