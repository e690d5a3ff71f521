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
  /// What each transaction begins with; empty where a session is kept.
  const std::string& local_settings;
  std::optional<pqxx::nontransaction> plain{};
  pqxx::transaction_base* transaction{nullptr};
  /// The statement that was sent last, for messages.
  std::string_view last_statement{};
  bool prepared_now{false}; ///< and that it was prepared for this call
  /// A change is being committed, or was: a connection that breaks now tells nothing about it.
  bool in_doubt{false};
};

} // namespace guildhall::store
