#include "battlenet_sim/filler.hpp"
#include "battlenet_sim/hrefs.hpp"
#include "battlenet_sim/json_writer.hpp"
#include "battlenet_sim/text.hpp"

#include <array>

namespace guildhall::sim {

namespace {

constexpr std::array<std::string_view, 10> products{"Potion", "Plate",    "Robe", "Bandage",
                                                    "Scope",  "Sigil",    "Ring", "Banner",
                                                    "Stew",   "Whetstone"};

struct profession {
  int id;
  std::string_view name;
  int first_tier;
  int recipes; ///< in all tiers together when everything is known
};

constexpr std::array primaries{
    profession{164, "Blacksmithing", 2437, 304}, profession{165, "Leatherworking", 2525, 320},
    profession{171, "Alchemy", 2478, 240},       profession{182, "Herbalism", 2549, 72},
    profession{186, "Mining", 2565, 72},         profession{197, "Tailoring", 2533, 272},
    profession{202, "Engineering", 2499, 264},   profession{333, "Enchanting", 2486, 288},
    profession{393, "Skinning", 2557, 32},       profession{755, "Jewelcrafting", 2517, 280},
    profession{773, "Inscription", 2507, 288},
};
constexpr profession cooking{185, "Cooking", 2541, 216};
constexpr profession fishing{356, "Fishing", 2585, 0};
constexpr profession archaeology{794, "Archaeology", 0, 0};
constexpr std::array<std::string_view, 8> tier_names{
    "Khaz Algar", "Dragon Isles", "Shadowlands", "Kul Tiran",
    "Legion",     "Pandaria",     "Northrend",   ""};
/// How much of a profession somebody knows: everything, half, or only the newest tier.
constexpr std::uint64_t knowledge_levels = 3;

std::string profession_text(
    const profession& what, std::uint64_t knowledge, std::string_view region, bool localized) {
  std::string out;
  json_writer w(out, localized);
  auto host = api_host(region);
  auto patch = static_namespace(region);
  auto key = [&](std::string_view path, std::int64_t id) {
    w.link(
        "key",
        host + "/data/wow/" + std::string(path) + std::to_string(id) + "?namespace=" + patch);
  };
  auto tiers = knowledge == 2 ? 1 : static_cast<int>(tier_names.size());
  auto recipes = what.recipes / static_cast<int>(tier_names.size()) / (knowledge == 1 ? 2 : 1);
  auto recipe = [&](int id) {
    w.object([&] {
      key("recipe/", id);
      w.text(
          "name", std::string(adjectives[static_cast<std::size_t>(id) % adjectives.size()])
                      + " "
                      + std::string(products[static_cast<std::size_t>(id) % products.size()]));
      w.member("id", id);
    });
  };
  w.object([&] {
    w.object("profession", [&] {
      key("profession/", what.id);
      w.text("name", what.name);
      w.member("id", what.id);
    });
    if (what.first_tier == 0) {
      w.member("skill_points", 883);
      w.member("max_skill_points", 950);
      return;
    }
    w.array("tiers", [&] {
      for (auto tier = 0; tier < tiers; ++tier)
        w.object([&] {
          w.member("skill_points", knowledge == 0 ? 100 : 57 + tier);
          w.member("max_skill_points", 100);
          w.object("tier", [&] {
            auto name = std::string(tier_names[static_cast<std::size_t>(tier)]);
            w.text(
                "name",
                name.empty() ? std::string(what.name) : name + " " + std::string(what.name));
            w.member("id", what.first_tier + tier);
          });
          if (recipes > 0)
            w.array("known_recipes", [&] {
              for (auto i = 0; i < recipes; ++i)
                recipe(what.id * 100 + tier * 1'000 + i);
            });
        });
    });
    if (what.id == 202)
      w.object("specialization", [&] { w.text("name", "Gnomish Engineer"); });
  });
  return out;
}

void append_profession(
    body& out, const profession& what, std::uint64_t knowledge, const character& who,
    bool localized) {
  auto name = "profession/" + std::to_string(what.id) + "/" + std::to_string(knowledge) + "/"
            + std::string(who.region) + (localized ? "" : "/all");
  out.add(shared_chunk(
      name, [&] { return profession_text(what, knowledge, who.region, localized); }));
}

} // namespace

void append_primary_professions(body& out, const character& who, bool localized) {
  auto first = mix(who.seed, 31) % primaries.size();
  auto second = (first + 1 + mix(who.seed, 32) % (primaries.size() - 1)) % primaries.size();
  auto knowledge = who.level < 40 ? 2 : mix(who.seed, 33) % knowledge_levels;
  append_profession(out, primaries[first], knowledge, who, localized);
  out.own() += ',';
  append_profession(out, primaries[second], (knowledge + 1) % knowledge_levels, who, localized);
}

void append_secondary_professions(body& out, const character& who, bool localized) {
  auto knowledge = who.level < 40 ? 2 : mix(who.seed, 34) % knowledge_levels;
  append_profession(out, cooking, knowledge, who, localized);
  out.own() += ',';
  append_profession(out, fishing, knowledge, who, localized);
  if (mix(who.seed, 35) % 2 == 0) {
    out.own() += ',';
    append_profession(out, archaeology, 0, who, localized);
  }
}

} // namespace guildhall::sim
