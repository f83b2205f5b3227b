alter table leads add column contacted_at text;
alter table leads add column qualified_at text;
alter table leads add column closed_at text;
create index leads_by_contacted on leads (received_at, contacted_at, qualified_at, closed_at) where contacted_at is not null;
