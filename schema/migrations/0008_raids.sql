-- release 1
-- What a character killed in raids, where the operator has it mirrored.

alter table characters
  add column raids_json jsonb compression lz4, -- as received
  add column raid_kills jsonb compression lz4; -- derived

-- One kind more. Every row has satisfied a narrower check, so the table is not read again.
alter table document_states
  drop constraint document_states_check1,
  add constraint document_states_kind check (
    case when guild_id is not null then document in ('guild', 'roster')
         else document in ('profile', 'equipment', 'mythic', 'professions', 'toys', 'raids') end)
    not valid;
