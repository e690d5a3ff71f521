-- release 1
-- Whether another guild answers at a tracked address, since when, and which.

alter table tracked_guilds
  add column disputed_realm_id bigint,
  add column disputed_bnet_id bigint,
  add column disputed_since timestamptz,
  drop constraint tracked_guilds_state_check,
  add constraint tracked_guilds_state check (
    state in ('pending', 'active', 'not_found', 'disputed', 'renamed', 'gone')),
  add constraint tracked_guilds_disputed check (
    num_nonnulls(disputed_realm_id, disputed_bnet_id, disputed_since) in (0, 3));

alter table document_states
  drop constraint document_states_state_check,
  add constraint document_states_state check (state in (
    'missing', 'ok', 'failed', 'not_found', 'forbidden', 'malformed', 'suspect', 'disputed'));

alter table guild_events
  drop constraint guild_events_kind_check,
  add constraint guild_events_kind check (kind in (
    'joined', 'left', 'returned', 'rank_changed', 'renamed', 'transferred', 'listed_elsewhere',
    'address_taken_over', 'guild_renamed', 'guild_moved', 'guild_address_taken_over',
    'guild_handed_over'));
