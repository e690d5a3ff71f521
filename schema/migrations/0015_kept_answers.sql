-- release 1
-- Answers to requests that named themselves (Idempotency-Key), for a day.

create table kept_answers (
  user_id    bigint not null references users on delete cascade,
  key        text not null check (octet_length(key) between 1 and 64),
  digest     bytea not null check (octet_length(digest) = 32), -- of method, path and body
  -- Null until the transaction that answers is about to end.
  status     integer,
  body       text compression lz4,
  created_at timestamptz not null default app_now(),
  primary key (user_id, key)
);
create index kept_answers_created_at on kept_answers (created_at);
