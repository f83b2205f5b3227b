-- What is written here stays as written: UPDATE, DELETE and TRUNCATE are refused by the database itself.
create function forbid_change() returns trigger language plpgsql as $$
begin raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation'; end $$;

create trigger lead_consents_append_only before update or delete on lead_consents for each row execute function forbid_change();
create trigger lead_consents_no_truncate before truncate on lead_consents for each statement execute function forbid_change();
create trigger policies_append_only before update or delete on policies for each row execute function forbid_change();
create trigger policies_no_truncate before truncate on policies for each statement execute function forbid_change();
create trigger policy_documents_append_only before update or delete on policy_documents for each row execute function forbid_change();
create trigger policy_documents_no_truncate before truncate on policy_documents for each statement execute function forbid_change();
create trigger audit_events_append_only before update or delete on audit_events for each row execute function forbid_change();
create trigger audit_events_no_truncate before truncate on audit_events for each statement execute function forbid_change();
create trigger audit_subjects_append_only before update or delete on audit_subjects for each row execute function forbid_change();
create trigger audit_subjects_no_truncate before truncate on audit_subjects for each statement execute function forbid_change();
create trigger audit_seals_append_only before update or delete on audit_seals for each row execute function forbid_change();
create trigger audit_seals_no_truncate before truncate on audit_seals for each statement execute function forbid_change();
create trigger consents_append_only before update on consents for each row execute function forbid_change();
create trigger consents_no_truncate before truncate on consents for each statement execute function forbid_change();

-- The count of acts never falls, or the feed would tell a puller the same number twice.
create trigger changes_only_forward before update on changes for each row when (new.seq < old.seq or new.id <> old.id) execute function forbid_change();
create trigger changes_no_delete before delete on changes for each row execute function forbid_change();
create trigger changes_no_truncate before truncate on changes for each statement execute function forbid_change();
