alter table leads add column contacted_at text;
alter table leads add column qualified_at text;
alter table leads add column closed_at text;
create index leads_by_contacted on leads (received_at, contacted_at, qualified_at, closed_at) where contacted_at is not null;
create index leads_by_assignee_status_received on leads (assigned_to, status, received_at, id) where assigned_to is not null and erased_at is null;
