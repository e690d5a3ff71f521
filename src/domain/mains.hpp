#pragma once

#include "core/ids.hpp"
#include "domain/authorship.hpp"
#include "domain/operation.hpp"

#include <optional>

/// What officers say about who is a player's main.
namespace guildhall::domain {

struct main_override {
  guildhall::guild_id guild_id;
  guildhall::character_id character_id;
  std::optional<bool> is_main; ///< nothing: nobody said so
  std::int64_t row_version{0}; ///< 0 where nobody said so
};

/// Who becomes a main takes that from the others of the same player.
struct set_main {
  using answer = written<main_override>;
  static constexpr operation_traits traits{"set_main", manner::write};
  author by;
  guild_id guild;
  character_id character;
  std::optional<bool> is_main;
};

using main_operations = operations<set_main>;

} // namespace guildhall::domain
