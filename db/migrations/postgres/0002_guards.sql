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
