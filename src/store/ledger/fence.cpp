#include "store/ledger/fence.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

constexpr statement lock_lease{
    "lock_lease", "select from sync_queue where id = $1 and lease_token = $2 for update", 12};
constexpr statement app_now{"app_now", "select app_now()", 4};
constexpr std::array all{lock_lease, app_now};
const listed_statements registered{all};

} // namespace

result<void> fence(session& db, const domain::lease& held) {
  if (db.exec(lock_lease, {held.entry, held.token}).empty())
    return fail(ec::lease_lost);
  return {};
}

std::chrono::milliseconds wait_until(time_point when, time_point made_at) {
  using std::chrono::milliseconds;
  constexpr milliseconds shortest{1'000};
  constexpr milliseconds longest{std::chrono::days{3'650}};
  if (when <= made_at)
    return shortest;
  return std::clamp(
      std::chrono::duration_cast<milliseconds>(when - made_at), shortest, longest);
}

std::optional<std::chrono::milliseconds>
wait_until(const std::optional<time_point>& when, time_point made_at) {
  return when ? std::optional{wait_until(*when, made_at)} : std::nullopt;
}

time_point now_of(session& db) {
  const auto rows = db.exec(app_now);
  time_point now;
  fields(rows[0]) >> now;
  return now;
}

} // namespace guildhall::store
