#include "domain/json_reader.hpp"
#include "domain/payload.hpp"
#include "domain/projection.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

/// The documents that hang below a character's profile.
namespace guildhall::domain {

namespace json = boost::json;

namespace {

/// Tiers of the expansions with a skill of their own number from 2437; those above this are the
/// expansions since Shadowlands.
constexpr std::int64_t first_recent_tier = 2700;

struct tier {
  std::int64_t id{0};
  int skill_points{0};
  int max_skill_points{0};
};

using kill_key = std::tuple<std::int64_t, std::int64_t, std::string>;

/// A boss in one raid at one difficulty, as it goes into the list; none without a kill.
std::optional<json::object> kill_of(
    json_reader& in, std::int64_t raid, const std::string& difficulty,
    std::set<kill_key>& seen) {
  json::object kill{{"raid", raid}};
  std::int64_t boss = 0;
  in.object("encounter", [&] {
    boss = in.integer("id", 1);
    kill["boss"] = boss;
    kill["name"] = in.optional_text("name").value_or("");
  });
  const auto kills = in.integer("completed_count");
  kill["difficulty"] = difficulty;
  kill["kills"] = kills;
  if (const auto at = in.optional_integer("last_kill_timestamp"))
    kill["last_kill"] = *at;
  if (in.failed() || kills == 0 || !seen.emplace(raid, boss, difficulty).second)
    return std::nullopt;
  return kill;
}

/// With the largest id above 2700, else the smallest.
bool is_better(const tier& candidate, const tier& chosen) {
  if (candidate.id > first_recent_tier)
    return candidate.id > chosen.id;
  return chosen.id <= first_recent_tier && candidate.id < chosen.id;
}

profession profession_of(json_reader& in) {
  profession found;
  in.object("profession", [&] {
    found.id = static_cast<int>(in.integer("id", 1, std::numeric_limits<int>::max()));
    found.name = in.optional_text("name").value_or("");
  });
  found.skill_points = in.optional_small_integer("skill_points").value_or(0);
  found.max_skill_points = in.optional_small_integer("max_skill_points").value_or(0);
  std::optional<tier> chosen;
  in.optional_each("tiers", [&] {
    tier candidate;
    in.object("tier", [&] { candidate.id = in.integer("id", 1); });
    candidate.skill_points = in.optional_small_integer("skill_points").value_or(0);
    candidate.max_skill_points = in.optional_small_integer("max_skill_points").value_or(0);
    if (!chosen || is_better(candidate, *chosen))
      chosen = candidate;
  });
  if (chosen) {
    found.skill_points = chosen->skill_points;
    found.max_skill_points = chosen->max_skill_points;
  }
  return found;
}

} // namespace

result<equipment_view> parse_equipment(std::string_view body) {
  json_reader in{body};
  equipment_view equipment;
  in.optional_each("equipped_items", [&] { ++equipment.items; });
  return in.finish(equipment);
}

result<mythic_view> parse_mythic(std::string_view body) {
  json_reader in{body};
  mythic_view mythic;
  in.optional_object(
      "current_mythic_rating", [&] { mythic.rating = in.optional_number("rating"); });
  in.optional_object("current_period", [&] {
    in.optional_object("period", [&] { mythic.period_id = in.optional_integer("id", 1); });
  });
  return in.finish(mythic);
}

result<professions_view> parse_professions(std::string_view body) {
  json_reader in{body};
  professions_view view;
  for (const auto* list : {"primaries", "secondaries"})
    in.optional_each(list, [&] { view.professions.push_back(profession_of(in)); });
  return in.finish(std::move(view));
}

std::string professions_json(const professions_view& view) {
  json::array list;
  list.reserve(view.professions.size());
  for (const auto& each : view.professions)
    list.push_back(json::object{
        {"profession", {{"id", each.id}, {"name", each.name}}},
        {"skill_points", each.skill_points},
        {"max_skill_points", each.max_skill_points}});
  return json::serialize(list);
}

result<toys_view> parse_toys(std::string_view body) {
  json_reader in{body};
  toys_view view;
  view.ids.reserve(in.count("toys"));
  in.optional_each(
      "toys", [&] { in.object("toy", [&] { view.ids.push_back(in.integer("id", 1)); }); });
  std::ranges::sort(view.ids);
  const auto repeated = std::ranges::unique(view.ids);
  view.ids.erase(repeated.begin(), repeated.end());
  return in.finish(std::move(view));
}

result<void> read_raids(std::string_view body, character_columns& columns) {
  json_reader in{body};
  json::array kills;
  std::set<kill_key> seen;
  const auto read_mode = [&](std::int64_t raid) {
    std::string difficulty;
    in.object("difficulty", [&] { difficulty = in.text("type"); });
    in.optional_object("progress", [&] {
      in.each_readable("encounters", [&] {
        if (auto kill = kill_of(in, raid, difficulty, seen))
          kills.push_back(std::move(*kill));
      });
    });
  };
  in.each_readable("expansions", [&] {
    in.each_readable("instances", [&] {
      std::int64_t raid = 0;
      in.object("instance", [&] { raid = in.integer("id", 1); });
      in.each_readable("modes", [&] { read_mode(raid); });
    });
  });
  auto text = in.finish(json::serialize(kills));
  if (!text)
    return std::unexpected<failure>(text.error());
  columns.raid_kills = std::move(*text);
  return {};
}

} // namespace guildhall::domain
