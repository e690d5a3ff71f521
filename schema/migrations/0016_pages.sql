-- release 1
-- Long lists come in pages, which are ranges of ids.

create index guild_members_by_id on guild_members (guild_id, id) where left_at is null;
create index events_by_id on events (guild_id, id);
