-- release 1
-- What documents say beyond what is known here, and how much of them could be read.

-- Of what is stored: what tells it from another answer (empty: Last-Modified), and how many parts
-- could not be read.
alter table document_states
  add column version text not null default '',
  add column left_out bigint not null default 0 check (left_out >= 0);

-- A class that is newer than this binary is called what Battle.net calls it. The season is that of
-- the rating. The professions once more, with every tier: too much for lists.
alter table characters
  add column class_name text,
  add column mythic_season integer,
  add column profession_tiers jsonb compression lz4;
-- The newest season of a region is the current one.
create index characters_season on characters (region, mythic_season) where mythic_season is not null;

-- Rosters name realms by slug alone.
create table realm_names (
  region   text not null check (region in ('us', 'eu', 'kr', 'tw')),
  realm_id bigint not null check (realm_id > 0),
  name     text not null check (name <> ''),
  primary key (region, realm_id)
);
insert into realm_names (region, realm_id, name)
  select region, realm_id, min(realm_name) from guilds where realm_name <> '' group by 1, 2;
