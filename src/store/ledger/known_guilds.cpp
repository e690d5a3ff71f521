#include "store/ledger/known_guilds.hpp"

#include "core/nearest.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>
#include <vector>

namespace guildhall::store {

namespace {

/// On either side of what was looked for; a realm has hardly more.
constexpr int most_names = 500;

constexpr statement known{
    "known_guilds", R"(
  (select name_key from guilds
    where region = $1 and realm = $2 and name_key > $3 order by name_key limit $4)
  union
  (select name_key from guilds
    where region = $1 and realm = $2 and name_key < $3 order by name_key desc limit $4)
  union
  (select name_slug from guild_candidates
    where region = $1 and realm = $2 and name_slug > $3 order by name_slug limit $4)
  union
  (select name_slug from guild_candidates
    where region = $1 and realm = $2 and name_slug < $3 order by name_slug desc limit $4))",
    2'500};
constexpr statement tracked{
    "tracked_on_realm", R"(
  (select name_slug from tracked_guilds
    where region = $1 and realm = $2 and name_slug > $3 order by name_slug limit $4)
  union
  (select name_slug from tracked_guilds
    where region = $1 and realm = $2 and name_slug < $3 order by name_slug desc limit $4))",
    1'200};
constexpr std::array all{known, tracked};
const listed_statements registered{all};

std::string near_names(
    session& db, const statement& which, const domain::guild_address& address,
    std::string_view head) {
  std::vector<std::string> names;
  for (const auto& row :
       db.exec(which, {address.region, address.realm, address.name_slug, most_names})) {
    std::string name;
    fields(row) >> name;
    names.push_back(std::move(name));
  }
  const auto near = text::nearest(address.name_slug, names);
  return near.empty() ? std::string{} : std::string{head} + text::joined(near);
}

} // namespace

std::string no_such_guild(session& db, const domain::guild_address& address) {
  return "There is no guild " + address.name_slug + " on the realm " + address.realm + " ("
       + std::string{domain::to_string(address.region)} + ")"
       + near_names(db, known, address, "; known there: ");
}

std::string not_known(session& db, const domain::guild_address& address) {
  return "Guild " + spelt(address) + " is not known here"
       + near_names(db, known, address, "; known there: ");
}

std::string not_tracked(session& db, const domain::guild_address& address) {
  return "Guild " + spelt(address) + " is not tracked"
       + near_names(db, tracked, address, "; tracked there: ");
}

std::string spelt(const domain::guild_address& address) {
  return std::string{domain::to_string(address.region)} + '/' + address.realm + '/'
       + address.name_slug;
}

} // namespace guildhall::store
