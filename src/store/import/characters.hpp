#pragma once

#include "store/import/old_database.hpp"
#include "store/import/verdict.hpp"
#include "store/postgres/values.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace guildhall::store {

/// Finds the characters here that old rows speak of, by who they are: region, realm id and
/// Battle.net's id. The old tables have no realm id, but the documents of Battle.net that they
/// keep have it, for whole realms at a time. A character whose realm id is nowhere to be found
/// is looked for by its address, and waits for the sync if nobody is there.
class old_characters {
public:
  /// Learns the realm ids from the old guilds' documents.
  result<void> learn_realms(old_database& old);

  /// Columns of the table `characters` (alias `c`) for `find`, after the id that a row refers
  /// to it by; `guild` is the alias of the old guild whose region counts where a character has
  /// none.
  static std::string
  columns(const old_database& old, const std::string& id, std::string_view guild);

  /// Reads those columns. A character that is not here yet is added, as the sync would: without
  /// an owner.
  found<character_id> find(session& db, fields& row) const;

private:
  std::optional<realm_id>
  realm_of(session& db, domain::region where, const std::string& realm) const;

  /// Region and slug -> id; nothing where documents contradict each other.
  std::map<std::pair<domain::region, std::string>, std::optional<realm_id>> realms_;
};

} // namespace guildhall::store
