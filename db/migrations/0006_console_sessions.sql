create table console_sessions (
  id_sha256 text not null primary key,
  token_id text not null,
  created_at text not null,
  last_seen_at text not null,
  ended_at text
);
create index console_sessions_by_token on console_sessions (token_id);
create index console_sessions_by_seen on console_sessions (last_seen_at);
