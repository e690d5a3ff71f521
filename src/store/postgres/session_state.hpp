#pragma once

#include "store/postgres/session.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace guildhall::store {

/// What a session is made of. `prepared` belongs to the connection, the rest to one `run`.
struct session::state {
  pqxx::connection_base& connection;
  std::unordered_set<std::string_view>& prepared;
  deadline expires;
  std::optional<pqxx::nontransaction> plain{};
  pqxx::transaction_base* transaction{nullptr};
  /// The statement that was sent last, for messages.
  std::string_view last_statement{};
};

} // namespace guildhall::store
