#pragma once

#include "store/postgres/connection.hpp"

#include <string>

namespace guildhall::store {

/// The options' DSN with everything else of them merged in, in the form `key='value' ...`.
result<std::string> connection_string(const connection_options& options);

/// Why no connection comes about: asks once more and looks at the server's error code, which
/// libpq shows nowhere else. Never a success.
failure why_not_connected(const std::string& connection_string, deadline expires);

} // namespace guildhall::store
