#include "store/people/users.hpp"

#include "store/ledger/change_tags.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

constexpr statement by_id{
    "role_by_id", R"(
  update users set role = $2, updated_at = app_now() where id = $1::bigint returning id)",
    30};
constexpr statement by_battletag{
    "role_by_battletag", R"(
  update users set role = $2, updated_at = app_now() where battletag = $1 returning id)",
    30};
// Battle.net's account ids are positive: a negative one can never be somebody's login.
constexpr statement development{
    "development_user", R"(
  with known as (
    select id from users where battletag = $1 order by id limit 1
  ), made as (
    insert into users (bnet_account_id, battletag)
    select least(0, (select min(bnet_account_id) from users)) - 1, $1
    where not exists (select from known)
    returning id
  )
  select id from known union all select id from made)",
    40};
constexpr std::array all{by_id, by_battletag, development};
const listed_statements registered{all};

constexpr std::array<std::string_view, 3> roles{"user", "guild_leader", "admin"};

bool is_number(std::string_view text) {
  constexpr std::size_t digits_of_a_bigint = 18;
  return !text.empty() && text.size() <= digits_of_a_bigint
      && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Battle.net gives a tag to another account once it is free.
failure several(const pqxx::result& users) {
  auto ids = ids_of(users);
  std::ranges::sort(ids);
  std::string listed;
  for (const auto id : ids)
    listed.append(listed.empty() ? "" : ", ").append(std::to_string(id));
  return {ec::conflict, "Several users have this battletag, name one by its id: " + listed};
}

} // namespace

result<user_id> set_role(session& db, std::string_view who, std::string_view role) {
  if (std::ranges::find(roles, role) == roles.end())
    return fail(ec::validation, "a role is one of user, guild_leader, admin");
  return db.transaction([&]() -> result<user_id> {
    const auto rows = db.exec(is_number(who) ? by_id : by_battletag, {who, role});
    if (rows.empty())
      return fail(ec::not_found, "User not found");
    if (rows.size() > 1)
      return fail(several(rows));
    user_id id;
    fields(rows[0]) >> id;
    change_tags tags;
    tags.add(id);
    tags.send(db);
    return id;
  });
}

result<user_id> development_user(session& db, std::string_view battletag) {
  user_id id;
  fields(db.exec(development, {battletag})[0]) >> id;
  return id;
}

} // namespace guildhall::store
