#include "tests/support/old_database.hpp"

namespace guildhall::test {

const std::string_view old_migrated_tables = R"(
create type user_role as enum ('user', 'guild_leader', 'admin');
create table users (
  id serial primary key,
  battletag varchar(255) unique not null,
  bnet_id bigint unique not null,
  region varchar(255) not null,
  access_token text,
  refresh_token text,
  token_expires_at timestamptz,
  role user_role default 'user',
  tokens_valid_since timestamptz not null default now(),
  discord_id varchar(20) unique,
  discord_username varchar(255),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now());
create table guilds (
  id serial primary key,
  name varchar(255) not null,
  realm varchar(255) not null,
  region varchar(255) not null,
  leader_id integer references users,
  bnet_guild_id bigint,
  roster_json jsonb,
  guild_data_json jsonb,
  last_updated timestamp,
  last_roster_sync timestamptz,
  member_count integer default 0,
  exclude_from_sync boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now());
create table characters (
  id serial primary key,
  user_id integer references users on delete cascade,
  name varchar(255) not null,
  realm varchar(255) not null,
  class varchar(255) not null,
  level integer not null,
  role text not null,
  bnet_character_id bigint,
  region varchar(255),
  toy_hash varchar(255),
  profile_json jsonb,
  last_synced_at timestamptz,
  is_available boolean not null default true);
create table guild_ranks (
  id serial primary key,
  guild_id integer not null references guilds on delete cascade,
  rank_id integer not null,
  rank_name varchar(255) not null,
  is_custom boolean default false,
  member_count integer not null default 0,
  unique (guild_id, rank_id));
create table guild_members (
  id serial primary key,
  guild_id integer not null references guilds on delete cascade,
  character_id integer not null references characters on delete cascade,
  rank integer not null,
  is_main boolean default false,
  member_data_json jsonb,
  unique (guild_id, character_id));
create table rosters (
  id serial primary key,
  guild_id integer not null references guilds on delete cascade,
  name varchar(255) not null,
  created_at timestamptz default now(),
  updated_at timestamptz default now());
create table roster_members (
  roster_id integer not null references rosters on delete cascade,
  character_id integer not null references characters on delete cascade,
  role varchar(255),
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  primary key (roster_id, character_id));
create table events (
  id serial primary key,
  guild_id integer references guilds on delete cascade,
  name varchar(255) not null,
  event_time timestamptz not null,
  description text,
  created_by integer references users on delete set null,
  discord_message_id varchar(20),
  discord_thread_id varchar(20),
  created_at timestamptz not null default now());
create table subscriptions (
  id serial primary key,
  user_id integer not null references users on delete cascade,
  endpoint text unique not null,
  keys jsonb not null);
)";

const std::string_view old_migrated_rows = R"(
insert into users (id, battletag, bnet_id, region, role, access_token) values
  (1, 'Boss#1', 501, 'eu', 'admin', 'plain-old-token'),
  (2, 'Player#2', 502, 'EU', 'user', null),
  (3, 'Lead#3', 503, 'cn', 'guild_leader', null);
insert into guilds (id, name, realm, region, leader_id, bnet_guild_id, guild_data_json, roster_json) values
  (10, 'Avalerion', 'stormrage', 'eu', 1, 70001,
    '{"id": 70001, "name": "Avalerion", "realm": {"id": 1, "name": "Stormrage", "slug": "stormrage"}}',
    '{"guild": {"id": 70001}, "members": [
      {"rank": 0, "character": {"id": 1000, "name": "Master", "realm": {"id": 1, "slug": "stormrage"}}},
      {"rank": 5, "character": {"id": 1001, "name": "Écho", "realm": {"id": 2, "slug": "area-52"}}}]}'),
  (11, 'Never Fetched', 'stormrage', 'eu', null, null, null, null);
insert into characters (id, user_id, name, realm, class, level, role, bnet_character_id, region, profile_json) values
  (100, 1, 'Master', 'stormrage', 'Mage', 80, 'DPS', 1000, 'eu',
    '{"id": 1000, "name": "Master", "realm": {"id": 1, "slug": "stormrage"}}'),
  (101, 2, 'Écho', 'area-52', 'Druid', 80, 'Healer', 1001, null, null),
  (102, null, 'Nameless', 'nobody-knows', 'Monk', 10, 'Tank', 1002, 'eu', null);
insert into guild_ranks (guild_id, rank_id, rank_name, is_custom) values
  (10, 0, 'Guild Master', false), (10, 1, 'Warlord', false), (10, 2, 'Rank 2', false),
  (11, 1, 'Waiting', true);
insert into rosters (id, guild_id, name, created_at) values
  (20, 10, 'Mythic', '2025-01-02 03:04:05+00'), (21, 11, 'Later', now());
insert into roster_members (roster_id, character_id, role) values
  (20, 100, 'Tank'), (20, 101, 'healer'), (20, 102, null), (21, 100, null);
insert into events (id, guild_id, name, event_time, description, created_by, discord_message_id) values
  (30, 10, 'Wednesday raid', '2025-05-14 18:00:00+00', null, 1, '123456');
insert into subscriptions (user_id, endpoint, keys) values (1, 'https://push', '{}');
)";

const std::string_view old_schema_tables = R"(
create type user_role as enum ('user', 'guild_leader', 'admin');
create table users (
  id serial primary key,
  battle_net_id varchar(255) unique not null,
  battletag varchar(255) not null,
  access_token text,
  refresh_token text,
  token_expires_at timestamp,
  created_at timestamp default current_timestamp,
  user_data jsonb,
  role user_role default 'user');
create table guilds (
  id serial primary key,
  name varchar(255) not null,
  realm varchar(255) not null,
  region varchar(50) not null,
  leader_id integer references users,
  last_updated timestamp default current_timestamp,
  guild_data jsonb,
  unique (name, realm, region));
create table events (
  id serial primary key,
  title varchar(255) not null,
  description text,
  event_type varchar(50) not null,
  start_time timestamp not null,
  end_time timestamp not null,
  created_by integer references users,
  guild_id integer references guilds,
  max_participants integer,
  event_details jsonb);
create table characters (
  id serial primary key,
  user_id integer not null references users,
  name varchar(255) not null,
  realm varchar(255) not null,
  class varchar(50) not null,
  level integer not null,
  role varchar(50) not null,
  is_main boolean default false,
  character_data jsonb);
create table event_subscriptions (
  id serial primary key,
  event_id integer references events,
  user_id integer references users,
  character_id integer references characters,
  status varchar(50) not null,
  created_at timestamp default current_timestamp,
  unique (event_id, user_id));
)";

const std::string_view old_schema_rows = R"(
insert into users (id, battle_net_id, battletag, role) values
  (1, '501', 'Boss#1', 'admin'), (2, '502', 'Player#2', 'user');
insert into guilds (id, name, realm, region) values (10, 'Avalerion', 'stormrage', 'eu');
insert into characters (id, user_id, name, realm, class, level, role) values
  (100, 1, 'Bossina', 'stormrage', 'Mage', 80, 'DPS'),
  (101, 2, 'Playerina', 'stormrage', 'Druid', 80, 'Healer'),
  (102, 2, 'Stranger', 'stormrage', 'Druid', 80, 'Healer');
insert into events (id, title, description, event_type, start_time, end_time, created_by, guild_id,
    max_participants, event_details) values
  (30, 'Wednesday raid', 'Bring food', 'raid', '2025-05-14 18:00:00', '2025-05-14 21:30:00', 1, 10, 20,
    '{"difficulty": "Mythic"}');
insert into event_subscriptions (id, event_id, user_id, character_id, status, created_at) values
  (40, 30, 1, 100, 'ACCEPTED', '2025-05-10 10:00:00'), (41, 30, 2, 101, 'tentative', null);
)";

const std::string_view old_odd_tables = R"(
create table users (id integer, bnet_id text, battle_net_id text, battletag text, region text, role text);
create table guilds (id integer, name text, realm text, region text, bnet_guild_id text,
  guild_data_json jsonb, roster_json jsonb, exclude_from_sync boolean);
create table characters (id integer, user_id integer, name text, realm text, region text,
  bnet_character_id text, profile_json jsonb);
create table guild_ranks (id integer, guild_id integer, rank_id integer, rank_name text, is_custom boolean);
create table rosters (id integer, guild_id integer, name text, created_at text);
create table roster_members (roster_id integer, character_id integer, role text);
create table events (id integer, guild_id integer, title text, description text, event_type text,
  start_time text, end_time text, created_by integer, max_participants integer, event_details jsonb);
create table event_subscriptions (id integer, event_id integer, user_id integer, character_id integer,
  status text, created_at text);
)";

const std::string_view old_odd_rows = R"(
insert into users values
  (1, '501', null, 'Boss#1', 'eu', 'ADMIN'),
  (2, null, '502', null, null, null),
  (3, '501', null, 'Boss#1 again', 'eu', 'user'),
  (4, 'abc', null, 'Broken#4', 'eu', 'user'),
  (5, null, null, 'Broken#5', 'eu', 'user'),
  (6, '503', '504', E'Bat\tTag', 'mars', 'superuser');
insert into guilds values
  (10, 'Avalerion', 'stormrage', 'EU', 'x', '{"id": 70001, "name": {"en_US": "Avalerion"},
    "realm": {"id": 1, "slug": "stormrage"}}', '{"members": "none"}', null),
  (11, 'Avalerion', 'stormrage', 'eu', null, null, '[]', false),
  (12, 'Red', 'stormrage', 'cn', '7', null, null, false),
  (13, null, 'stormrage', 'eu', '8', null, null, false),
  (14, 'Nowhere', null, 'eu', '9', null, null, false),
  (15, 'Quiet Ones', 'Kel''Thuzad', 'us', '70002', '{"id": 70002, "realm": {"id": 4}}', null, true),
  (16, 'Экзорсус', 'ревущий-фьорд', 'eu', '70003',
    '{"id": 70003, "realm": {"id": 5, "slug": "ревущий-фьорд"}}', null, false);
insert into characters values
  (100, 1, 'Master', 'stormrage', null, '1000', '{"id": 1000, "realm": {"id": 1, "slug": "stormrage"}}'),
  (101, 1, 'Lost', 'stormrage', 'cn', '1001', null),
  (102, 1, null, 'stormrage', 'eu', '1002', null),
  (103, 1, 'Second', 'stormrage', 'eu', '1003', null),
  (104, 1, 'Master', 'stormrage', 'eu', '1004', null);
insert into guild_ranks values
  (1, 10, 1, repeat('long ', 20), true), (2, 10, 77, 'Beyond', true), (3, 10, 2, '  ', true),
  (4, 12, 1, 'Elsewhere', true), (5, null, 1, 'Nobody''s', true), (6, 11, 1, 'Second of one', true);
insert into rosters values
  (20, 10, '', null), (21, 10, repeat('x', 300), 'yesterday'), (22, null, 'Nobody''s', null),
  (23, 99, 'Of a guild that is gone', null);
insert into roster_members values
  (20, 100, 'Support'), (20, 100, 'Tank'), (20, 999, null), (20, 101, null), (20, 102, null),
  (20, 103, 'TANK'), (20, 104, null), (22, 100, null), (null, 100, null), (21, null, null);
insert into events values
  (30, 10, 'MC', repeat('long ', 300), 'PvP', '2025-05-14T18:00', '2025-05-14T17:00', 5, 0, '[1]'),
  (31, null, 'Nobody''s', null, 'Raid', '2025-05-14 18:00', null, 1, null, null),
  (32, 10, null, null, 'dungeon', '2025-05-14 18:00+02', null, 1, 5,
    jsonb_build_object('much', repeat('x', 20000))),
  (33, 10, 'Some day', null, 'Raid', 'some day', null, 1, null, null),
  (34, 12, 'Elsewhere', null, 'Raid', '2025-05-14 18:00', null, 1, null, null);
insert into event_subscriptions values
  (40, 30, 1, 100, 'DECLINED', null), (41, 30, 3, 103, 'Confirmed', null),
  (42, 30, 2, 100, 'maybe', null), (43, 30, 2, null, 'Confirmed', null),
  (44, 30, 4, 100, 'Confirmed', null), (45, null, 2, 100, 'Confirmed', null),
  (46, 33, 2, 100, 'Confirmed', null), (47, 32, 2, 103, 'Tentative', '2025-05-01 10:00:00'),
  (48, 30, 2, 100, null, null), (49, 30, null, 100, 'Confirmed', null);
)";

} // namespace guildhall::test
