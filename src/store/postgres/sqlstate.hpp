#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pqxx {
class sql_error;
}

namespace guildhall::store {

/// What an error of PostgreSQL, or of a pooler in between, means for whoever asked. Each has
/// one answer, `failure_of`; nobody compares SQLSTATEs by himself.
enum class trouble : std::uint8_t {
  lost,          ///< this connection is over; another one may do
  read_only,     ///< the server is a standby, or the role may only read
  wrong_pooling, ///< a pooler in transaction mode, where a session was believed
  stale_plan,    ///< a table has changed under a prepared statement: not on a new connection
  cancelled,     ///< it took longer than it may
  locked,        ///< somebody else holds what it needs
  collision,     ///< lost against others: may be run again at once
  refused_value, ///< what was to be stored cannot be
  no_login,      ///< user, password or database: a person must mend it
  surroundings,  ///< no room, no memory, no right, a broken disk: not what was asked
  ours           ///< a bug, or a rule of the schema
};

/// `sqlstate`: five characters; anything else is `ours`.
trouble trouble_of(std::string_view sqlstate) noexcept;

/// The SQLSTATE of an error of libpqxx's, which leaves that of a missing right out.
std::string sqlstate_of(const pqxx::sql_error& error);

/// How it is told. `where` ("job: statement name") is for the log; values and the server's own
/// text, which may quote them, are in neither. Of `lost` it is the failure of a connection
/// whose statement was certainly not carried out.
failure failure_of(trouble what, std::string_view sqlstate, std::string_view where);

/// The sentence for `wrong_pooling`. `key` names the DSN.
std::string wrong_pooling_sentence(std::string_view key);

} // namespace guildhall::store
