#pragma once

#include <string>
#include <string_view>

namespace guildhall {

/// The same PostgreSQL connection string with `***` for every password and what leads to one (a
/// service, a password file, a private key), for logs and reports. Understands both of libpq's
/// forms
/// (`postgresql://user:password@host/db?password=...` and `host=... password=...`); of a string
/// that fits neither, everything is hidden.
std::string mask_dsn(std::string_view dsn);

} // namespace guildhall
