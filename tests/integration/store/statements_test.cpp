#include "store/ledger/document_columns.hpp"
#include "store/postgres/statement.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

namespace guildhall::test {

namespace {

/// 50 guilds of 200 members and 90,000 other characters, everything with its documents.
const std::string fill = R"(
insert into users (bnet_account_id, battletag) select n, 'Player#' || n from generate_series(1, 2000) n;
insert into guilds (region, realm_id, bnet_guild_id, realm, name, name_key, guild_data_json, last_roster_sync)
  select 'eu', 1, n, 'stormrage', 'Guild ' || n, 'guild-' || n, '{"name":"x","member_count":200}', now()
  from generate_series(1, 50) n;
insert into characters (region, realm_id, bnet_character_id, realm, name, name_key, guild_id, class_id,
    level, role, last_login_at, user_id, profile_json, verified_at, toys, mythic_season)
  select 'eu', 1, n, 'stormrage', 'Name' || n, 'name' || n, case when n <= 10000 then (n - 1) / 200 + 1 end,
    1 + n % 13, 80, 'Tank', now() - n % 200 * interval '1 day', case when n % 50 = 0 then n / 50 end,
    jsonb_build_object('id', n, 'name', 'Name' || n), now() - n % 20 * interval '1 day', '{1,2,3}',
    14 + n % 2
  from generate_series(1, 100000) n;
insert into guild_members (guild_id, character_id, rank, character_name, character_class, joined_at, left_at)
  select (n - 1) / 200 + 1, n, (n - 1) % 200 / 20, 'Name' || n, 'Warrior', now() - n % 100 * interval '1 day', null
  from generate_series(1, 10000) n;
insert into guild_members (guild_id, character_id, rank, character_name, left_at)
  select n % 50 + 1, n, 5, 'Name' || n, now() - n % 300 * interval '1 day' from generate_series(10001, 20000) n;
insert into ranks (guild_id, rank_id, rank_name) select g, r, 'Rank ' || r from generate_series(1, 50) g,
  generate_series(0, 9) r;
insert into tracked_guilds (region, realm, name_slug, guild_id, state, roster_due_at)
  select 'eu', 'stormrage', 'guild-' || n, n, 'active', now() + (n - 5) * interval '1 minute' from
  generate_series(1, 50) n;
insert into sync_queue (tracked_guild_id, priority, due_at)
  select n, 1, now() + (n - 5) * interval '1 minute' from generate_series(1, 50) n;
insert into sync_queue (character_id, guild_id, priority, due_at, per_hour, priced_at)
  select n, case when n <= 10000 then (n - 1) / 200 + 1 end, 2, now() + (n % 480 - 5) * interval '1 minute',
    0.01, case when n % 10 = 0 then 1 else 0.1 end
  from generate_series(1, 100000) n;
update sync_queue set lease_token = id, leased_until = now() + interval '1 minute'
  where character_id between 1 and 100;
insert into document_states (guild_id, document, state, checked_at, last_modified)
  select n, d, 'ok', now(), 'x' from generate_series(1, 50) n, unnest(array['guild', 'roster']) d;
insert into document_states (character_id, document, state, fetched_at, checked_at, modified_at, period_id,
    error_class, failures, failed_at)
  select n, d, 'ok', now(), now(), now() - interval '1 day', case when d = 'mythic' then 900 end,
    case when n % 500 = 0 then 'transient' end, case when n % 500 = 0 then 1 else 0 end,
    case when n % 500 = 0 then now() end
  from generate_series(1, 100000) n, unnest(array['profile', 'equipment', 'mythic', 'professions']) d;
insert into guild_events (kind, seen_at, region, guild_id, guild_realm_id, bnet_guild_id, character_id,
    realm_id, bnet_character_id, old_name)
  select 'left', now(), 'eu', n % 50 + 1, 1, n % 50 + 1, n, 1, n, 'Name' || n from generate_series(1, 50000) n;
insert into jobs (kind, target, state, tracked_guild_id, guild_id, finished_at)
  select 'track', 'x', 'done', n % 50 + 1, n % 50 + 1, now() - n * interval '1 minute' from
  generate_series(1, 20000) n;
insert into jobs (kind, target, tracked_guild_id) values ('track', 'x', 3);
insert into rosters (guild_id, name) select n % 50 + 1, 'Roster' || n from generate_series(1, 1000) n;
insert into roster_members (roster_id, character_id) select n % 1000 + 1, n from generate_series(1, 20000) n;
insert into main_overrides (guild_id, character_id, is_main) select (n - 1) / 200 + 1, n, true from
  generate_series(1, 10000, 10) n;
insert into guild_candidates (region, realm_id, bnet_guild_id, realm, name, name_slug)
  select 'eu', 1, 100000 + n, 'stormrage', 'C' || n, 'c-' || n from generate_series(1, 20000) n;
update characters set candidate_id = 1 + id % 20000 where id > 50000 and id % 10 = 0;
insert into pending_transfers (guild_id, leaver_id, joiner_id) values (1, 10050, 1);
insert into events (guild_id, title, event_type, start_time, end_time, created_by)
  select n % 50 + 1, 'Raid', 'Raid', now(), now(), n % 2000 + 1 from generate_series(1, 10000) n;
insert into event_subscriptions (event_id, user_id, character_id, status)
  select n, n % 2000 + 1, n, 'Confirmed' from generate_series(1, 10000) n;
insert into audit_log (user_id, guild_id, action) select n % 2000 + 1, n % 50 + 1, 'x' from
  generate_series(1, 10000) n;
insert into periods (region, period_id, spread_to) values ('eu', 901, 0);
insert into realm_names select 'eu', n, 'Realm ' || n from generate_series(1, 500) n;
insert into login_attempts (state_hash, region, expires_at) select sha256(n::text::bytea), 'eu',
  now() + n * interval '1 s' from generate_series(1, 5000) n;
insert into kept_answers (user_id, key, digest, status, body, created_at) select n % 2000 + 1, 'k' || n,
  sha256('x'), 201, '{"success":true,"data":{"id":' || n || '}}', now() - n * interval '1 min'
  from generate_series(1, 2000) n;
insert into api_budget_shares values ('a', 10, 10, now() + interval '1 min');
update api_budget set price = 0.1;
insert into imported_rows (kind, old_id, old_part, new_id) select k, n, n, n from
  generate_series(1, 5000) n, unnest(array['event', 'roster_member', 'sign_up']) k;
insert into realms (region, slug, realm_id, names) select 'eu', 'realm-' || n, n, '["a", "b", "c", "d"]'
  from generate_series(1, 300) n;
insert into upstream_hosts values ('oauth', 'https://oauth');
)";

/// Arrays as large as a guild, which EXECUTE takes from functions only.
const std::string functions = R"(
create function ids() returns bigint[] language sql as
  $$ select array_agg(n) from generate_series(1, 200) n $$;
create function strangers() returns bigint[] language sql as
  $$ select array_agg(n + 500000) from generate_series(1, 200) n $$;
create function texts(prefix text) returns text[] language sql as
  $$ select array_agg(prefix || n) from generate_series(1, 200) n $$;
create function same(value text) returns text[] language sql as
  $$ select array_agg(value) from generate_series(1, 200) n $$;
create function held() returns bigint[] language sql as
  $$ select array_agg(id order by id) from sync_queue where lease_token is not null $$;
create function held_tokens() returns bigint[] language sql as
  $$ select array_agg(lease_token order by id) from sync_queue where lease_token is not null $$;
)";

/// Every document of a character is there, and says nothing.
std::string documents_of_character(std::string out, store::written_columns which) {
  for (const auto& kind : domain::document_kinds) {
    if (!store::is_written(kind, which))
      continue;
    out += ", true";
    if (which == store::written_columns::all && !kind.raw.empty())
      out += ", '{}'";
    for (const auto& column : kind.derived)
      out.append(", ").append(column.unknown);
  }
  return out;
}

/// A call of each statement, as it may happen. Arrays are a guild's members.
std::map<std::string, std::string> calls() {
  const std::string ids = "ids()";
  const std::string leases = "held(), held_tokens()";
  const std::string waits = "same('8 hours')::interval[]";
  const std::string realm_ids = "same('1')::bigint[]";
  const std::string names = "texts('Name')";
  const std::string keys = "texts('name')";
  const std::string realms = "same('stormrage')";
  const std::string texts_of_realms = "texts('realm-')";
  const std::string ints = "same('5')::integer[]";
  const std::string none = "same(null)::bigint[]";
  const std::string guild = "null, 7, 'profile'";
  return {
      {"lock_lease", "60, 60"},
      {"app_now", ""},
      {"notify_change", "'guild:1'"},
      {"notify_sync", ""},
      {"free_expired_leases", ""},
      {"claim_rosters", "10, '60 seconds', '{eu}'"},
      {"claim_guilds", "10, '60 seconds', '{eu}', 1"},
      {"claim_characters_of_guild", "50, '60 seconds', 7"},
      {"claim_characters_of_players", "50, '60 seconds', '{eu}'"},
      {"renew_leases", leases + ", '60 seconds'"},
      {"release_leases", leases},
      {"finish_checked_characters",
       leases + ", " + waits + ", same('false')::boolean[]"
           + ", same('1')::real[], same('9')::real[]" + ", same('2026-01-01')::timestamptz[]"
           + ", same('0.1')::real[], same('1')::real[]" + ", same('0.1')::real[]"
           + ", same(null)::timestamptz[], same(null)::smallint[]"},
      {"read_played", "7"},
      {"write_played", "7, array_fill(1.5::real, '{168}')"},
      {"remember_highest_level", "7, 90"},
      {"last_price", ""},
      {"size_of_queue", ""},
      {"sample_queue", "20"},
      {"guild_calls_an_hour", "14400"},
      {"write_price", "0.1, 1000, 28800, null"},
      {"reprice_members", "7"},
      {"documents_checked", ids + ", " + "same('profile')" + ", " + ids},
      {"characters_available", ids},
      {"guilds_of_characters", ids},
      {"finish_guild", "3, '4 hours', 3, null, null"},
      {"members_without_queue", "7"},
      {"queue_members", "7, " + ids + ", " + "same('t')::boolean[]"},
      {"unqueue_members", ids},
      {"make_due", ids},
      {"hold_queue_of_characters", ids},
      {"drop_strays", ids},
      {"hint_at_members", "1, " + realm_ids + ", " + ids + ", same(null), same(null), "
                              + "same('2100-01-01')::timestamptz[]"},
      {"hint_at", "1, " + ids + ", '2100-01-01'"},
      {"hasten_others", "7, 1"},
      {"hold_queue_of_guild", "7, 'eu', 'stormrage', 'guild-7'"},
      {"pull_guild_forward", "7, false"},
      {"documents_arrived",
       "null, 7, array['toys', 'profile', 'equipment', 'mythic'], array['x', 'x', 'x', 'x'], "
       "array[now(), null, null, null], array['1', '1', '1', '1'], array['x', 'x', 'x', 'x'], "
       "array[null, null, null, 901], array['x', 'x', 'x', 'x'], array[0, 0, 0, 0], "
       "array['', '', '', '']"},
      {"document_unchanged", guild},
      {"document_failed", guild + ", 'transient', 'x', '1 minute', true"},
      {"document_suspect", "7, 'x'"},
      {"document_unconditional", guild},
      {"documents_of", "null, 7"},
      {"log_events", std::string("7, now(), ") + "same('left')" + ", " + ids + ", " + realm_ids
                         + ", " + ids + ", " + ints + ", " + ints + ", " + names + ", " + names
                         + ", " + none + ", " + none},
      {"stored_members", "7"},
      {"open_elsewhere", "7, 'eu', " + realm_ids + ", " + ids},
      {"lock_characters", ids},
      {"upsert_characters", "'eu', " + realm_ids + ", " + ids + ", " + realms + ", " + names
                                + ", " + keys + ", " + ints + ", " + ints},
      {"members_without_address", "7"},
      {"restore_address", "7, 'other'"},
      {"with_newer_profile", ids + ", now()"},
      {"update_levels", ids + ", " + ints + ", " + ints + ", now()"},
      {"open_memberships", "1, " + ids + ", " + ints + ", " + names + ", " + names + ", false"},
      {"close_memberships", ids},
      {"set_rank", ids + ", " + ints},
      {"set_guild", "1, " + ids},
      {"clear_guild", "1, " + ids},
      {"refresh_member_names", "7"},
      {"refresh_member_data", "7"},
      {"add_pending_transfer", "1, 10051, 2"},
      {"lock_guild", "7"},
      {"insert_guild", "'eu', 1, 999, 'stormrage', 'S', 'New', 'new', 'HORDE', 5"},
      {"update_guild", "7, 'stormrage', 'S', 'New', 'new', 'HORDE', 5"},
      {"log_guild_rename", "7, 'a', 'b'"},
      {"store_guild_document", "7, '{}'"},
      {"store_roster_document", "7, '{}'"},
      {"document_count", "7"},
      {"tracked_found", "7, 7, true"},
      {"tracked_not_found", "7, 'x'"},
      {"tracked_failed", "7, 'x'"},
      {"remember_suspicion", "7, 'x', now(), 5"},
      {"count_open_members", "7"},
      {"update_member_count", "7"},
      {"update_leader", "7"},
      {"update_ranks", "7"},
      {"move_tracked", "7, 'stormrage', 'other'"},
      {"log_guild_move", "7, 3, 'draenor'"},
      {"set_guild_identity", "7, 3, 777777, 'draenor', 'other'"},
      {"log_hand_over", "7"},
      {"lose_guild_address", "7"},
      {"follow_address", "7"},
      {"guild_stands_elsewhere", "7, 8"},
      {"tracked_disputed", "7, 3, 777777, 'another guild'"},
      {"document_disputed", "7"},
      {"see_candidate", "'eu', 3, 777777, 'draenor', 'Draenor', 'Other', 'other'"},
      {"mark_renamed", "7, 'other'"},
      {"some_members", "7, 3"},
      {"pending_transfers", "1, 50"},
      {"settle_transfer", "1, 10050, 1"},
      {"both_of_transfer", "10050, 1"},
      {"move_main", "1, 2, 1"},
      {"move_override", "1, 2, 1"},
      {"move_roster_places", "1, 2, 1"},
      {"take_over_addresses",
       "'eu', " + realms + ", " + keys + ", " + realm_ids + ", " + "strangers()"},
      {"log_takeover", "'eu', 7, 1, 7, 1, 8, 'x'"},
      {"take_over_guild_address", "'eu', 'stormrage', 'guild-7', 1, 8"},
      {"guild_of_identity", "'eu', 1, 7"},
      {"remember_candidate", "'eu', 1, 777777, 'stormrage', 'S', 'N', 'n', 60000"},
      {"link_waiting", "'eu', 1, 100011, 7"},
      {"candidate_at", "'eu', 'stormrage', 'c-7'"},
      {"adopt_candidate", "'eu', 1, 100007, 'stormrage', 'S', 'C7', 'c-7'"},
      {"lock_character", "7"},
      {"store_character_documents",
       documents_of_character("7, 1, true, 'Mage'", store::written_columns::all)},
      {"verify_character", "7"},
      {"character_unavailable", "7"},
      {"move_character", "7, 'Other', 'other', 'stormrage'"},
      {"rename_member", "7, 'Other'"},
      {"rated_now", "7"},
      {"doubt_season", "7"},
      {"remember_realm", "'eu', 1, 'Stormrage'"},
      {"log_rename", "7, 'a', 'b', now()"},
      {"guild_of_profile", "60000, 7, now()"},
      {"finish_character", "60, '8 hours', null, 1, 9, now(), 0.1, 1, 0.1, null, null"},
      {"erase_documents", ids},
      {"erase_document_states", ids},
      {"erase_names", ids},
      {"erase_member_names", ids},
      {"erase_event_names", ids},
      {"erase_job_messages", ids},
      {"erase_pending_transfers", ids},
      {"erase_queue", ids},
      {"erase_guild_documents", "7"},
      {"erase_guild_states", "7"},
      {"erase_notes", ids},
      {"erase_audited_notes", ids + "::text[]"},
      {"guilds_knowing", ids + ", null"},
      {"hold_guilds_knowing", ids + ", 7"},
      {"drop_from_rosters", "'{1,2}', " + ids},
      {"erase_in_texts", "'{1,2}', " + ids},
      {"reopen_rosters", ids},
      {"guilds_listing", ids},
      {"addresses_of_erased", ids},
      {"forget_gone", ids + ", " + ints},
      {"forget_asked", ids},
      {"end_forgetting", ids},
      {"forgotten_of_roster", "7, 'eu', " + realm_ids + ", " + ids},
      {"drop_entry", "60"},
      {"hold_guilds_of_roster", "7, 'eu', 'stormrage', 'guild-8', " + realm_ids + ", " + ids},
      {"hold_counted_guild", "7"},
      {"guild_of_transfer", "1"},
      {"character_there", "7"},
      {"lock_budget", ""},
      {"other_shares", "'b'"},
      {"write_share", "'b', 1, 1, '4 seconds'"},
      {"forget_shares", ""},
      {"write_budget", "'{1,2}', 7, 36000"},
      {"read_slowdown", ""},
      {"write_slowdown", "0.5, '5 seconds'"},
      {"close_region", "'eu', '60 seconds'"},
      {"notify_budget", ""},
      {"remember_period", "'eu', 902"},
      {"first_period", "'us', 902"},
      {"period_progress", "'eu'"},
      {"spread_period", "0, 2000, 'eu', 901, now()"},
      {"spread_progress", "'eu', 5"},
      {"overdue_characters", "200, '15 days'"},
      {"overdue_still", ids + ", '15 days'"},
      {"listed_no_more", "200, '29 days'"},
      {"listed_no_more_still", ids + ", '29 days'"},
      {"expire_audit", "200, '0 days'"},
      {"unconfirmed_battletags", "200, '0 days'"},
      {"blank_battletags", ids},
      {"events_of_users", ids},
      {"selves_of_character", "7"},
      {"forget_guild_jobs", "7"},
      {"members_only_here", "7, " + ids},
      {"erase_members_of_guild", "7"},
      {"erase_guild_in_profiles", "7, " + ids},
      {"forget_guild_transfers", "7"},
      {"hand_over_queue", "7, " + ids},
      {"hold_forgotten_user", "7"},
      {"hold_guilds_of_user", "7"},
      {"forget_asked_jobs", "array['x']"},
      {"forget_asked_guilds", "array['x']"},
      {"unverified_guilds", "200, '29 days'"},
      {"old_member_data", "200, '29 days'"},
      {"expire_tokens", "200, '1 day'"},
      {"expire_logins", "200"},
      {"expire_candidates", "200, '29 days'"},
      {"expire_jobs", "200, '1 day'"},
      {"guild_exists", "7"},
      {"untrack_guild", "7"},
      {"members_ever", "7"},
      {"forget_guild_name", "7"},
      {"close_all_members", "7"},
      {"clear_guild_of_all", "7"},
      {"erase_guild_event_names", "7"},
      {"characters_of_user", "7"},
      {"standing", "7"},
      {"open_login", "'ab" + std::string(62, '0') + "', 'eu'"},
      {"close_login", "'ab" + std::string(62, '0') + "'"},
      {"record_login", "7, 'Some#1', 'eu', 'abcd', false"},
      {"revoke_tokens", "7"},
      {"change_role", "7, 'user'"},
      {"pending_onboardings", "5"},
      {"hold_user", "7"},
      {"known_of_account", "'eu', " + realm_ids + ", " + ids + ", now()"},
      {"follow_sign_ups", "7, " + ids},
      {"bind_admin_tag", "'Some#1', 7"},
      {"admin_tag_is_theirs", "'Some#1', 7"},
      {"own_characters_of_region", "7, 'eu'"},
      {"note_listed", ids + ", " + ids},
      {"note_unlisted", ids},
      {"note_unseen", ids},
      {"list_again", "7, '15 min'"},
      {"link_characters", "7, " + ids},
      {"unlink_characters", "7, " + ids},
      {"guilds_of_owned", ids},
      {"hold_guilds", ids},
      {"unqueue_unlinked", ids},
      {"queue_own", ids + ", '10 min'"},
      {"forget_token", "7"},
      {"count_tracked", ""},
      {"discovered_guilds", "7, 100"},
      {"owners_of", ids},
      {"users_of_guild", "7"},
      {"forget_licences", "7"},
      {"forget_admin_tags", "7"},
      {"forget_user", "7"},
      {"forget_audit", "7"},
      {"forget_audit_of_events", "7"},
      {"forget_own_events", "7"},
      {"forget_sign_ups", "7"},
      {"unqueue_own", "7"},
      {"track", "'eu', 'stormrage', 'guild-7', 'x'"},
      {"guild_at_address", "'eu', 'stormrage', 'guild-7'"},
      {"link_tracked", "7, 7"},
      {"queue_guild", "7, false"},
      {"roster_due_now", "7, true"},
      {"members_due_now", "7, true, 7"},
      {"untrack", "'eu', 'stormrage', 'guild-7'"},
      {"unqueue_guild", "7"},
      {"tracked_of_guild", "7"},
      {"address_of_guild", "7"},
      {"queue_character", "7, false"},
      {"character_to_sync", "7"},
      {"is_tracked", "'eu', 'stormrage', 'guild-7'"},
      {"hold_tracking", ""},
      {"realms_of_region", "'eu'"},
      {"count_realms", "'eu'"},
      {"drop_realms", "'eu', " + texts_of_realms},
      {"write_realms",
       "'eu', " + texts_of_realms + ", " + realm_ids + ", same('[\"x\"]')::jsonb[]"},
      {"end_idle_jobs", "'{eu}'"},
      {"fail_guild_jobs", "3, 'x'"},
      {"set_paused", "true"},
      {"overview_counts", ""},
      {"overview_guilds", "200, null, null, null"},
      {"known_guilds", "'eu', 'stormrage', 'guild-7', 500"},
      {"tracked_on_realm", "'eu', 'stormrage', 'guild-7', 500"},
      {"overview_errors", "50"},
      {"overview_doubts", ""},
      {"overview_pauses", ""},
      {"state_of_mirror", ""},
      {"note_doubt", "'eu', 'profile', '1 min'"},
      {"doubts_in", "'eu'"},
      {"forget_doubt", "'eu', 'profile'"},
      {"doubted_characters_due", "'eu', '1 hour', 2000"},
      {"doubted_guilds_due", "'eu', '1 hour'"},
      {"insert_job", "'track', 'x', 7, 7, null, 'x'"},
      {"open_job", "3, null"},
      {"job", "20001"},
      {"start_guild_jobs", "'{3}'"},
      {"start_character_jobs", ids},
      {"finish_guild_job", "3, 3, false, true"},
      {"keep_job_progress", "20001"},
      {"finish_character_jobs", ids},
      {"guild", "false, 7"},
      {"guild_at", "false, 'eu', 'stormrage', 'guild-7'"},
      {"character", "false, 7"},
      {"character_at", "false, 'eu', 'stormrage', 'name7'"},
      {"freshness", "7"},
      {"members", "7"},
      {"member_details", "7"},
      {"member_page_sizes", "7, 0, 2097152, 1000, true, true, true, true, true"},
      {"member_page", "7, " + ids + ", true, true, true, true, true"},
      {"members_to_group", "7"},
      {"activity_page", "7, 0, 1001"},
      {"members_joined", "7"},
      {"members_left", "7"},
      {"ranks", "7"},
      {"rederive_next", "0, 200, true, 1"},
      {"rederive", documents_of_character("7, 1", store::written_columns::derived_again)},
      {"rederive_mark", ids + ", 1"},
      {"rederive_guilds", ids},
      {"audit", "7, 7, 'x', 'y', '{}', '{}'"},
      {"hold_author", "7"},
      {"hold_guild", "7"},
      {"lock_rank", "7, 3"},
      {"name_rank", "7, 3, 'x', true"},
      {"hold_member", "7, 1201"},
      {"lock_override", "7, 1201"},
      {"set_override", "7, 1202, true, 7"},
      {"drop_override", "7, 1201"},
      {"clear_mains", "1, " + ids},
      {"rosters", "7"},
      {"roster", "7"},
      {"lock_roster", "7"},
      {"roster_places", "7"},
      {"roster_place", "7, 1006"},
      {"add_roster", "7, 'x', 100"},
      {"rename_roster", "7, 'x'"},
      {"touch_roster", "7"},
      {"remove_roster", "7"},
      {"add_places", "7, 8, " + ids + ", same(null), " + "same('5')::integer[], same('Tank')"},
      {"count_places", "7"},
      {"set_place_role", "7, 1006, 'Tank'"},
      {"remove_place", "7, 1006"},
      {"events", "7"},
      {"event_page_sizes", "7, 0, 2097152, 1000, true"},
      {"event_page", "7, " + ids + ", true"},
      {"event", "7"},
      {"lock_event", "7"},
      {"add_event", "7, 'xyz', 'Raid', now(), now(), '', 20, '{}', 7, 2000"},
      {"change_event", "7, 'xyz', 'Raid', now(), now(), '', 20, '{}'"},
      {"remove_event", "7"},
      {"sign_ups", "7"},
      {"sign_up", "7, 8"},
      {"own_sign_up", "7, 8"},
      {"own_character", "50, 1"},
      {"guild_of_event", "7"},
      {"events_of_author", "7, 7"},
      {"claim_key", "7, 'new', repeat('00', 32), '1 day'"},
      {"kept_answer", "7, 'k7', repeat('00', 32)"},
      {"keep_answer", "7, 'k7', 201, '{}'"},
      {"count_kept_answers", "7"},
      {"expire_answers", "200, '1 day'"},
      {"erase_kept_answers", ids},
      {"unseen_of_user", "7, 12"},
      {"may_be_placed", "350, 7"},
      {"place_in_new_guild", "350, 7"},
      {"taken_places", "7, 8"},
      {"add_sign_up", "7, 9, 7, 'Confirmed', null"},
      {"change_sign_up", "7, 8, 7, 'Declined', null"},
      {"remove_sign_up", "7, 8"},
      {"own_guilds", "7"},
      {"looked_at_lately", "7, '10 min'"},
      {"own_characters", "7, 500"},
      {"own_character_page_sizes", "7, 0, 2097152, 1000, true, true, true, true"},
      {"own_character_page", "7, " + ids + ", true, true, true, true"},
      {"validation_totals", ""},
      {"validation_failures", "200"},
      {"reset_validation", ""},
      {"development_user", "5"},
      {"role_by_id", "'7', 'admin'"},
      {"role_by_battletag", "'Player#7', 'admin'"},
      {"record_upstream", "'eu', 'https://x'"},
      {"recorded_upstream", "'eu'"},
      {"imported_row", "'roster_member', 7, 7"},
      {"remember_import", "'event', 500000, 0, 7"},
      {"import_user_of_account", "7"},
      {"import_account_of_user", "7"},
      {"import_user", "500000, 'x', 'eu', 'user'"},
      {"import_tracked_at", "'eu', 'stormrage', 'guild-7'"},
      {"import_guild_at", "'eu', 'stormrage', 'guild-7'"},
      {"import_guild_forgotten", "7"},
      {"import_guild", "'eu', 1, 999, 'stormrage', 'S', 'New', 'new', false"},
      {"import_realm", "'eu', 'stormrage'"},
      {"import_character_of", "'eu', 1, 7"},
      {"import_character_at", "'eu', 'stormrage', 'name7'"},
      {"import_character", "'eu', 1, 500000, 'stormrage', 'New', 'new'"},
      {"import_rank", "7, 3, 'x'"},
      {"import_roster", "7, 'x', now(), now()"},
      {"import_has_roster", "7"},
      {"import_roster_member", "7, 5000, 'Tank', now()"},
      {"import_event", "7, 'Raid', '', 'Raid', now(), now(), 7, 20, '{}', 'x', 'x', now()"},
      {"import_has_event", "7"},
      {"import_sign_up", "7, 100, 7, 'Confirmed', now()"},
  };
}

/// Tables that grow with players; a sequential scan of one is never right.
const std::set<std::string> large{"characters",          "guild_members", "document_states",
                                  "sync_queue",          "guild_events",  "roster_members",
                                  "guild_candidates",    "jobs",          "events",
                                  "event_subscriptions", "audit_log",     "imported_rows"};

struct plan {
  std::string text;
  std::int64_t buffers{0};
};

std::int64_t number_after(const std::string& text, const std::string& mark) {
  const auto at = text.find(mark);
  return at == std::string::npos ? 0 : std::atoll(text.c_str() + at + mark.size());
}

plan explain(store::session& db, const store::statement& what, const std::string& arguments) {
  plan out;
  std::string line;
  std::string buffers;
  for (const auto& row : db.exec_raw(
           "explain (analyze, buffers, costs off, timing off, summary off) execute \""
           + std::string(what.name) + "\""
           + (arguments.empty() ? "" : "(" + arguments + ")"))) {
    line = row[0].c_str();
    if (buffers.empty() && line.find("Buffers:") != std::string::npos)
      buffers = line; // the first one is the root's: everything below it
    out.text += line + "\n";
  }
  out.buffers = number_after(buffers, "hit=") + number_after(buffers, "read=");
  return out;
}

/// What a statement that was undone has left behind must not be counted for the next one.
void clean_up(store::session& db, const plan& after) {
  static const std::regex written{"(Update|Insert|Delete) on ([a-z_]+)"};
  std::set<std::string> tables;
  for (std::sregex_iterator at{after.text.begin(), after.text.end(), written}, end; at != end;
       ++at)
    tables.insert((*at)[2]);
  for (const auto& table : tables)
    db.exec_raw("vacuum (truncate off) " + table);
}

/// Executed and undone.
plan in_vain(store::session& db, const store::statement& what, const std::string& arguments) {
  db.exec_raw("begin");
  auto seen = explain(db, what, arguments);
  db.exec_raw("rollback");
  return seen;
}

} // namespace

class statements : public testing::Test {
protected:
  void SetUp() override {
    if (!postgres_cluster::available())
      GTEST_FAIL() << "PostgreSQL 15 is not installed";
  }
};

TEST_F(statements, have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const auto& what : store::all_statements())
    EXPECT_TRUE(names.insert(what.name).second) << what.name;
}

TEST_F(statements, touch_few_pages_and_scan_no_large_table_on_a_filled_database) {
  test_database db;
  db.exec(fill);
  db.exec(functions);
  db.exec("vacuum analyze");
  const auto called = calls();
  const auto connection = db.connect();
  test_database::run_on(*connection, [&](store::session& s) {
    // What a statement becomes when it was executed often.
    s.exec_raw("set plan_cache_mode = force_generic_plan; set jit = off; set "
               "max_parallel_workers_per_gather = 0");
    for (const auto& what : store::all_statements()) {
      const auto call = called.find(std::string(what.name));
      if (call == called.end()) {
        ADD_FAILURE() << what.name << " is not explained here";
        continue;
      }
      s.exec_raw("prepare \"" + std::string(what.name) + "\" as " + std::string(what.sql));
      try {
        // The first execution reads the catalogs, too.
        in_vain(s, what, call->second);
        const auto seen = in_vain(s, what, call->second);
        clean_up(s, seen);
        EXPECT_LE(seen.buffers, what.buffer_limit) << what.name << "\n" << seen.text;
        for (const auto& table : large)
          for (const auto& end : {"\n", " "})
            EXPECT_EQ(seen.text.find("Seq Scan on " + table + end), std::string::npos)
                << what.name << "\n"
                << seen.text;
      } catch (const std::exception& error) {
        ADD_FAILURE() << what.name << ": " << error.what();
        s.exec_raw("rollback");
      }
    }
  });
}

} // namespace guildhall::test
