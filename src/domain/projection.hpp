#pragma once

#include "domain/game.hpp"
#include "domain/payload.hpp"
#include "domain/payload_children.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// From documents to columns. Pure; each function fills the part of its own document and leaves
/// the rest alone, so that documents project in any order and an absent one changes nothing.
namespace guildhall::domain {

/// What `characters` keeps outside of the raw JSON. An empty optional means that the document
/// which would say it did not arrive, or does not say it.
struct character_columns {
  // from the profile
  std::optional<int> class_id;
  std::string class_name; ///< English, of a new class the document's; empty without a class id
  std::optional<int> level;
  domain::role role{};        ///< by the active specialisation's id
  std::optional<int> spec_id; ///< also when the specialisation is not known to us
  std::string spec_name;      ///< English, of a new specialisation the document's
  std::optional<double> average_item_level;
  std::optional<double> equipped_item_level;
  std::optional<std::int64_t> achievement_points;
  std::optional<time_point> last_login_at;
  // from the others
  std::optional<double> mythic_rating;
  std::optional<std::int64_t> mythic_season;   ///< of the rating
  std::optional<std::int64_t> period_id;       ///< the week that the M+ document says it is of
  std::optional<std::string> professions;      ///< JSON text, as `professions_json` makes it
  std::optional<std::string> profession_tiers; ///< the same with all tiers
  std::optional<std::vector<std::int64_t>> toys; ///< ascending
  std::optional<std::string> raid_kills;         ///< JSON text, as `raid_kills_in` makes it
};

void project_profile(const profile_view& view, character_columns& columns);
void project_mythic(const mythic_view& view, character_columns& columns);
void project_professions(const professions_view& view, character_columns& columns);
void project_toys(const toys_view& view, character_columns& columns);

} // namespace guildhall::domain
