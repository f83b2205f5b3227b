-- Rows that must not change: the database itself refuses UPDATE, DELETE and INSERT OR REPLACE.
-- Because REPLACE goes round UPDATE and DELETE triggers, by the key, by every unique index and, in a table that has
-- one, by the rowid, triggers before INSERT refuse it.

-- The consent given with a lead never changes, and the row stays for good, erased or not.
create trigger leads_no_other_consent before update on leads when new.id <> old.id or new.form <> old.form or new.policy_version <> old.policy_version or new.policy_sha256 <> old.policy_sha256 or new.locale <> old.locale or new.receipt_hash <> old.receipt_hash or new.received_at <> old.received_at or new.created_seq <> old.created_seq or (old.withdrawn_at is not null and new.withdrawn_at is not old.withdrawn_at) or (old.erased_at is not null and new.erased_at is not old.erased_at) begin select raise(abort, 'the consent given with a lead is append-only'); end;
create trigger leads_no_delete before delete on leads begin select raise(abort, 'leads keep their tombstones'); end;
create trigger leads_no_replace before insert on leads when exists (select 1 from leads where id = new.id) begin select raise(abort, 'UNIQUE constraint failed: leads.id'); end;

-- Of a hold nothing changes but its end, and that once.
create trigger holds_only_end before update on holds when new.id <> old.id or new.lead_id <> old.lead_id or new.ground <> old.ground or new.reference <> old.reference or new.review_on <> old.review_on or new.placed_at <> old.placed_at or (old.released_at is not null and (new.released_at is not old.released_at or new.reason is not old.reason)) begin select raise(abort, 'holds is append-only'); end;
create trigger holds_no_delete before delete on holds begin select raise(abort, 'holds is append-only'); end;
create trigger holds_no_replace before insert on holds when exists (select 1 from holds where id = new.id) begin select raise(abort, 'UNIQUE constraint failed: holds.id'); end;

-- Of an incident nothing changes but its notice, and that once; of whom it affects, that she was told.
create trigger incidents_only_notice before update on incidents when new.id <> old.id or new.from_at <> old.from_at or new.to_at <> old.to_at or new.scope <> old.scope or new.scope_id is not old.scope_id or new.sealed <> old.sealed or new.recorded_at <> old.recorded_at or (old.noticed_at is not null and (new.noticed_at is not old.noticed_at or new.until is not old.until or new.contact is not old.contact)) begin select raise(abort, 'incidents is append-only'); end;
create trigger incidents_no_delete before delete on incidents begin select raise(abort, 'incidents is append-only'); end;
create trigger incidents_no_replace before insert on incidents when exists (select 1 from incidents where id = new.id) begin select raise(abort, 'UNIQUE constraint failed: incidents.id'); end;
create trigger incident_texts_no_update before update on incident_texts begin select raise(abort, 'incident_texts is append-only'); end;
create trigger incident_texts_no_delete before delete on incident_texts begin select raise(abort, 'incident_texts is append-only'); end;
create trigger incident_texts_no_replace before insert on incident_texts when exists (select 1 from incident_texts where incident_id = new.incident_id and locale = new.locale) begin select raise(abort, 'UNIQUE constraint failed: incident_texts.incident_id'); end;
create trigger incident_leads_only_told before update on incident_leads when new.incident_id <> old.incident_id or new.lead_id <> old.lead_id or old.told_at is not null begin select raise(abort, 'incident_leads is append-only'); end;
create trigger incident_leads_no_delete before delete on incident_leads begin select raise(abort, 'incident_leads is append-only'); end;
create trigger incident_leads_no_replace before insert on incident_leads when exists (select 1 from incident_leads where incident_id = new.incident_id and lead_id = new.lead_id) begin select raise(abort, 'UNIQUE constraint failed: incident_leads.incident_id'); end;

create trigger policies_no_update before update on policies begin select raise(abort, 'policies is append-only'); end;
create trigger policies_no_delete before delete on policies begin select raise(abort, 'policies is append-only'); end;
create trigger policies_no_replace before insert on policies when exists (select 1 from policies where version = new.version) begin select raise(abort, 'UNIQUE constraint failed: policies.version'); end;

create trigger policy_documents_no_update before update on policy_documents begin select raise(abort, 'policy_documents is append-only'); end;
create trigger policy_documents_no_delete before delete on policy_documents begin select raise(abort, 'policy_documents is append-only'); end;
create trigger policy_documents_no_replace before insert on policy_documents when exists (select 1 from policy_documents where (version = new.version and locale = new.locale) or rowid = new.rowid) begin select raise(abort, 'UNIQUE constraint failed: policy_documents.version'); end;

create trigger policy_forms_no_update before update on policy_forms begin select raise(abort, 'policy_forms is append-only'); end;
create trigger policy_forms_no_delete before delete on policy_forms begin select raise(abort, 'policy_forms is append-only'); end;
create trigger policy_forms_no_replace before insert on policy_forms when exists (select 1 from policy_forms where version = new.version and form = new.form and locale = new.locale) begin select raise(abort, 'UNIQUE constraint failed: policy_forms.version'); end;

create trigger consents_no_update before update on consents begin select raise(abort, 'consents is append-only'); end;
create trigger consents_no_replace before insert on consents when exists (select 1 from consents where id = new.id) or exists (select 1 from consents where once_key = new.once_key and once_key is not null) begin select raise(abort, 'UNIQUE constraint failed: consents.id'); end;

-- An event may be deleted only up to `audit_retention.upto`, the end of a sealed range.
create trigger audit_events_no_update before update on audit_events begin select raise(abort, 'audit_events is append-only'); end;
create trigger audit_events_no_delete before delete on audit_events when old.seq > (select upto from audit_retention) begin select raise(abort, 'audit_events is append-only'); end;
create trigger audit_events_no_replace before insert on audit_events when exists (select 1 from audit_events where seq = new.seq) begin select raise(abort, 'UNIQUE constraint failed: audit_events.seq'); end;

create trigger audit_subjects_no_update before update on audit_subjects begin select raise(abort, 'audit_subjects is append-only'); end;
create trigger audit_subjects_no_delete before delete on audit_subjects when old.seq > (select upto from audit_retention) begin select raise(abort, 'audit_subjects is append-only'); end;
create trigger audit_subjects_no_replace before insert on audit_subjects when exists (select 1 from audit_subjects where seq = new.seq and lead_id = new.lead_id) begin select raise(abort, 'UNIQUE constraint failed: audit_subjects.seq'); end;

create trigger audit_seals_no_update before update on audit_seals begin select raise(abort, 'audit_seals is append-only'); end;
create trigger audit_seals_no_delete before delete on audit_seals begin select raise(abort, 'audit_seals is append-only'); end;
create trigger audit_seals_no_replace before insert on audit_seals when exists (select 1 from audit_seals where from_seq = new.from_seq or to_seq = new.to_seq) begin select raise(abort, 'UNIQUE constraint failed: audit_seals.from_seq'); end;
create trigger audit_seals_no_fork before insert on audit_seals when exists (select 1 from audit_seals where prev = new.prev) begin select raise(abort, 'UNIQUE constraint failed: audit_seals.prev'); end;

create trigger audit_retention_only_forward before update on audit_retention when new.id <> old.id or new.upto < old.upto or not exists (select 1 from audit_seals where to_seq = new.upto) begin select raise(abort, 'audit_retention moves forward, to the end of a sealed range'); end;
create trigger audit_retention_no_delete before delete on audit_retention begin select raise(abort, 'audit_retention moves forward, to the end of a sealed range'); end;
create trigger audit_retention_no_replace before insert on audit_retention when exists (select 1 from audit_retention) begin select raise(abort, 'UNIQUE constraint failed: audit_retention.id'); end;

-- The number of acts never falls, because the feed would then give a puller the same number twice.
create trigger changes_only_forward before update on changes when new.seq < old.seq or new.id <> old.id begin select raise(abort, 'changes only moves forward'); end;
create trigger changes_no_delete before delete on changes begin select raise(abort, 'changes only moves forward'); end;
create trigger changes_no_replace before insert on changes when exists (select 1 from changes) begin select raise(abort, 'UNIQUE constraint failed: changes.id'); end;
