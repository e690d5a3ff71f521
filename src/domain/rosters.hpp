#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/authorship.hpp"
#include "domain/once.hpp"
#include "domain/operation.hpp"

#include <optional>
#include <string>
#include <vector>

/// The rosters that a guild master makes of a guild's members.
namespace guildhall::domain {

inline constexpr int max_rosters_per_guild = 100;
inline constexpr int max_places_per_roster = 1'000; ///< a guild has no more members

struct roster_row {
  roster_id id;
  guildhall::guild_id guild_id;
  std::string name;
  std::int64_t row_version{0};
  time_point created_at{};
  time_point updated_at{};
};

struct roster_place {
  guildhall::character_id character_id;
  std::string name;                ///< "Unknown" once erased
  std::string rank;                ///< its name; empty for whoever has left the guild
  std::string class_name;          ///< English
  std::optional<std::string> role; ///< in this roster, else the character's
  std::string realm{};             ///< slug
  std::string realm_name{};        ///< empty: not known
};

struct roster_with_places {
  roster_row roster;
  std::vector<roster_place> places; ///< by name
};

/// One character, or everybody of a rank.
struct roster_addition {
  std::optional<guildhall::character_id> character;
  std::optional<int> rank;
  std::optional<std::string> role;
};

/// By name; an unknown guild has none.
struct rosters_of {
  using answer = std::vector<roster_row>;
  static constexpr operation_traits traits{"rosters", manner::read};
  guild_id guild;
};

struct roster_by_id {
  using answer = roster_with_places;
  static constexpr operation_traits traits{"roster", manner::read};
  roster_id id;
};

// All writes are for the guild master only.

struct add_roster {
  using answer = written<roster_row>;
  static constexpr operation_traits traits{"add_roster", manner::write};
  author by;
  guild_id guild;
  std::string name;
};

struct rename_roster {
  using answer = written<roster_row>;
  static constexpr operation_traits traits{"rename_roster", manner::write};
  author by;
  roster_id roster;
  std::string name;
};

struct remove_roster {
  using answer = written<roster_row>;
  static constexpr operation_traits traits{"remove_roster", manner::write};
  author by;
  roster_id roster;
};

/// Who is not in the guild or has a place already is skipped.
struct add_places {
  using answer = written<roster_with_places>;
  static constexpr operation_traits traits{"add_places", manner::write};
  author by;
  roster_id roster;
  std::vector<roster_addition> additions;
};

struct set_place_role {
  using answer = written<roster_place>;
  static constexpr operation_traits traits{"set_place_role", manner::write};
  author by;
  roster_id roster;
  character_id character;
  std::optional<std::string> role;
};

struct remove_place {
  using answer = written<roster_row>;
  static constexpr operation_traits traits{"remove_place", manner::write};
  author by;
  roster_id roster;
  character_id character;
};

using roster_operations = operations<
    rosters_of, roster_by_id, add_roster, once<add_roster>, rename_roster, remove_roster,
    add_places, once<add_places>, set_place_role, remove_place>;

} // namespace guildhall::domain
