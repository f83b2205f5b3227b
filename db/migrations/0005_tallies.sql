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

create index consents_by_received on consents (received_at, id);
create index consents_by_version_received on consents (policy_version, received_at, id);
create index consents_by_locale_received on consents (locale, received_at, id);
-- Nearly all choices come from the banner: an index of those would cost each of them, and find nothing sooner.
create index consents_by_source_received on consents (source, received_at, id) where source <> 'banner';

-- Nearly all acts are leads that visitors send, which the order of numbers finds soon enough.
create index audit_events_by_action on audit_events (action, seq) where action <> 'lead.created';
create index audit_events_by_actor on audit_events (actor, seq) where actor <> 'visitor';
create index audit_events_by_recorded on audit_events (recorded_at, seq);

create table jobs (
  name text not null primary key,
  lease_until text,
  holder text,
  last_success_at text,
  result text
);
