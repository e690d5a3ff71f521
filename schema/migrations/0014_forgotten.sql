-- release 1
-- Who is forgotten stays so; names are found wherever they are to be erased; what ends with a
-- queue row or a tracked guild.

alter table characters
  -- Since when no name and no document may be kept, whoever lists it.
  add column forgotten_at timestamptz,
  -- Battle.net said that it is gone: two bytes of a digest of the address it had, by which a
  -- roster that calls it something else is told. Null: a person asked.
  add column forgotten_address integer,
  add constraint characters_forgotten check (forgotten_at is not null or forgotten_address is null);
create index characters_forgotten on characters (id) where forgotten_at is not null;

-- Whoever writes a name to a forgotten character writes none.
create function characters_stay_forgotten() returns trigger language plpgsql as $$
begin
  new.name := null;
  new.name_key := null;
  new.erased_at := coalesce(new.erased_at, new.forgotten_at);
  return new;
end $$;
create trigger characters_stay_forgotten before update on characters
  for each row when (new.forgotten_at is not null) execute function characters_stay_forgotten();

-- Events of somebody else that name a character: whom it took the address from, whom it was.
create index guild_events_of_other on guild_events (region, other_realm_id, other_bnet_character_id)
  where other_bnet_character_id is not null;

-- What people wrote of a character.
create index audit_log_before_character on audit_log ((before ->> 'character_id'))
  where before ->> 'character_id' is not null;
create index audit_log_after_character on audit_log ((after ->> 'character_id'))
  where after ->> 'character_id' is not null;

-- Jobs of a guild that is forgotten, and whoever asked for them.
create index jobs_guild on jobs (guild_id) where guild_id is not null;
create index jobs_requested_by on jobs (requested_by) where requested_by <> '';

-- Battletags that no login confirmed.
create index users_unconfirmed on users ((coalesce(last_login_at, created_at)))
  where battletag is not null;

-- Nobody works on what is not queued any more: its job has ended, whoever took the row away.
create function jobs_end_with_their_row() returns trigger language plpgsql as $$
begin
  update jobs j set state = 'failed', finished_at = app_now(), 
    message = 'The character is not kept fresh any more'
  from gone where j.character_id = gone.character_id and j.finished_at is null;
  return null;
end $$;
create trigger sync_queue_ends_jobs after delete on sync_queue
  referencing old table as gone for each statement execute function jobs_end_with_their_row();
create function jobs_end_with_their_guild() returns trigger language plpgsql as $$
begin
  update jobs set state = 'failed', finished_at = app_now(), 
    message = 'The guild is not tracked any more'
  where tracked_guild_id = old.id and finished_at is null;
  return old;
end $$;
create trigger tracked_guilds_end_jobs before delete on tracked_guilds
  for each row execute function jobs_end_with_their_guild();
