#include "store/postgres/sqlstate.hpp"

#include <pqxx/except>

#include <algorithm>
#include <array>

namespace guildhall::store {

namespace {

struct row {
  std::string_view prefix; ///< of the SQLSTATE: a whole one, or a class of them
  trouble meaning;
};

/// The longest prefix that fits says what it is.
constexpr std::array table{
    row{"08", trouble::lost},    // connection exceptions, and most of what poolers say
    row{"57P", trouble::lost},   // shutdown, crash, starting up, database dropped, idle session
    row{"25P03", trouble::lost}, // idle in a transaction for too long
    row{"25P04", trouble::lost}, // a transaction that took too long
    row{"25006", trouble::read_only},
    row{"42P05", trouble::wrong_pooling}, // prepared already: this backend is another one
    row{"26000", trouble::wrong_pooling}, // not prepared: likewise
    row{"0A000", trouble::stale_plan},
    row{"57014", trouble::cancelled},
    row{"55P03", trouble::locked},
    row{"40", trouble::collision}, // serialization, deadlock, conflict with recovery
    row{"72000", trouble::collision},
    row{"22P02", trouble::refused_value}, // broken JSON or another text
    row{"22P03", trouble::refused_value},
    row{"22P05", trouble::refused_value},
    row{"22003", trouble::refused_value}, // a number out of range
    row{"22021", trouble::refused_value}, // not this encoding
    row{"54000", trouble::refused_value}, // text that no index can hold
    row{"54001", trouble::refused_value}, // nesting deeper than the server's stack
    row{"23514", trouble::refused_value}, // forbidden by a check
    row{"28", trouble::no_login},
    row{"3D000", trouble::no_login},
    row{"42501", trouble::surroundings}, // a right is missing
    row{"53", trouble::surroundings},    // disk, memory, connections, other limits
    row{"57", trouble::surroundings},    // an operator intervenes
    row{"58", trouble::surroundings},    // the system below fails
    row{"F0", trouble::surroundings},    // its configuration does
};

} // namespace

trouble trouble_of(std::string_view sqlstate) noexcept {
  if (sqlstate.size() != 5)
    return trouble::ours;
  const row* best = nullptr;
  for (const auto& one : table)
    if (sqlstate.starts_with(one.prefix) && (!best || one.prefix.size() > best->prefix.size()))
      best = &one;
  return best ? best->meaning : trouble::ours;
}

std::string sqlstate_of(const pqxx::sql_error& error) {
  if (error.sqlstate().empty() && dynamic_cast<const pqxx::insufficient_privilege*>(&error))
    return "42501";
  return error.sqlstate();
}

failure failure_of(trouble what, std::string_view sqlstate, std::string_view where) {
  const auto code = " (SQLSTATE " + std::string(sqlstate) + ")";
  switch (what) {
  case trouble::lost:
  case trouble::wrong_pooling:
  case trouble::stale_plan:
    return {ec::database_down, "the database connection is lost"};
  case trouble::read_only:
    return {ec::database_refuses, "the database takes no writes: its role may only read"};
  case trouble::cancelled:
    return {ec::deadline_expired, std::string(where)};
  case trouble::locked:
    return {ec::contended, "others kept what this needs for too long"};
  case trouble::collision:
    return {ec::contended, "too many changed this at once"};
  case trouble::surroundings:
    return {
        ec::database_refuses,
        sqlstate == "42501" ? "the database refuses our role a right that it needs" + code
                            : "the database has no room or resources at the moment" + code};
  case trouble::no_login:
    return {ec::wrong_credentials, "the database refuses our user or password" + code};
  case trouble::refused_value:
  case trouble::ours:
    break;
  }
  return {
      ec::database_error,
      std::string(where) + " failed with SQLSTATE " + std::string(sqlstate)};
}

std::string wrong_pooling_sentence(std::string_view key) {
  if (key == "database.dsn")
    return "database.dsn leads through a pooler in transaction mode: set database.pooling = "
           "\"transaction\", or use a direct connection";
  return std::string(key)
       + " leads through a pooler in transaction mode: it must be a direct connection";
}

} // namespace guildhall::store
