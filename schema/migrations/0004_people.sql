-- release 1
-- What people write: officers' overrides, rosters, events.

create table main_overrides (
  guild_id     bigint not null references guilds,
  character_id bigint not null references characters,
  is_main      boolean not null,
  set_by       bigint references users on delete set null,
  row_version  bigint not null default 1,
  updated_at   timestamptz not null default app_now(),
  primary key (guild_id, character_id)
);
create index main_overrides_character on main_overrides (character_id);
create index main_overrides_set_by on main_overrides (set_by) where set_by is not null;

create table rosters (
  id          bigint generated always as identity primary key,
  guild_id    bigint not null references guilds,
  name        text not null check (btrim(name) <> '' and char_length(name) <= 50),
  row_version bigint not null default 1,
  created_at  timestamptz not null default app_now(),
  updated_at  timestamptz not null default app_now()
);
create index rosters_guild on rosters (guild_id, name);

create table roster_members (
  roster_id    bigint not null references rosters on delete cascade,
  character_id bigint not null references characters,
  role         text check (role in ('Tank', 'Healer', 'DPS', 'Unknown')),
  created_at   timestamptz not null default app_now(),
  primary key (roster_id, character_id)
);
create index roster_members_character on roster_members (character_id);

create table events (
  id                 bigint generated always as identity primary key,
  guild_id           bigint not null references guilds,
  title              text not null check (char_length(title) between 3 and 100),
  description        text not null default '' check (char_length(description) <= 1000),
  event_type         text not null check (event_type in ('Raid', 'Dungeon', 'Special')),
  start_time         timestamptz not null,
  end_time           timestamptz not null,
  created_by         bigint references users on delete set null,
  max_participants   integer check (max_participants > 0),
  event_details      jsonb compression lz4 check (octet_length(event_details::text) <= 32768),
  discord_message_id text,
  discord_thread_id  text,
  row_version        bigint not null default 1,
  created_at         timestamptz not null default app_now(),
  updated_at         timestamptz not null default app_now(),
  check (end_time >= start_time)
);
create index events_guild on events (guild_id, start_time);
create index events_created_by on events (created_by) where created_by is not null;

create table event_subscriptions (
  id           bigint generated always as identity primary key,
  event_id     bigint not null references events on delete cascade,
  user_id      bigint not null references users on delete cascade,
  character_id bigint not null references characters,
  status       text not null check (status in ('Confirmed', 'Tentative', 'Declined')),
  note         text check (char_length(note) <= 500),
  created_at   timestamptz not null default app_now(),
  updated_at   timestamptz not null default app_now(),
  unique (event_id, user_id)
);
create index event_subscriptions_user on event_subscriptions (user_id);
create index event_subscriptions_character on event_subscriptions (character_id);

-- A login under way: the hash of its state, 10 minutes.
create table login_attempts (
  state_hash bytea primary key check (octet_length(state_hash) = 32),
  region     text not null check (region in ('us', 'eu', 'kr', 'tw')),
  created_at timestamptz not null default app_now(),
  expires_at timestamptz not null
);
create index login_attempts_expires on login_attempts (expires_at);

-- What people changed.
create table audit_log (
  id         bigint generated always as identity primary key,
  at         timestamptz not null default app_now(),
  user_id    bigint references users on delete set null,
  guild_id   bigint references guilds on delete set null,
  action     text not null,
  subject    text not null default '',
  before     jsonb compression lz4,
  after      jsonb compression lz4
);
create index audit_log_guild on audit_log (guild_id, at) where guild_id is not null;
create index audit_log_user on audit_log (user_id) where user_id is not null;
create index audit_log_at on audit_log (at);
