#pragma once

#include "domain/address.hpp"

#include <string>

/// Sentences about guilds that are not where somebody looks for them, with the names that come
/// near. The realm is a slug.
namespace guildhall::store {

class session;

/// "There is no guild my-gild on the realm draenor (eu); known there: my-guild".
std::string no_such_guild(session& db, const domain::guild_address& address);

/// "Guild eu/draenor/my-gild is not known here; known there: my-guild".
std::string not_known(session& db, const domain::guild_address& address);

/// "Guild eu/draenor/my-gild is not tracked; tracked there: my-guild".
std::string not_tracked(session& db, const domain::guild_address& address);

/// "eu/draenor/my-guild".
std::string spelt(const domain::guild_address& address);

} // namespace guildhall::store
