#include "domain/payload_children.hpp"

#include "core/text.hpp"
#include "domain/game.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
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
constexpr std::int64_t last_tier = 99'999;

/// There are some two a year.
constexpr std::int64_t last_season = 99;

using kill_key = std::tuple<std::int64_t, std::int64_t, std::string>;

/// A boss in one raid at one difficulty, as it goes into the list; none without a kill.
std::optional<json::object> kill_of(
    json_reader& in, std::int64_t raid, const std::string& difficulty, time_point now,
    std::set<kill_key>& seen) {
  json::object kill{{"raid", raid}};
  std::int64_t boss = 0;
  in.object("encounter", [&] {
    boss = in.integer("id", 1);
    kill["boss"] = boss;
    kill["name"] = in.short_text("name", longest_label);
  });
  const auto kills = in.integer("completed_count");
  kill["difficulty"] = difficulty;
  kill["kills"] = kills;
  if (const auto at = in.optional_moment("last_kill_timestamp", now))
    kill["last_kill"] =
        std::chrono::floor<std::chrono::milliseconds>(*at).time_since_epoch().count();
  if (in.failed() || kills == 0 || !seen.emplace(raid, boss, difficulty).second)
    return std::nullopt;
  return kill;
}

/// With the largest id above 2700, else the smallest.
bool is_newer(const profession_tier& candidate, const profession_tier& chosen) {
  if (candidate.id > first_recent_tier)
    return candidate.id > chosen.id;
  return chosen.id <= first_recent_tier && candidate.id < chosen.id;
}

/// What is listed already counts once.
template <class List>
bool is_repeated(json_reader& in, const List& list, std::int64_t id) {
  const bool repeated =
      std::ranges::any_of(list, [&](const auto& one) { return one.id == id; });
  if (repeated)
    in.leave_out("id", "repeats");
  return repeated;
}

profession_tier tier_of(json_reader& in) {
  profession_tier found;
  in.object("tier", [&] {
    found.id = in.integer("id", 1, last_tier);
    found.name = in.short_text("name", longest_label);
  });
  found.skill_points = in.optional_small_integer("skill_points").value_or(0);
  found.max_skill_points = in.optional_small_integer("max_skill_points").value_or(0);
  return found;
}

profession profession_of(json_reader& in) {
  profession found;
  in.object("profession", [&] {
    found.id = static_cast<int>(in.integer("id", 1, std::numeric_limits<int>::max()));
    found.name = in.short_text("name", longest_label);
  });
  found.skill_points = in.optional_small_integer("skill_points").value_or(0);
  found.max_skill_points = in.optional_small_integer("max_skill_points").value_or(0);
  in.optional_each("tiers", [&] {
    auto tier = tier_of(in);
    if (in.failed() || is_repeated(in, found.tiers, tier.id))
      return;
    if (!found.newest || is_newer(tier, *found.newest))
      found.newest = tier;
    found.tiers.push_back(std::move(tier));
  });
  if (found.newest) {
    found.skill_points = found.newest->skill_points;
    found.max_skill_points = found.newest->max_skill_points;
  }
  return found;
}

json::array tiers_json(const profession& of) {
  json::array tiers;
  tiers.reserve(of.tiers.size());
  for (const auto& tier : of.tiers)
    tiers.push_back(json::object{
        {"id", tier.id},
        {"name", tier.name},
        {"skill_points", tier.skill_points},
        {"max_skill_points", tier.max_skill_points}});
  return tiers;
}

} // namespace

equipment_view equipment_in(json_reader& in) {
  equipment_view equipment;
  in.optional_each("equipped_items", [&] { ++equipment.items; });
  return equipment;
}

mythic_view mythic_in(json_reader& in) {
  mythic_view mythic;
  in.optional_object("current_mythic_rating", [&] {
    mythic.rating = in.optional_number("rating", 0, highest_score);
  });
  in.optional_object("current_period", [&] {
    in.optional_object(
        "period", [&] { mythic.period_id = in.optional_integer("id", 1, last_period); });
    in.optional_each("best_runs", [] {});
  });
  in.optional_each("seasons", [&] {
    const auto season = in.integer("id", 0, last_season);
    if (!in.failed())
      mythic.season = std::max(mythic.season.value_or(season), season);
  });
  return mythic;
}

professions_view professions_in(json_reader& in) {
  professions_view view;
  for (const auto* list : {"primaries", "secondaries"})
    in.optional_each(list, [&] {
      auto found = profession_of(in);
      if (!in.failed() && !is_repeated(in, view.professions, found.id))
        view.professions.push_back(std::move(found));
    });
  return view;
}

std::string professions_json(const professions_view& view, tiers_shown shown) {
  json::array list;
  list.reserve(view.professions.size());
  for (const auto& each : view.professions) {
    json::object line{
        {"profession", {{"id", each.id}, {"name", each.name}}},
        {"skill_points", each.skill_points},
        {"max_skill_points", each.max_skill_points}};
    if (each.newest && shown == tiers_shown::all) {
      line["tier"] = json::object{{"id", each.newest->id}, {"name", each.newest->name}};
      line["tiers"] = tiers_json(each);
    }
    list.push_back(std::move(line));
  }
  return json::serialize(list);
}

toys_view toys_in(json_reader& in) {
  toys_view view;
  view.ids.reserve(in.count("toys"));
  in.optional_each("toys", [&] {
    in.object("toy", [&] {
      const auto id = in.integer("id", 1);
      if (!in.failed())
        view.ids.push_back(id);
    });
  });
  std::ranges::sort(view.ids);
  const auto repeated = std::ranges::unique(view.ids);
  view.ids.erase(repeated.begin(), repeated.end());
  return view;
}

std::string raid_kills_in(json_reader& in, time_point now) {
  json::array kills;
  std::set<kill_key> seen;
  const auto read_mode = [&](std::int64_t raid) {
    std::string difficulty;
    in.object("difficulty", [&] {
      difficulty = in.text("type");
      if (text::length(difficulty) > longest_name)
        in.reject("type", "too long");
    });
    in.optional_object("progress", [&] {
      in.optional_each("encounters", [&] {
        if (auto kill = kill_of(in, raid, difficulty, now, seen))
          kills.push_back(std::move(*kill));
      });
    });
  };
  in.optional_each("expansions", [&] {
    in.optional_each("instances", [&] {
      std::int64_t raid = 0;
      in.object("instance", [&] { raid = in.integer("id", 1); });
      in.optional_each("modes", [&] { read_mode(raid); });
    });
  });
  return json::serialize(kills);
}

} // namespace guildhall::domain
