-- release 1
-- Time, and what belongs to the database as a whole.

-- Every lease, deadline and due time is judged by app_now(). A test shifts it; nothing else does.
create table app_clock (
  one   boolean  primary key default true check (one),
  shift interval not null default '0'
);
insert into app_clock default values;

-- Stable, so that an index condition may use it: one moment per statement, the clock's and not
-- the transaction's.
create function app_now() returns timestamptz
  language sql stable parallel safe
  as $$ select clock_timestamp() + shift from app_clock $$;

-- Which Battle.net this database mirrors; `serve` refuses another one.
create table upstream_hosts (
  role text primary key check (role in ('oauth', 'us', 'eu', 'kr', 'tw')),
  host text not null check (host <> '')
);

create table sync_settings (
  one    boolean primary key default true check (one),
  paused boolean not null default false
);
insert into sync_settings default values;

-- The weekly Mythic+ period of each region.
create table periods (
  region    text primary key check (region in ('us', 'eu', 'kr', 'tw')),
  period_id bigint not null,
  seen_at   timestamptz not null default app_now(),
  -- Characters up to this id have had their older M+ documents made due; null when all have.
  spread_to bigint
);

-- The Battle.net budget: requests lent in the last hour, in slots of 10 s, newest last.
create table api_budget (
  one         boolean primary key default true check (one),
  counts      bigint[] not null default '{}',
  newest_slot bigint not null default 0,
  hour_limit  bigint not null default 0
);
insert into api_budget default values;

-- The share of the rate that each instance may pace until its time is over.
create table api_budget_shares (
  instance    text primary key,
  rate        double precision not null check (rate >= 0),
  wanted_rate double precision not null check (wanted_rate >= 0),
  valid_until timestamptz not null
);
