#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What people change is written down, in the transaction that changes it.
namespace guildhall::store {

class session;

struct audit_entry {
  user_id who;
  std::optional<guild_id> guild{};
  std::string_view action;             ///< "roster.rename"
  std::string subject{};               ///< "roster 12"
  std::optional<std::string> before{}; ///< JSON; ids, and texts that people wrote
  std::optional<std::string> after{};
};

void audit(session& db, const audit_entry& what);

/// First in every transaction of a person: that they still are a user, and stay one until it
/// ends, so that no foreign key to them can fail. `invalid_token` when they are gone.
result<void> hold_author(session& db, user_id who);
/// The same for a guild: `not_found`. Who holds it counts what it has alone: a limit holds
/// whoever writes beside it.
result<void> hold_guild(session& db, guild_id guild);

/// Deletes up to `limit` entries that are this old; answers how many.
std::int64_t expire_audit(session& db, int limit, std::chrono::seconds after);

} // namespace guildhall::store
