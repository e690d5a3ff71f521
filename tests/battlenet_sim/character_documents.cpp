#include "battlenet_sim/character_documents.hpp"

#include "battlenet_sim/document_parts.hpp"
#include "battlenet_sim/filler.hpp"
#include "battlenet_sim/hrefs.hpp"
#include "battlenet_sim/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace guildhall::sim {

namespace {

struct title {
  int id;
  std::string_view name;
  std::string_view display;
};

constexpr std::array titles{
    title{59, "Predator", "Predator {name}"},
    title{62, "Battlelord", "Battlelord {name}"},
    title{400, "Famed Slayer of the Harbinger", "{name}, Famed Slayer of the Harbinger"},
    title{129, "Loremaster", "Loremaster {name}"},
};

const specialization& spec_of(const character& who) {
  const auto& all = who.profession->specializations;
  return all[mix(who.seed, 3) % all.size()];
}

void profile(json_writer& w, const character_view& view) {
  const auto& who = view.who;
  auto path = character_path(who);
  auto child = [&](std::string_view name, std::string_view last) {
    w.link(name, in_namespace(path + "/" + std::string(last), "profile", who.region));
  };
  const auto& active = spec_of(who);
  self_link(w, in_namespace(path, "profile", who.region));
  w.member("id", who.id);
  w.member("name", who.name);
  typed(w, "gender", who.female ? "FEMALE" : "MALE", who.female ? "Female" : "Male");
  faction(w, who.horde());
  reference(w, who.region, "race", "playable-race/", who.race->id, who.race->name);
  reference(
      w, who.region, "character_class", "playable-class/", who.profession->id,
      who.profession->name);
  if (who.seed % 40 != 5)
    reference(w, who.region, "active_spec", "playable-specialization/", active.id, active.name);
  full_realm(w, who.region, *who.home);
  if (const auto* home = view.state.find_guild(who.shown_guild))
    guild_reference(w, *home);
  w.member("level", who.level);
  w.member("experience", who.level == 80 ? 0 : static_cast<int>(mix(who.seed, 8) % 90'000));
  if (who.seed % 40 != 6)
    w.member("achievement_points", 900 + mix(who.player) % 30'000 + who.visits * 5);
  child("achievements", "achievements");
  child("titles", "titles");
  child("pvp_summary", "pvp-summary");
  child("encounters", "encounters");
  child("media", "character-media");
  w.member("last_login_timestamp", who.modified * 1000);
  w.member("average_item_level", who.item_level + 2);
  w.member("equipped_item_level", who.item_level);
  for (auto name : {"specializations", "statistics"})
    child(name, name);
  child("mythic_keystone_profile", "mythic-keystone-profile");
  for (auto name : {"equipment", "appearance", "collections"})
    child(name, name);
  if (who.seed % 5 < 3) {
    const auto& worn = titles[who.seed % titles.size()];
    w.object("active_title", [&] {
      w.link("key", static_href(who.region, "title/", worn.id));
      w.text("name", worn.name);
      w.member("id", worn.id);
      w.text("display_string", worn.display);
    });
  }
  for (auto name : {"reputations", "quests"})
    child(name, name);
  child("achievements_statistics", "achievements/statistics");
  child("professions", "professions");
  w.member("name_search", who.key);
}

void status(json_writer& w, const character_view& view) {
  const auto& who = view.who;
  self_link(w, in_namespace(character_path(who) + "/status", "profile", who.region));
  w.member("id", who.id);
  w.member("is_valid", who.valid);
}

void rating(json_writer& w, std::string_view name, std::uint64_t seed) {
  w.object(name, [&] {
    w.object("color", [&] {
      w.member("r", seed % 256);
      w.member("g", seed / 256 % 256);
      w.member("b", seed / 65536 % 256);
      w.member("a", 1.0);
    });
    w.member("rating", 150.0 + static_cast<double>(seed % 3'000'000) / 1000.0);
  });
}

void run_member(json_writer& w, const character& who) {
  const auto& active = spec_of(who);
  w.object([&] {
    w.object("character", [&] {
      w.member("name", who.name);
      w.member("id", who.id);
      bare_realm(w, who.region, *who.home);
    });
    reference(
        w, who.region, "specialization", "playable-specialization/", active.id, active.name);
    reference(w, who.region, "race", "playable-race/", who.race->id, who.race->name);
    w.member("equipped_item_level", who.item_level);
  });
}

void best_run(json_writer& w, const world& state, const character& who, std::uint64_t seed) {
  constexpr std::array<std::pair<int, std::string_view>, 6> affixes{
      {{9, "Tyrannical"},
       {10, "Fortified"},
       {147, "Xal'atath's Guile"},
       {148, "Xal'atath's Bargain: Ascendant"},
       {158, "Xal'atath's Bargain: Voidbound"},
       {160, "Xal'atath's Bargain: Devour"}}};
  constexpr std::array<std::pair<int, std::string_view>, 4> dungeons{
      {{499, "Priory of the Sacred Flame"},
       {503, "Ara-Kara, City of Echoes"},
       {505, "The Dawnbreaker"},
       {525, "Operation: Floodgate"}}};
  const auto& where = dungeons[seed % dungeons.size()];
  w.object([&] {
    w.member(
        "completed_timestamp",
        (who.modified - 600 - static_cast<std::int64_t>(seed % 9'000)) * 1000);
    w.member("duration", 1'200'000 + seed % 1'100'000);
    w.member("keystone_level", 2 + static_cast<int>(seed % 17));
    w.array("keystone_affixes", [&] {
      for (auto i : {seed % 2, 2 + seed % 4})
        w.object([&] {
          w.link("key", static_href(who.region, "keystone-affix/", affixes[i].first));
          w.text("name", affixes[i].second);
          w.member("id", affixes[i].first);
        });
    });
    w.array("members", [&] {
      run_member(w, who);
      if (const auto* home = state.find_guild(who.guild))
        for (std::size_t i = 1; i < 5 && i < home->members.size(); ++i) {
          const auto* other =
              state.find_character(home->members[(seed + i) % home->members.size()]);
          if (other != nullptr && other != &who)
            run_member(w, *other);
        }
    });
    w.object("dungeon", [&] {
      w.link("key", dynamic_href(who.region, "mythic-keystone/dungeon/", where.first));
      w.text("name", where.second);
      w.member("id", where.first);
    });
    w.member("is_completed_within_time", seed % 3 != 0);
    rating(w, "mythic_rating", seed % 400'000);
  });
}

void mythic(json_writer& w, const character_view& view) {
  const auto& who = view.who;
  const auto& weeks = view.state.weeks(who.region);
  auto period = weeks.current(view.now_ms);
  auto path = character_path(who) + "/mythic-keystone-profile";
  auto seed = mix(mix(who.seed, period), who.visits);
  auto plays = who.level == 80 && who.seed % 10 < 8;
  self_link(w, in_namespace(path, "profile", who.region));
  w.object("current_period", [&] {
    w.object("period", [&] {
      w.link("key", dynamic_href(who.region, "mythic-keystone/period/", period));
      w.member("id", period);
    });
    if (plays && who.modified * 1000 >= weeks.start_ms(period))
      w.array("best_runs", [&] {
        for (std::uint64_t i = 0; i <= seed % 4; ++i)
          best_run(w, view.state, who, mix(seed, i));
      });
  });
  if (plays) {
    w.array("seasons", [&] {
      const auto name = [&](int season) {
        w.object([&] {
          w.link(
              "key",
              in_namespace(path + "/season/" + std::to_string(season), "profile", who.region));
          w.member("id", season);
        });
      };
      for (auto season = 9; season < 14; ++season)
        if (mix(who.seed, season) % 2 == 0)
          name(season);
      name(14);
      auto season = 14;
      for (const auto began : view.state.new_seasons) // played by whoever was there since
        if (++season; who.modified >= began)
          name(season);
    });
    if (who.seed % 10 < 6)
      rating(w, "current_mythic_rating", mix(who.seed, who.visits));
  }
  character_reference(w, who);
}

void equipment(body& out, const character_view& view) {
  const auto& who = view.who;
  json_writer w(out.own(), view.localized);
  out.own() += '{';
  self_link(w, in_namespace(character_path(who) + "/equipment", "profile", who.region));
  character_reference(w, who);
  // A rare answer lacks the list.
  if (who.seed % 200 != 7) {
    out.own() += ",\"equipped_items\":[";
    append_equipped_items(out, who, view.localized);
    out.own() += ']';
  }
  out.own() += '}';
}

void professions(body& out, const character_view& view) {
  const auto& who = view.who;
  json_writer w(out.own(), view.localized);
  out.own() += '{';
  self_link(w, in_namespace(character_path(who) + "/professions", "profile", who.region));
  if (who.seed % 3 != 0)
    character_reference(w, who);
  if (who.seed % 20 != 8) {
    out.own() += ",\"primaries\":[";
    append_primary_professions(out, who, view.localized);
    out.own() += ']';
  }
  if (who.seed % 20 != 9) {
    out.own() += ",\"secondaries\":[";
    append_secondary_professions(out, who, view.localized);
    out.own() += ']';
  }
  out.own() += '}';
}

void collections(json_writer& w, const character_view& view) {
  const auto& who = view.who;
  auto path = character_path(who) + "/collections";
  self_link(w, in_namespace(path, "profile", who.region));
  for (auto kind : {"pets", "mounts", "heirlooms", "toys", "transmogs", "decors"})
    w.link(kind, in_namespace(path + "/" + kind, "profile", who.region));
}

void toys(json_writer& w, const character_view& view) {
  const auto& who = view.who;
  self_link(w, in_namespace(character_path(who) + "/collections/toys", "profile", who.region));
  std::vector<int> known;
  if (const auto* owner = view.state.find_player(who.player))
    known.assign(
        owner->toys.begin(),
        owner->toys.begin()
            + static_cast<std::ptrdiff_t>(std::min(who.toys_known, owner->toys.size())));
  std::ranges::sort(known);
  w.array("toys", [&] {
    for (auto id : known)
      w.object([&] {
        w.object("toy", [&] {
          w.link("key", static_href(who.region, "toy/", id));
          w.text("name", "Curious Toy No. " + std::to_string(id));
          w.member("id", id);
        });
        if (mix(who.player, id) % 30 == 0)
          w.member("is_favorite", true);
      });
  });
}

struct raid {
  int id;
  std::string_view name;
  std::array<std::pair<int, std::string_view>, 3> bosses;
};

constexpr raid nerub_ar{
    1273,
    "Nerub-ar Palace",
    {{{2607, "Ulgrax the Devourer"},
      {2611, "The Bloodbound Horror"},
      {2599, "Sikran, Captain of the Sureki"}}}};
constexpr raid undermine{
    1296,
    "Liberation of Undermine",
    {{{2639, "Vexie and the Geargrinders"},
      {2640, "Cauldron of Carnage"},
      {2641, "Rik Reverb"}}}};

void raid_mode(
    json_writer& w, const character_view& view, const raid& where, std::string_view type,
    std::string_view name) {
  const auto& who = view.who;
  const auto killed = 1 + mix(mix(who.seed, where.id), type.size()) % where.bosses.size();
  const bool complete = killed == where.bosses.size();
  w.object([&] {
    typed(w, "difficulty", type, name);
    typed(
        w, "status", complete ? "COMPLETE" : "IN_PROGRESS",
        complete ? "Complete" : "In Progress");
    w.object("progress", [&] {
      w.member("completed_count", killed);
      w.member("total_count", where.bosses.size());
      w.array("encounters", [&] {
        for (std::size_t i = 0; i < killed; ++i)
          w.object([&] {
            const auto& [id, boss] = where.bosses[i];
            reference(w, who.region, "encounter", "journal-encounter/", id, boss);
            w.member("completed_count", 1 + mix(who.seed, id) % 9 + who.visits);
            w.member("last_kill_timestamp", (who.modified - 3'600) * 1000);
          });
      });
    });
  });
}

void raid_expansion(
    json_writer& w, const character_view& view, int id, std::string_view name,
    std::initializer_list<const raid*> instances) {
  w.object([&] {
    reference(w, view.who.region, "expansion", "journal-expansion/", id, name);
    w.array("instances", [&] {
      for (const auto* where : instances)
        w.object([&] {
          reference(
              w, view.who.region, "instance", "journal-instance/", where->id, where->name);
          w.array("modes", [&] {
            raid_mode(w, view, *where, "NORMAL", "Normal");
            raid_mode(w, view, *where, "HEROIC", "Heroic");
          });
        });
    });
  });
}

/// The current season repeats the newest raid. Who never raided has no list.
void raids(json_writer& w, const character_view& view) {
  const auto& who = view.who;
  self_link(w, in_namespace(character_path(who) + "/encounters/raids", "profile", who.region));
  character_reference(w, who);
  if (who.level == 80 && who.seed % 4 != 0)
    w.array("expansions", [&] {
      raid_expansion(w, view, 514, "The War Within", {&nerub_ar, &undermine});
      raid_expansion(w, view, 505, "Current Season", {&undermine});
    });
}

/// One that is small enough to be written member by member.
template <void (*Members)(json_writer&, const character_view&)>
void small(body& out, const character_view& view) {
  out.own().reserve(4096);
  json_writer w(out.own(), view.localized);
  w.object([&] { Members(w, view); });
}

std::int64_t with_profile(const character_view& view) {
  return view.who.modified;
}

std::int64_t a_second_later_at_times(const character_view& view) {
  return view.who.modified + static_cast<std::int64_t>(view.who.seed % 2);
}

std::int64_t with_profile_or_week(const character_view& view) {
  const auto& weeks = view.state.weeks(view.who.region);
  return std::max(view.who.modified, weeks.start_ms(weeks.current(view.now_ms)) / 1000);
}

constexpr std::array parts{
    character_part{"", "profile", "character", "18", small<profile>, with_profile},
    character_part{"/status", "status", "character-status", "2", small<status>, with_profile},
    character_part{
        "/equipment", "equipment", "character-equipment", "20", equipment,
        a_second_later_at_times},
    character_part{
        "/mythic-keystone-profile", "mythic", "character-mythic-keystone-profile", "6",
        small<mythic>, with_profile_or_week},
    character_part{
        "/professions", "professions", "character-professions", "3", professions, with_profile},
    character_part{
        "/encounters/raids", "raids", "character-raids", "2", small<raids>, with_profile},
    character_part{
        "/collections", "toys", "character-collections", "2", small<collections>, with_profile},
    character_part{
        "/collections/toys", "toys", "character-toys-collection", "1", small<toys>,
        with_profile},
};

} // namespace

const character_part* find_character_part(std::string_view path) {
  const auto* found = std::ranges::find(parts, path, &character_part::path);
  return found == parts.end() ? nullptr : found;
}

} // namespace guildhall::sim
