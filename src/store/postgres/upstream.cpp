#include "store/postgres/upstream.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement record{
    "record_upstream", R"(
  insert into upstream_hosts (role, host) values ($1, $2) on conflict do nothing)",
    6};
constexpr statement recorded{
    "recorded_upstream", R"(
  select host from upstream_hosts where role = $1)",
    6};
constexpr std::array all{record, recorded};
const listed_statements registered{all};

result<void> check_one(session& db, const std::string& role, const std::string& host) {
  // Read first: what is known already needs nothing that takes writes.
  auto rows = db.exec(recorded, {role});
  if (rows.empty()) {
    db.exec(record, {role, host});
    rows = db.exec(recorded, {role});
  }
  std::string known;
  fields(rows[0]) >> known;
  if (known == host)
    return {};
  return fail(
      ec::upstream_mismatch, "this database mirrors " + known + " (" + role
                                 + "), but the configuration says " + host
                                 + ": use another database");
}

} // namespace

result<void> check_upstream(
    session& db, const std::map<std::string, std::string>& api_hosts,
    const std::string& oauth_host) {
  return db.transaction([&]() -> result<void> {
    if (auto ok = check_one(db, "oauth", oauth_host); !ok)
      return ok;
    for (const auto& [region, host] : api_hosts)
      if (auto ok = check_one(db, region, host); !ok)
        return ok;
    return {};
  });
}

} // namespace guildhall::store
