#include "store/ledger/fence.hpp"

#include "domain/tags.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement_lists.hpp"

#include <array>

namespace guildhall::store {

namespace {

/// PostgreSQL takes payloads of less than 8,000 bytes.
constexpr std::size_t payload_limit = 7'900;

constexpr statement lock_lease{
    "lock_lease", "select from sync_queue where id = $1 and lease_token = $2 for update", 12};
constexpr statement app_now{"app_now", "select app_now()", 4};
constexpr statement notify_change{
    "notify_change", "select pg_notify('guildhall_change', $1)", 2};
constexpr statement notify_sync{"notify_sync", "select pg_notify('guildhall_sync', '')", 2};
constexpr std::array all{lock_lease, app_now, notify_change, notify_sync};

} // namespace

statements lists::fence() {
  return all;
}

result<void> fence(session& db, const domain::lease& held) {
  if (db.exec(lock_lease, {held.entry, held.token}).empty())
    return fail(ec::lease_lost);
  return {};
}

time_point now_of(session& db) {
  const auto rows = db.exec(app_now);
  time_point now;
  fields(rows[0]) >> now;
  return now;
}

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

} // namespace guildhall::store
