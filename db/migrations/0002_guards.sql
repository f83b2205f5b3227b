-- What is written here stays as written: UPDATE, DELETE and INSERT OR REPLACE are refused by the database itself.
-- REPLACE goes round UPDATE and DELETE triggers, by key and by rowid, hence the guard before INSERT.

create trigger lead_consents_no_update before update on lead_consents begin select raise(abort, 'lead_consents is append-only'); end;
create trigger lead_consents_no_delete before delete on lead_consents begin select raise(abort, 'lead_consents is append-only'); end;
create trigger lead_consents_no_replace before insert on lead_consents when exists (select 1 from lead_consents where (lead_id = new.lead_id and state = new.state) or rowid = new.rowid) begin select raise(abort, 'UNIQUE constraint failed: lead_consents.lead_id'); end;

create trigger policies_no_update before update on policies begin select raise(abort, 'policies is append-only'); end;
create trigger policies_no_delete before delete on policies begin select raise(abort, 'policies is append-only'); end;
create trigger policies_no_replace before insert on policies when exists (select 1 from policies where version = new.version or rowid = new.rowid) begin select raise(abort, 'UNIQUE constraint failed: policies.version'); end;

create trigger policy_documents_no_update before update on policy_documents begin select raise(abort, 'policy_documents is append-only'); end;
create trigger policy_documents_no_delete before delete on policy_documents begin select raise(abort, 'policy_documents is append-only'); end;
create trigger policy_documents_no_replace before insert on policy_documents when exists (select 1 from policy_documents where (version = new.version and locale = new.locale) or rowid = new.rowid) begin select raise(abort, 'UNIQUE constraint failed: policy_documents.version'); end;

create trigger audit_events_no_update before update on audit_events begin select raise(abort, 'audit_events is append-only'); end;
create trigger audit_events_no_delete before delete on audit_events begin select raise(abort, 'audit_events is append-only'); end;
create trigger audit_events_no_replace before insert on audit_events when exists (select 1 from audit_events where seq = new.seq or rowid = new.rowid) begin select raise(abort, 'UNIQUE constraint failed: audit_events.seq'); end;

create trigger audit_subjects_no_update before update on audit_subjects begin select raise(abort, 'audit_subjects is append-only'); end;
create trigger audit_subjects_no_delete before delete on audit_subjects begin select raise(abort, 'audit_subjects is append-only'); end;
create trigger audit_subjects_no_replace before insert on audit_subjects when exists (select 1 from audit_subjects where (seq = new.seq and lead_id = new.lead_id) or rowid = new.rowid) begin select raise(abort, 'UNIQUE constraint failed: audit_subjects.seq'); end;

create trigger audit_seals_no_update before update on audit_seals begin select raise(abort, 'audit_seals is append-only'); end;
create trigger audit_seals_no_delete before delete on audit_seals begin select raise(abort, 'audit_seals is append-only'); end;
create trigger audit_seals_no_replace before insert on audit_seals when exists (select 1 from audit_seals where from_seq = new.from_seq or rowid = new.rowid) begin select raise(abort, 'UNIQUE constraint failed: audit_seals.from_seq'); end;
create trigger audit_seals_no_fork before insert on audit_seals when exists (select 1 from audit_seals where prev = new.prev) begin select raise(abort, 'UNIQUE constraint failed: audit_seals.prev'); end;

create trigger consents_no_update before update on consents begin select raise(abort, 'consents is append-only'); end;
create trigger consents_no_replace before insert on consents when exists (select 1 from consents where id = new.id or rowid = new.rowid) begin select raise(abort, 'UNIQUE constraint failed: consents.id'); end;

-- The count of acts never falls, or the feed would tell a puller the same number twice.
create trigger changes_only_forward before update on changes when new.seq < old.seq or new.id <> old.id begin select raise(abort, 'changes only moves forward'); end;
create trigger changes_no_delete before delete on changes begin select raise(abort, 'changes only moves forward'); end;
create trigger changes_no_replace before insert on changes when exists (select 1 from changes) begin select raise(abort, 'UNIQUE constraint failed: changes.id'); end;
