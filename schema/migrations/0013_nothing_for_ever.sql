-- release 1
-- When a guild may be looked at again, how often its holder died, and which realms there are.

alter table sync_queue
  -- Of a guild: whatever its characters say, it is not due before this.
  add column not_before timestamptz,
  -- Leases in a row that ran out: whoever had it ended without a word.
  add column lost_leases integer not null default 0 check (lost_leases >= 0);

-- The realms of each region as the realm index lists them. `names`: in every language.
create table realms (
  region   text not null check (region in ('us', 'eu', 'kr', 'tw')),
  slug     text not null check (slug <> ''),
  realm_id bigint not null check (realm_id > 0),
  names    jsonb not null check (jsonb_typeof(names) = 'array'),
  seen_at  timestamptz not null default app_now(),
  primary key (region, slug)
);

-- The open jobs, which are few.
create index jobs_open on jobs (id) where finished_at is null;
