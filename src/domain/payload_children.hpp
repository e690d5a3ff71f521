#pragma once

#include "core/clock.hpp"
#include "domain/json_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Views over the documents that hang below a character's profile. They are read where
/// `document_kinds` has proven them (`read_document`). Pure, any thread.
namespace guildhall::domain {

/// Only what makes the document one; nothing of equipment is promoted to a column.
struct equipment_view {
  std::size_t items{0};
};
equipment_view equipment_in(json_reader& in);

struct mythic_view {
  std::optional<double> rating;          ///< current_mythic_rating.rating
  std::optional<std::int64_t> period_id; ///< current_period.period.id
  std::optional<std::int64_t> season;    ///< the newest that the character has played
};
mythic_view mythic_in(json_reader& in);

struct profession_tier {
  std::int64_t id{0};
  std::string name;
  int skill_points{0};
  int max_skill_points{0};
};
struct profession {
  int id{0};
  std::string name;
  int skill_points{0};
  int max_skill_points{0};
  std::vector<profession_tier> tiers;    ///< in Battle.net's order
  std::optional<profession_tier> newest; ///< of which the points above are
};
struct professions_view {
  /// Primaries, then secondaries. Points are those of the newest expansion: the tier with the
  /// largest id above 2700, else the smallest; a profession without tiers (Archaeology) has its
  /// own.
  std::vector<profession> professions;
};
professions_view professions_in(json_reader& in);

/// Lists of many characters show the points alone: the tiers are some kilobytes each.
enum class tiers_shown : std::uint8_t { none, all };
/// `[{"profession":{"id":..,"name":".."},"skill_points":..,"max_skill_points":..}]`, as the web
/// client reads it; with tiers also `"tier":{"id":..,"name":".."}`, whose points these are, and
/// `"tiers":[{"id":..,"name":"..","skill_points":..,"max_skill_points":..}]`.
std::string professions_json(const professions_view& view, tiers_shown shown);

struct toys_view {
  std::vector<std::int64_t> ids; ///< ascending
};
toys_view toys_in(json_reader& in);

/// JSON text: `[{"raid":..,"boss":..,"name":"..","difficulty":"HEROIC","kills":..,
/// "last_kill":..}]`, Battle.net's ids and, where it tells the time, Unix milliseconds. Bosses
/// without a kill and what cannot be read are left out; what is listed twice (the current
/// season repeats raids) stands there once.
std::string raid_kills_in(json_reader& in, time_point now);

} // namespace guildhall::domain
