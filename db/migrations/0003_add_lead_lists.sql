-- Indexes for lists that were walks through all closed leads, or all that are due: by the reason of closing, for one
-- assignee too, and what is due for one assignee. Because a lead has no reason before it is closed, and no day before
-- somebody sets one, a new lead writes no row here.
create index leads_by_reason on leads (closed_reason, id) where closed_reason is not null and erased_at is null;
create index leads_by_reason_assignee on leads (closed_reason, assigned_to, id) where closed_reason is not null and erased_at is null;
create index leads_by_assignee_follow_up on leads (assigned_to, follow_up_on, id) where assigned_to is not null and follow_up_on is not null and status <> 'closed' and erased_at is null;
