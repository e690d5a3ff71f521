#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/address.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Moving in from the old back end: what people wrote there is taken over here, once.
namespace guildhall::store {

class connection;

/// What became of the rows of one old table.
struct import_count {
  std::string_view what; ///< "users", "guilds", ...
  std::int64_t read{0};
  std::int64_t taken{0};
  std::int64_t here{0};    ///< taken by an earlier import, or nothing to take
  std::int64_t waiting{0}; ///< for the sync; a later import takes them
  std::int64_t left{0};    ///< not taken, each with a line that says why
};

struct import_report {
  std::vector<import_count> counts;
};

using import_line = std::function<void(const std::string&)>;

/// Takes users, guilds (which are tracked from then on), custom rank names, rosters, events and
/// sign-ups from the old database into the one of `own`, and tells `say` a line for each row
/// that is left, that waits, or that is taken with a change.
///
/// The old database is read in one repeatable-read, read-only transaction, some hundreds of
/// rows at a time; what is taken is committed in as many steps, so an import that was broken
/// off goes on when it is run again. A row is taken once: nothing that is here is changed.
/// Battle.net owns who belongs to whom, so nobody becomes a character's owner or a guild's
/// leader by it.
///
/// `old` must be open read-only with a statement timeout of minutes: it waits while `own`
/// writes. Blocking. `validation` if it is no database of the old back end, `conflict` if
/// another old database was imported before.
/// Guilds of other regions than `synced` (empty: of none) are taken and wait to be tracked.
result<import_report> import_old_database(
    connection& old, connection& own, std::vector<domain::region> synced, deadline expires,
    const import_line& say);

} // namespace guildhall::store
