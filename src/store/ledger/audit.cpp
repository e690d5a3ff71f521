#include "store/ledger/audit.hpp"

#include "store/postgres/session.hpp"
#include "store/postgres/statement.hpp"

#include <array>

namespace guildhall::store {

namespace {

constexpr statement insert{
    "audit", R"(
  insert into audit_log (user_id, guild_id, action, subject, before, after)
  values ($1, $2, $3, $4, $5::jsonb, $6::jsonb))",
    40};
constexpr statement author{"hold_author", "select from users where id = $1 for key share", 12};
constexpr statement guild{
    "hold_guild", "select from guilds where id = $1 for no key update", 12};
// The log is for looking things up, not for ever.
constexpr statement expire{
    "expire_audit", R"(
  delete from audit_log where id = any(array(
    select id from audit_log where at < app_now() - $2::interval order by at limit $1)))",
    1'000};
constexpr std::array all{insert, author, guild, expire};
const listed_statements registered{all};

} // namespace

void audit(session& db, const audit_entry& what) {
  db.exec(insert, {what.who, what.guild, what.action, what.subject, what.before, what.after});
}

result<void> hold_author(session& db, user_id who) {
  if (db.exec(author, {who}).empty())
    return fail(ec::invalid_token);
  return {};
}

result<void> hold_guild(session& db, guild_id id) {
  if (db.exec(guild, {id}).empty())
    return fail(ec::not_found, "Guild with ID " + std::to_string(id.value) + " not found");
  return {};
}

std::int64_t expire_audit(session& db, int limit, std::chrono::seconds after) {
  return static_cast<std::int64_t>(db.exec(expire, {limit, after}).affected_rows());
}

} // namespace guildhall::store
