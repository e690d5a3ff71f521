#include "store/ledger/change_tags.hpp"

#include "domain/tags.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

/// PostgreSQL takes payloads of less than 8,000 bytes.
constexpr std::size_t payload_limit = 7'900;

constexpr statement notify_change{
    "notify_change", "select pg_notify('guildhall_change', $1)", 2};
constexpr statement notify_sync{"notify_sync", "select pg_notify('guildhall_sync', '')", 2};
constexpr statement owners{
    "owners_of", R"(
  select distinct user_id from characters where id = any($1::bigint[]) and user_id is not null)",
    12'000};
constexpr statement users_of_guild{
    "users_of_guild", R"(
  select distinct c.user_id
  from guild_members m join characters c on c.id = m.character_id
  where m.guild_id = $1 and m.left_at is null and c.user_id is not null)",
    12'000};
constexpr std::array all{notify_change, notify_sync, owners, users_of_guild};
const listed_statements registered{all};

void add_users(const pqxx::result& rows, change_tags& tags) {
  for (const auto& row : rows) {
    user_id id;
    fields(row) >> id;
    tags.add(id);
  }
}

} // namespace

void change_tags::add(guild_id id) {
  tags_.insert(domain::guild_tag(id));
}

void change_tags::add_addresses() {
  tags_.emplace(domain::addresses_tag);
}

void change_tags::add_rosters(guild_id id) {
  tags_.insert(domain::rosters_tag(id));
}

void change_tags::add_events(guild_id id) {
  tags_.insert(domain::events_tag(id));
}

void change_tags::add(event_id id) {
  tags_.insert(domain::event_tag(id));
}

void change_tags::add(character_id id) {
  tags_.insert(domain::character_tag(id));
}

void change_tags::add(user_id id) {
  tags_.insert(domain::user_tag(id));
}

void change_tags::send(session& db) const {
  std::string payload;
  for (const auto& tag : tags_) {
    if (payload.size() + tag.size() > payload_limit) {
      db.exec(notify_change, {payload});
      payload.clear();
    }
    payload += (payload.empty() ? "" : " ") + tag;
  }
  if (!payload.empty())
    db.exec(notify_change, {payload});
}

void wake_schedulers(session& db) {
  db.exec(notify_sync);
}

void add_owners(session& db, const std::vector<std::int64_t>& characters, change_tags& tags) {
  if (!characters.empty())
    add_users(db.exec(owners, {characters}), tags);
}

void add_users_of(session& db, guild_id guild, change_tags& tags) {
  add_users(db.exec(users_of_guild, {guild}), tags);
}

} // namespace guildhall::store
