#include "store/mirror/erase.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement columns{
    "erase_documents", R"(
  update characters set profile_json = null, equipment_json = null, mythic_profile_json = null,
    professions_json = null, professions = null, toys = null, role = null, spec_id = null,
    spec_name = '', average_item_level = null, equipped_item_level = null, mythic_rating = null,
    achievement_points = null, last_login_at = null, last_synced_at = null, candidate_id = null,
    is_available = false, erased_at = app_now(), updated_at = app_now()
  where id = any($1::bigint[]))",
    30'000};
constexpr statement states{
    "erase_document_states", R"(
  delete from document_states where character_id = any($1::bigint[]))",
    15'000};
constexpr statement names{
    "erase_names", R"(
  update characters set name = null, name_key = null, class_id = null, level = null
  where id = any($1::bigint[]))",
    30'000};
constexpr statement members{
    "erase_member_names", R"(
  update guild_members set character_name = null, member_data_json = null, updated_at = app_now()
  where character_id = any($1::bigint[])
    and (character_name is not null or member_data_json is not null))",
    30'000};
constexpr statement events{
    "erase_event_names", R"(
  update guild_events set old_name = null, new_name = null
  where character_id = any($1::bigint[]) and (old_name is not null or new_name is not null))",
    30'000};
constexpr statement jobs{
    "erase_job_messages", R"(
  update jobs set message = '' where character_id = any($1::bigint[]) and message <> '')",
    5'000};
constexpr statement transfers{
    "erase_pending_transfers", R"(
  delete from pending_transfers
  where leaver_id = any($1::bigint[]) or joiner_id = any($1::bigint[]))",
    200};
// Nobody asks for a character without a name; a roster that lists it brings it back.
constexpr statement queue{
    "erase_queue", R"(
  delete from sync_queue where character_id = any($1::bigint[]))",
    15'000};
constexpr statement guild{
    "erase_guild_documents", R"(
  update guilds set guild_data_json = null, roster_json = null, updated_at = app_now()
  where id = $1 and (guild_data_json is not null or roster_json is not null))",
    200};
constexpr statement guild_states{
    "erase_guild_states", R"(
  delete from document_states where guild_id = $1)",
    20};
constexpr std::array all{columns, states, names,     members, events,
                         jobs,    queue,  transfers, guild,   guild_states};
const listed_statements registered{all};

} // namespace

void erase_documents(session& db, const std::vector<std::int64_t>& characters) {
  db.exec(columns, {characters});
  db.exec(states, {characters});
}

void erase_characters(session& db, const std::vector<std::int64_t>& characters) {
  erase_documents(db, characters);
  db.exec(names, {characters});
  db.exec(members, {characters});
  db.exec(events, {characters});
  db.exec(jobs, {characters});
  db.exec(transfers, {characters});
  db.exec(queue, {characters});
}

void erase_guild_documents(session& db, guild_id id) {
  db.exec(guild, {id});
  db.exec(guild_states, {id});
}

} // namespace guildhall::store
