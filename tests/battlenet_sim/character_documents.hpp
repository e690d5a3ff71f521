#pragma once

#include "battlenet_sim/body.hpp"
#include "battlenet_sim/world.hpp"

#include <cstdint>
#include <string_view>

namespace guildhall::sim {

/// Whose document is rendered, and when.
struct character_view {
  const world& state;
  const character& who;
  std::int64_t now_ms;
  bool localized;
};

/// A kind of document below a character's path. Paths, the ledger's classes, headers, dates and
/// bodies follow from the table of them.
struct character_part {
  std::string_view path;   ///< below the character's; empty: the profile itself
  std::string_view kind;   ///< its class in the ledger
  std::string_view schema; ///< Battle.net's name of its shape, with its revision
  std::string_view revision;
  void (*write)(body& out, const character_view& view){nullptr};
  /// When it changed, in Unix seconds.
  std::int64_t (*modified)(const character_view& view){nullptr};
};

/// Null for what is no document.
const character_part* find_character_part(std::string_view path);

} // namespace guildhall::sim
