-- release 1
-- How the mirror is kept fresh.

create sequence lease_tokens;

-- What people asked for. Two addresses that turn out to be one guild share its row.
create table tracked_guilds (
  id              bigint generated always as identity primary key,
  region          text not null check (region in ('us', 'eu', 'kr', 'tw')),
  realm           text not null check (realm <> ''),
  name_slug       text not null check (name_slug <> ''),
  guild_id        bigint references guilds on delete set null,
  state           text not null default 'pending'
                  check (state in ('pending', 'active', 'not_found', 'renamed', 'gone')),
  not_found_since timestamptz,
  interval_s      integer check (interval_s > 0), -- null: the configured one
  roster_due_at   timestamptz not null default app_now(),
  last_synced_at  timestamptz,
  last_error      text not null default '',
  last_error_at   timestamptz,
  requested_by    text not null default '',
  created_at      timestamptz not null default app_now(),
  updated_at      timestamptz not null default app_now(),
  unique (region, realm, name_slug)
);
create index tracked_guilds_guild on tracked_guilds (guild_id);
create index tracked_guilds_roster_due on tracked_guilds (roster_due_at);

-- How each document stands: how old it is, and why a part is missing.
create table document_states (
  id              bigint generated always as identity primary key,
  guild_id        bigint references guilds,
  character_id    bigint references characters,
  document        text not null,
  state           text not null check (state in ('missing', 'ok', 'failed', 'not_found', 'forbidden', 'malformed', 'suspect')),
  fetched_at      timestamptz, -- last 200
  checked_at      timestamptz, -- last 200 or 304
  changed_at      timestamptz, -- last 200 with another Last-Modified
  last_modified   text not null default '', -- verbatim
  modified_at     timestamptz,              -- the same as a moment
  synced_for      text not null default '', -- the profile's Last-Modified that a child belongs to
  schema_revision text not null default '',
  period_id       bigint,
  error_class     text check (error_class in ('transient', 'throttled', 'not_found', 'forbidden', 'malformed')),
  error_detail    text not null default '',
  failures        integer not null default 0 check (failures >= 0),
  failed_at       timestamptz,
  retry_at        timestamptz,
  check (num_nonnulls(guild_id, character_id) = 1),
  check (case when guild_id is not null then document in ('guild', 'roster')
              else document in ('profile', 'equipment', 'mythic', 'professions', 'toys') end),
  check ((error_class is null) = (failures = 0))
) with (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05);
create unique index document_states_guild on document_states (guild_id, document) where guild_id is not null;
create unique index document_states_character on document_states (character_id, document) where character_id is not null;
create index document_states_errors on document_states (failed_at)
  where error_class in ('transient', 'throttled', 'malformed');

-- What is due, and who works on it: one row per tracked guild and per character that is kept fresh.
-- A guild's row is due when its roster is, or any of its characters.
create table sync_queue (
  id               bigint generated always as identity primary key,
  tracked_guild_id bigint unique references tracked_guilds on delete cascade,
  character_id     bigint unique references characters,
  -- Of a character: the guild whose coordinator looks after it; null for players' own.
  guild_id         bigint references guilds,
  priority         smallint not null check (priority between 0 and 3),
  due_at           timestamptz not null,
  lease_token      bigint,
  leased_until     timestamptz,
  attempts         integer not null default 0 check (attempts >= 0),
  forced           boolean not null default false,
  -- Asked for once more while somebody was at it: due at once when they are done.
  again            boolean not null default false,
  check (num_nonnulls(tracked_guild_id, character_id) = 1),
  check (guild_id is null or character_id is not null),
  check ((lease_token is null) = (leased_until is null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200,
        autovacuum_vacuum_cost_delay = 0);
create index sync_queue_guilds on sync_queue (priority, due_at)
  where lease_token is null and tracked_guild_id is not null;
create index sync_queue_characters on sync_queue (guild_id, priority, due_at)
  where lease_token is null and character_id is not null;
create index sync_queue_leased on sync_queue (lease_token) where lease_token is not null;

-- What operators started and can watch. Progress is counted while a job is open, kept when it ends.
create table jobs (
  id               bigint generated always as identity primary key,
  kind             text not null check (kind in ('track', 'sync_guild', 'sync_character')),
  target           text not null,
  state            text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed')),
  tracked_guild_id bigint references tracked_guilds on delete set null,
  guild_id         bigint references guilds on delete set null,
  character_id     bigint references characters on delete set null,
  requested_by     text not null default '',
  total            bigint not null default 0,
  done             bigint not null default 0,
  failed           bigint not null default 0,
  message          text not null default '',
  created_at       timestamptz not null default app_now(),
  started_at       timestamptz,
  finished_at      timestamptz,
  check ((state in ('done', 'failed')) = (finished_at is not null))
);
create unique index jobs_open_guild on jobs (tracked_guild_id)
  where finished_at is null and tracked_guild_id is not null;
create unique index jobs_open_character on jobs (character_id)
  where finished_at is null and character_id is not null;
create index jobs_tracked on jobs (tracked_guild_id);
create index jobs_character on jobs (character_id);
create index jobs_finished on jobs (finished_at) where finished_at is not null;

-- A leaver and a joiner of one scan who may be one character.
create table pending_transfers (
  id         bigint generated always as identity primary key,
  guild_id   bigint not null references guilds,
  leaver_id  bigint not null references characters,
  joiner_id  bigint not null references characters,
  created_at timestamptz not null default app_now(),
  unique (guild_id, leaver_id, joiner_id)
);

-- What happened, append-only, by Battle.net's ids. It happened after seen_after (the scan before;
-- null if there was none) and not later than seen_at.
create table guild_events (
  id                      bigint generated always as identity primary key,
  kind                    text not null check (kind in (
    'joined', 'left', 'returned', 'rank_changed', 'renamed', 'transferred', 'listed_elsewhere',
    'address_taken_over', 'guild_renamed', 'guild_address_taken_over')),
  seen_after              timestamptz,
  seen_at                 timestamptz not null,
  region                  text not null,
  guild_id                bigint references guilds,
  guild_realm_id          bigint,
  bnet_guild_id           bigint,
  character_id            bigint references characters,
  realm_id                bigint,
  bnet_character_id       bigint,
  -- transferred: who it is now; address_taken_over: who has the address now.
  other_realm_id          bigint,
  other_bnet_character_id bigint,
  old_rank                integer,
  new_rank                integer,
  -- Names of guilds, and of players until they are erased.
  old_name                text,
  new_name                text,
  check ((guild_id is null) = (bnet_guild_id is null)),
  check ((character_id is null) = (bnet_character_id is null))
);
create index guild_events_of_guild on guild_events (guild_id, seen_at);
create index guild_events_of_character on guild_events (character_id) where character_id is not null;

create function guild_events_are_kept() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.old_name is null and new.new_name is null then
    old.old_name := null;
    old.new_name := null;
    if new is not distinct from old then
      return new; -- a name is erased
    end if;
  end if;
  raise exception 'guild_events is append-only';
end $$;
create trigger guild_events_append_only before update or delete on guild_events
  for each row execute function guild_events_are_kept();
