#pragma once

#include "core/error.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/raw_link.hpp"

#include <string>

namespace guildhall::store {

/// A link that is ready to be worked with: to the right server, with our settings in force.
/// As `connection::open`.
result<raw_link> open_link(const connection_options& options);

/// What a transaction begins with where no session is kept: our settings, for it alone.
std::string settings_of_a_transaction(const connection_options& options);

} // namespace guildhall::store
