create table spent_proofs (
  proof text not null primary key,
  expires_at text not null
);
create index spent_proofs_by_expiry on spent_proofs (expires_at);

create table form_quotas (
  form text not null primary key,
  minute text not null,
  taken bigint not null
);
