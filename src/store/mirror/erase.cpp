#include "store/mirror/erase.hpp"

#include "store/ledger/document_columns.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

/// `, level = null, ...`: what documents say of a character, without or with nothing but what
/// rosters tell as well.
constexpr std::string emptied(bool listed) {
  std::string out;
  for (const auto& kind : domain::document_kinds) {
    if (kind.of != domain::document_subject::character)
      continue;
    if (!listed && !kind.raw.empty())
      append(out, {", ", kind.raw, " = null"});
    for (const auto& column : kind.derived)
      if (column.listed == listed)
        append(out, {", ", column.name, " = ", column.unknown});
  }
  return out;
}

constexpr std::string_view of_these{" where id = any($1::bigint[])"};
constexpr std::string_view no_documents{R"(
  update characters set is_available = false, candidate_id = null, last_synced_at = null,
    erased_at = app_now(), updated_at = app_now())"};
constexpr std::string_view no_columns = generated<[] { return emptied(false); }>;
constexpr statement columns{
    "erase_documents", join<no_documents, no_columns, of_these>, 30'000};
constexpr statement states{
    "erase_document_states", R"(
  delete from document_states where character_id = any($1::bigint[]))",
    15'000};
constexpr std::string_view no_name{"update characters set name = null, name_key = null"};
constexpr std::string_view nothing_listed = generated<[] { return emptied(true); }>;
constexpr statement names{"erase_names", join<no_name, nothing_listed, of_these>, 30'000};
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
constexpr std::string_view no_guild_documents{"update guilds set updated_at = app_now()"};
constexpr std::string_view no_guild_columns = generated<[] {
  std::string empty;
  std::string filled;
  for (const auto& kind : domain::document_kinds)
    if (kind.of == domain::document_subject::guild) {
      append(empty, {", ", kind.raw, " = null"});
      append(filled, {filled.empty() ? "" : " or ", kind.raw, " is not null"});
    }
  return empty + " where id = $1 and (" + filled + ')';
}>;
constexpr statement guild{
    "erase_guild_documents", join<no_guild_documents, no_guild_columns>, 200};
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
