-- Indexes of lists with what else the lists are narrowed down by, so that counting leads reads an index alone and no lead.
-- Each takes the place of one with the same columns first, and so a lead writes as many rows as before. Because SQLite
-- reads no lead only where the index has every column that is asked about, `erased_at` stands there too.
create index leads_by_status_form on leads (status, id, form, restricted_at, erased_at) where erased_at is null;
create index leads_by_assignee_form on leads (assigned_to, id, form, restricted_at, erased_at) where assigned_to is not null and erased_at is null;
create index leads_by_assignee_status_form on leads (assigned_to, status, id, form, restricted_at, erased_at) where assigned_to is not null and erased_at is null;
create index leads_by_follow_up_form on leads (follow_up_on, id, form, status, restricted_at, erased_at) where follow_up_on is not null and status <> 'closed' and erased_at is null;
create index leads_by_assignee_follow_up_form on leads (assigned_to, follow_up_on, id, form, status, restricted_at, erased_at) where assigned_to is not null and follow_up_on is not null and status <> 'closed' and erased_at is null;
drop index leads_by_status;
drop index leads_by_assignee;
drop index leads_by_assignee_status;
drop index leads_by_follow_up;
drop index leads_by_assignee_follow_up;
