#pragma once

#include "core/error.hpp"
#include "domain/address.hpp"

#include <string>

/// The realms of each region, as its realm index lists them.
namespace guildhall::store {

class session;

/// The slug of the realm that is meant by a slug or a name in any language; `validation` with
/// what comes near. While the region's index is not there yet, whatever has the form of a slug.
result<std::string>
realm_named(session& db, domain::region where, const std::string& slug_or_name);

} // namespace guildhall::store
