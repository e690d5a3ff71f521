-- release 1
-- What is mirrored. Foreign keys hold local primary keys; Battle.net's ids live in bnet_* columns.

create table users (
  id                 bigint generated always as identity primary key,
  bnet_account_id    bigint not null unique,
  battletag          text,
  region             text check (region in ('us', 'eu', 'kr', 'tw')),
  role               text not null default 'user' check (role in ('user', 'guild_leader', 'admin')),
  sealed_tokens      bytea,
  tokens_stored_at   timestamptz,
  tokens_valid_since timestamptz not null default app_now(),
  last_login_at      timestamptz,
  created_at         timestamptz not null default app_now(),
  updated_at         timestamptz not null default app_now(),
  check ((sealed_tokens is null) = (tokens_stored_at is null))
);
create index users_battletag on users (battletag);
create index users_tokens on users (tokens_stored_at) where tokens_stored_at is not null;

create table guilds (
  id                    bigint generated always as identity primary key,
  -- Who it is.
  region                text not null check (region in ('us', 'eu', 'kr', 'tw')),
  realm_id              bigint not null check (realm_id > 0),
  bnet_guild_id         bigint not null check (bnet_guild_id > 0),
  -- Where it is found today. name_key is the slug of the name; null once another guild has it.
  realm                 text not null,
  realm_name            text not null default '',
  name                  text not null,
  name_key              text,
  faction               text not null default '',
  leader_id             bigint references users on delete set null,
  member_count          bigint not null default 0 check (member_count >= 0),
  exclude_from_sync     boolean not null default false,
  -- As received.
  guild_data_json       jsonb compression lz4,
  roster_json           jsonb compression lz4,
  last_synced_at        timestamptz,
  last_roster_sync      timestamptz,
  -- A roster that looks wrong and waits for a second opinion.
  suspect_last_modified text,
  suspect_first_seen    timestamptz,
  suspect_members       bigint,
  created_at            timestamptz not null default app_now(),
  updated_at            timestamptz not null default app_now(),
  unique (region, realm_id, bnet_guild_id)
);
create unique index guilds_address on guilds (region, realm, name_key) where name_key is not null;
create index guilds_leader on guilds (leader_id) where leader_id is not null;

-- Guilds seen in profiles but not tracked.
create table guild_candidates (
  id            bigint generated always as identity primary key,
  region        text not null check (region in ('us', 'eu', 'kr', 'tw')),
  realm_id      bigint not null check (realm_id > 0),
  bnet_guild_id bigint not null check (bnet_guild_id > 0),
  realm         text not null,
  realm_name    text not null default '',
  name          text not null,
  name_slug     text not null,
  first_seen_at timestamptz not null default app_now(),
  last_seen_at  timestamptz not null default app_now(),
  unique (region, realm_id, bnet_guild_id)
);
create index guild_candidates_address on guild_candidates (region, realm, name_slug);
create index guild_candidates_last_seen on guild_candidates (last_seen_at);

create table characters (
  id                    bigint generated always as identity primary key,
  -- Who it is.
  region                text not null check (region in ('us', 'eu', 'kr', 'tw')),
  realm_id              bigint not null check (realm_id > 0),
  bnet_character_id     bigint not null check (bnet_character_id > 0),
  -- Where it is found today; name and name_key are null once erased, name_key alone when another
  -- character has the address now.
  realm                 text not null,
  name                  text check (name <> ''),
  name_key              text check (name_key <> ''),
  user_id               bigint references users on delete set null,
  guild_id              bigint references guilds on delete set null,
  -- The guild of the profile while it is not known locally.
  candidate_id          bigint references guild_candidates on delete set null,
  -- Columns derived from the documents.
  class_id              integer,
  level                 integer,
  role                  text check (role in ('Tank', 'Healer', 'DPS')),
  spec_id               integer,
  spec_name             text not null default '',
  average_item_level    double precision,
  equipped_item_level   double precision,
  mythic_rating         double precision,
  achievement_points    bigint,
  last_login_at         timestamptz,
  professions           jsonb compression lz4,
  toys                  bigint[],
  projection            integer not null default 0,
  is_available          boolean not null default true,
  -- As received.
  profile_json          jsonb compression lz4,
  equipment_json        jsonb compression lz4,
  mythic_profile_json   jsonb compression lz4,
  professions_json      jsonb compression lz4,
  last_synced_at        timestamptz,
  -- The last answer that proved the identity (R12); starts with the row.
  verified_at           timestamptz not null default app_now(),
  erased_at             timestamptz,
  created_at            timestamptz not null default app_now(),
  updated_at            timestamptz not null default app_now(),
  unique (region, realm_id, bnet_character_id),
  check (name_key is null or name is not null)
) with (fillfactor = 85);
create unique index characters_address on characters (region, realm, name_key) where name_key is not null;
create index characters_user on characters (user_id) where user_id is not null;
create index characters_guild on characters (guild_id) where guild_id is not null;
create index characters_candidate on characters (candidate_id) where candidate_id is not null;
-- Erased but for the name that a roster lists.
create index characters_listed_only on characters (id) where erased_at is not null and name is not null;
create index characters_unverified on characters (verified_at) where erased_at is null;

create table guild_members (
  id               bigint generated always as identity primary key,
  guild_id         bigint not null references guilds,
  character_id     bigint not null references characters,
  rank             integer not null check (rank between 0 and 99),
  character_name   text,
  character_class  text not null default 'Unknown',
  is_main          boolean,
  joined_at        timestamptz, -- null: found by the first scan
  left_at          timestamptz,
  member_data_json jsonb compression lz4,
  created_at       timestamptz not null default app_now(),
  updated_at       timestamptz not null default app_now(),
  unique (guild_id, character_id)
) with (fillfactor = 90);
-- At most one open membership per character, over all guilds.
create unique index guild_members_open on guild_members (character_id) where left_at is null;
create index guild_members_of_guild on guild_members (guild_id, rank) where left_at is null;
create index guild_members_joined on guild_members (guild_id, joined_at) where left_at is null;
create index guild_members_left on guild_members (guild_id, left_at) where left_at is not null;
create index guild_members_old_data on guild_members (left_at)
  where left_at is not null and member_data_json is not null;
create index guild_members_character on guild_members (character_id);

create table ranks (
  id           bigint generated always as identity primary key,
  guild_id     bigint not null references guilds,
  rank_id      integer not null check (rank_id between 0 and 99),
  rank_name    text not null check (rank_name <> ''),
  is_custom    boolean not null default false,
  is_officer   boolean not null default false,
  member_count bigint not null default 0 check (member_count >= 0),
  row_version  bigint not null default 1,
  created_at   timestamptz not null default app_now(),
  updated_at   timestamptz not null default app_now(),
  unique (guild_id, rank_id)
);
