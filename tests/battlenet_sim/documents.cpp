#include "battlenet_sim/documents.hpp"

#include "battlenet_sim/document_parts.hpp"
#include "battlenet_sim/hrefs.hpp"
#include "battlenet_sim/text.hpp"

#include <algorithm>
#include <utility>

namespace guildhall::sim {

namespace {

constexpr int shown_periods = 90;
/// Whoever has more has several game licences in one account.
constexpr std::size_t characters_per_licence = 4;

void rgba(json_writer& w, std::uint64_t seed) {
  w.object("rgba", [&] {
    w.member("r", seed % 256);
    w.member("g", seed / 256 % 256);
    w.member("b", seed / 65536 % 256);
    w.member("a", 1);
  });
}

void crest_part(json_writer& w, const guild& which, std::string_view name, std::uint64_t seed) {
  auto id = static_cast<int>(seed % 190);
  w.object(name, [&] {
    w.member("id", id);
    w.object("media", [&] {
      w.link(
          "key", static_href(which.region, "media/guild-crest/" + std::string(name) + "/", id));
      w.member("id", id);
    });
    w.object("color", [&] {
      w.member("id", seed % 17);
      rgba(w, seed);
    });
  });
}

void roster_member(json_writer& w, const character& who) {
  w.object([&] {
    w.object("character", [&] {
      // A quarter of the members come without their address, a tenth without their faction.
      if (who.seed % 4 != 0)
        w.link("key", in_namespace(character_path(who), "profile", who.region));
      w.member("name", who.name);
      w.member("id", who.id);
      bare_realm(w, who.region, *who.home);
      w.member("level", who.level);
      reference(w, who.region, "playable_class", "playable-class/", who.profession->id, "");
      reference(w, who.region, "playable_race", "playable-race/", who.race->id, "");
      if (who.seed % 10 != 1)
        w.object("faction", [&] { w.member("type", who.horde() ? "HORDE" : "ALLIANCE"); });
    });
    w.member("rank", who.rank);
  });
}

void achievement(json_writer& w, const character& who, const activity_line& line) {
  w.object("character_achievement", [&] {
    character_reference(w, who);
    const auto id = static_cast<int>(6'000 + line.at_ms / 1000 % 9'000);
    reference(w, who.region, "achievement", "achievement/", id, "Achievement");
  });
}

void encounter(json_writer& w, std::string_view region, const activity_line& line) {
  w.object("encounter_completed", [&] {
    const auto id = static_cast<int>(2'900 + line.at_ms / 1000 % 30);
    reference(w, region, "encounter", "journal-encounter/", id, "Encounter");
    typed(w, "mode", "HEROIC", "Heroic");
  });
}

std::string user_href(std::string_view region, std::string_view path) {
  return in_namespace(api_host(region).append("/profile/user").append(path), "profile", region);
}

void account_character(json_writer& w, const character& who) {
  w.object([&] {
    w.link("character", in_namespace(character_path(who), "profile", who.region));
    w.link(
        "protected_character", user_href(
                                   who.region, std::string("/wow/protected-character/")
                                                   .append(std::to_string(who.home->id))
                                                   .append("-")
                                                   .append(std::to_string(who.id))));
    w.member("name", who.name);
    w.member("id", who.id);
    full_realm(w, who.region, *who.home);
    reference(
        w, who.region, "playable_class", "playable-class/", who.profession->id,
        who.profession->name);
    reference(w, who.region, "playable_race", "playable-race/", who.race->id, who.race->name);
    typed(w, "gender", who.female ? "FEMALE" : "MALE", who.female ? "Female" : "Male");
    faction(w, who.horde());
    w.member("level", who.level);
  });
}

} // namespace

body guild_document(const guild& which, bool localized) {
  body out;
  json_writer w(out.own(), localized);
  auto path = guild_path(which);
  w.object([&] {
    self_link(w, in_namespace(path, "profile", which.region));
    w.member("id", which.id);
    w.member("name", which.name);
    faction(w, which.horde);
    w.member("achievement_points", which.achievement_points);
    w.member("member_count", which.members.size());
    full_realm(w, which.region, *which.home);
    w.object("crest", [&] {
      crest_part(w, which, "emblem", which.seed);
      crest_part(w, which, "border", mix(which.seed, 1) % 1000 * 191);
      w.object("background", [&] {
        w.object("color", [&] {
          w.member("id", which.seed % 51);
          rgba(w, mix(which.seed, 2));
        });
      });
    });
    for (auto name : {"roster", "achievements"})
      w.link(name, in_namespace(path + "/" + name, "profile", which.region));
    w.member("created_timestamp", which.created_ms);
    w.link("activity", in_namespace(path + "/activity", "profile", which.region));
    w.member("name_search", lower(which.name));
  });
  return out;
}

body roster_document(
    const world& state, const guild& which, const std::vector<std::int64_t>& members,
    bool localized) {
  body out;
  out.own().reserve(600 + members.size() * 640);
  json_writer w(out.own(), localized);
  w.object([&] {
    self_link(w, in_namespace(guild_path(which) + "/roster", "profile", which.region));
    guild_reference(w, which);
    w.array("members", [&] {
      for (auto id : members)
        if (const auto* who = state.find_character(id))
          roster_member(w, *who);
    });
  });
  return out;
}

body activity_document(const world& state, const guild& which, bool localized) {
  body out;
  json_writer w(out.own(), localized);
  const auto region = which.region;
  w.object([&] {
    self_link(w, in_namespace(guild_path(which) + "/activity", "profile", region));
    guild_reference(w, which);
    w.array("activities", [&] {
      for (const auto& line : which.activity) {
        const auto* who = state.find_character(line.character);
        w.object([&] {
          if (who != nullptr)
            achievement(w, *who, line);
          else
            encounter(w, region, line);
          w.object("activity", [&] {
            w.member("type", who != nullptr ? "CHARACTER_ACHIEVEMENT" : "ENCOUNTER");
          });
          w.member("timestamp", line.at_ms);
        });
      }
    });
  });
  return out;
}

body account_document(
    const world& state, const player& who, std::string_view region, bool localized) {
  body out;
  json_writer w(out.own(), localized);
  std::vector<character> all;
  for (auto id : who.characters)
    if (const auto* one = state.find_character(id); one != nullptr && one->region == region)
      all.push_back(*one);
  // Some accounts still list a character that was deleted long ago.
  if (!all.empty() && mix(static_cast<std::uint64_t>(who.id)) % 10 == 0) {
    auto ghost = all.front();
    ghost.id += 50'000'000;
    ghost.level = 0;
    ghost.name.clear();
    ghost.key.clear();
    all.push_back(std::move(ghost));
  }
  w.object([&] {
    w.object("_links", [&] {
      w.link("self", user_href(region, "/wow"));
      w.link("user", api_host(region) + "/profile/user");
      w.link("profile", user_href(region, "/wow"));
    });
    w.member("id", who.id);
    w.array("wow_accounts", [&] {
      for (std::size_t first = 0; first < all.size(); first += characters_per_licence)
        w.object([&] {
          w.member("id", who.id + 7 + static_cast<std::int64_t>(first));
          w.array("characters", [&] {
            for (auto i = first; i < std::min(all.size(), first + characters_per_licence); ++i)
              account_character(w, all[i]);
          });
        });
    });
    w.link("collections", user_href(region, "/wow/collections"));
  });
  return out;
}

body index_document(
    document what, const world& state, std::string_view region, std::int64_t now_ms,
    bool localized) {
  body out;
  json_writer w(out.own(), localized);
  auto entry = [&](std::string href, std::string_view name, std::int64_t id) {
    w.object([&] {
      w.link("key", href);
      w.text("name", name);
      w.member("id", id);
    });
  };
  auto self = [&](std::string_view path, std::string_view name_space) {
    self_link(
        w, api_host(region) + "/data/wow/" + std::string(path)
               + "/?namespace=" + std::string(name_space));
  };
  auto dynamic = "dynamic-" + std::string(region);
  w.object([&] {
    if (what == document::realm_index) {
      self("realm", dynamic);
      w.array("realms", [&] {
        for (const auto& one : realms_of(region))
          w.object([&] {
            w.link("key", dynamic_href(region, "realm/", one.id));
            w.text("name", one.name, one.native);
            w.member("id", one.id);
            w.member("slug", one.slug);
          });
      });
    } else if (what == document::class_index) {
      self("playable-class", static_namespace(region));
      w.array("classes", [&] {
        for (const auto& one : playable_classes())
          entry(static_href(region, "playable-class/", one.id), one.name, one.id);
      });
    } else if (what == document::race_index) {
      self("playable-race", static_namespace(region));
      w.array("races", [&] {
        for (const auto& one : playable_races())
          entry(static_href(region, "playable-race/", one.id), one.name, one.id);
      });
    } else {
      self("mythic-keystone/period", dynamic);
      auto current = state.weeks(region).current(now_ms);
      auto period = [&](int id) {
        w.link("key", dynamic_href(region, "mythic-keystone/period/", id));
        w.member("id", id);
      };
      w.array("periods", [&] {
        for (auto id = current - shown_periods + 1; id <= current; ++id)
          w.object([&] { period(id); });
      });
      w.object("current_period", [&] { period(current); });
    }
  });
  return out;
}

bool has_period(const world& state, std::string_view region, int period, std::int64_t now_ms) {
  auto current = state.weeks(region).current(now_ms);
  return period <= current && period > current - shown_periods;
}

body period_document(const world& state, std::string_view region, int period) {
  body out;
  json_writer w(out.own());
  const auto& weeks = state.weeks(region);
  w.object([&] {
    self_link(w, dynamic_href(region, "mythic-keystone/period/", period));
    w.member("id", period);
    w.member("start_timestamp", weeks.start_ms(period));
    w.member("end_timestamp", weeks.end_ms(period));
  });
  return out;
}

} // namespace guildhall::sim
