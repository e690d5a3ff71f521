-- release 1
-- What answers with status 429 have brought about, for all instances; and when leases were looked through.

alter table api_budget
  -- Of the rate, at grows_from; a tenth of the whole comes back every second.
  add column rate_factor  double precision not null default 1 check (rate_factor > 0 and rate_factor <= 1),
  add column grows_from   timestamptz,
  add column paused_until timestamptz;

-- Regions that Battle.net does not want to be asked before.
create table api_region_pauses (
  region       text primary key check (region in ('us', 'eu', 'kr', 'tw')),
  paused_until timestamptz not null
);

-- Leases whose time is over become free by whichever claim comes first after some seconds.
create table lease_sweep (
  one      boolean     primary key default true check (one),
  swept_at timestamptz not null default '-infinity'
);
insert into lease_sweep default values;
