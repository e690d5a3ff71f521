#include "client.hpp"
#include "tests/support/battlenet_documents.hpp"

#include <boost/json/parse.hpp>

#include <map>
#include <set>

namespace guildhall::sim::test {

namespace {

namespace json = boost::json;

/// One path of a document ("$.members[].rank"): the kinds of value seen there and how often.
struct seen {
  std::set<std::string> kinds;
  std::size_t count = 0;
};

using shape = std::map<std::string, seen>;

std::string kind_of(const json::value& value) {
  switch (value.kind()) {
  case json::kind::object:
    return "object";
  case json::kind::array:
    return "array";
  case json::kind::string:
    return "string";
  case json::kind::bool_:
    return "bool";
  case json::kind::null:
    return "null";
  default:
    return "number";
  }
}

void collect(const json::value& value, const std::string& path, shape& into) {
  auto& here = into[path];
  here.kinds.insert(kind_of(value));
  ++here.count;
  if (value.is_object())
    for (const auto& [name, member] : value.as_object())
      collect(member, path + "." + std::string(name), into);
  if (value.is_array())
    for (const auto& element : value.as_array())
      collect(element, path + "[]", into);
}

std::string parent_of(const std::string& path) {
  return path.ends_with("[]") ? path.substr(0, path.size() - 2)
                              : path.substr(0, path.rfind('.'));
}

bool is_below(const std::string& path, const std::set<std::string>& roots) {
  for (const auto& root : roots)
    if (path == root || path.starts_with(root + ".") || path.starts_with(root + "["))
      return true;
  return false;
}

/// The paths that every parent has.
std::set<std::string> mandatory(const std::vector<shape>& originals) {
  std::set<std::string> result;
  for (const auto& one : originals)
    for (const auto& [path, at] : one)
      result.insert(path);
  for (const auto& one : originals)
    std::erase_if(result, [&](const std::string& path) {
      if (path == "$" || path.ends_with("[]"))
        return true;
      auto parent = one.find(parent_of(path));
      if (parent == one.end())
        return false;
      auto here = one.find(path);
      return here == one.end() || here->second.count < parent->second.count;
    });
  return result;
}

struct document_kind {
  std::string child; ///< below the character's or guild's path
  std::vector<std::string> originals;
  std::set<std::string> newer;    ///< documented, but younger than the originals
  std::set<std::string> optional; ///< may be missing, although the originals have it
};

class sim_shape : public served {
protected:
  void SetUp() override {
    auto opts = quick();
    opts.world = {{"eu", 120}};
    begin(std::move(opts));
    // Everybody has played this week, so that rare parts show up too.
    control("world/logout", R"({"guild":"stormrage/emberwatch"})");
  }

  std::vector<std::string> character_paths(const std::string& child) {
    std::vector<std::string> result;
    for (const auto& one : members("stormrage/emberwatch"))
      result.push_back(path_of(one) + child);
    return result;
  }
};

class sim_shapes : public sim_shape,
                   public testing::WithParamInterface<const guildhall::test::document_source*> {
protected:
  shape original(const std::string& name) {
    shape result;
    collect(json::parse(GetParam()->body(name)), "$", result);
    return result;
  }

  void compare(const document_kind& kind, const std::vector<std::string>& paths) {
    std::vector<shape> originals;
    for (const auto& name : kind.originals)
      originals.push_back(original(name));
    shape made;
    auto documents = 0;
    auto required = mandatory(originals);
    std::erase_if(required, [&](const auto& path) { return is_below(path, kind.optional); });
    for (const auto& path : paths) {
      auto answered = get(path);
      if (answered.status == 404)
        continue;
      ASSERT_EQ(answered.status, 200) << path;
      ++documents;
      shape one;
      collect(answered.json(), "$", one);
      for (const auto& needed : required)
        if (auto parent = one.find(parent_of(needed)); parent != one.end()) {
          auto here = one.find(needed);
          EXPECT_TRUE(here != one.end() && here->second.count == parent->second.count)
              << path << " lacks " << needed;
        }
      for (auto& [where, at] : one) {
        made[where].kinds.merge(at.kinds);
        made[where].count += at.count;
      }
    }
    ASSERT_GT(documents, 0);
    for (const auto& [path, at] : made) {
      if (is_below(path, kind.newer))
        continue;
      std::set<std::string> known;
      for (const auto& one : originals)
        if (auto there = one.find(path); there != one.end())
          known.insert(there->second.kinds.begin(), there->second.kinds.end());
      EXPECT_FALSE(known.empty()) << "no document has " << path;
      for (const auto& value : at.kinds)
        EXPECT_TRUE(known.empty() || known.contains(value)) << path << " is a " << value;
    }
  }
};

READ_BATTLENET_DOCUMENTS(sim_shapes);

} // namespace

TEST_P(sim_shapes, a_guild_looks_like_a_real_one) {
  compare(
      {"",
       {"rbattlenet/wow_guild.json", "argentpony/GuildResponse.json"},
       {"$.name_search"},
       {}},
      {"/data/wow/guild/stormrage/emberwatch"});
}

TEST_P(sim_shapes, a_roster_looks_like_a_real_one) {
  compare(
      {"",
       {"rbattlenet/wow_guild_roster.json", "argentpony/GuildRosterResponse.json"},
       {"$.members[].character.faction"},
       {}},
      {"/data/wow/guild/stormrage/emberwatch/roster"});
}

TEST_P(sim_shapes, profiles_look_like_real_ones) {
  // raid_progression became encounters between the two clients' documents.
  compare(
      {"",
       {"rbattlenet/wow_character.json", "rbattlenet/wow_character_cyrillic.json",
        "argentpony/CharacterProfileSummaryResponse.json"},
       {"$.name_search"},
       {"$.guild", "$.active_title", "$.active_spec", "$.achievement_points"}},
      character_paths(""));
}

TEST_P(sim_shapes, statuses_look_like_real_ones) {
  compare(
      {"",
       {"rbattlenet/wow_character_status.json",
        "argentpony/CharacterProfileStatusResponse.json"},
       {},
       {}},
      character_paths("/status"));
}

TEST_P(sim_shapes, equipment_looks_like_real_ones) {
  compare(
      {"",
       {"rbattlenet/wow_character_equipment.json",
        "argentpony/CharacterEquipmentSummaryResponse.json"},
       {},
       {"$.equipped_items", "$.equipped_items[].stats[].display_string"}},
      character_paths("/equipment"));
}

TEST_P(sim_shapes, keystone_profiles_look_like_real_ones) {
  compare(
      {"",
       {"rbattlenet/wow_character_keystones.json",
        "rbattlenet/wow_character_keystones_no_best_runs.json",
        "argentpony/CharacterMythicKeystoneProfileIndexResponse.json"},
       {"$.current_mythic_rating", "$.current_period.best_runs[].mythic_rating"},
       {"$.seasons"}},
      character_paths("/mythic-keystone-profile"));
}

TEST_P(sim_shapes, professions_look_like_real_ones) {
  compare(
      {"",
       {"rbattlenet/wow_character_professions.json",
        "argentpony/CharacterProfessionsSummaryResponse.json"},
       {"$.character"},
       {"$.primaries", "$.secondaries"}},
      character_paths("/professions"));
}

TEST_P(sim_shapes, collections_look_like_real_ones) {
  compare(
      {"",
       {"argentpony/CharacterCollectionsIndexResponse.json"},
       {"$.heirlooms", "$.toys", "$.transmogs", "$.decors"},
       {}},
      character_paths("/collections"));
}

TEST_P(sim_shapes, indexes_look_like_real_ones) {
  compare(
      {"", {"rbattlenet/wow_realm_all.json", "argentpony/RealmIndexResponse.json"}, {}, {}},
      {"/data/wow/realm/index?namespace=dynamic-eu"});
  compare(
      {"", {"rbattlenet/wow_playable_class_all.json"}, {}, {}},
      {"/data/wow/playable-class/index?namespace=static-eu"});
  compare(
      {"", {"rbattlenet/wow_playable_race_all.json"}, {}, {}},
      {"/data/wow/playable-race/index?namespace=static-eu"});
  auto index = get("/data/wow/mythic-keystone/period/index?namespace=dynamic-eu").json();
  compare(
      {"", {"rbattlenet/wow_mythic_keystone_period_all.json"}, {}, {}},
      {"/data/wow/mythic-keystone/period/index?namespace=dynamic-eu"});
  compare(
      {"", {"rbattlenet/wow_mythic_keystone_period.json"}, {}, {}},
      {"/data/wow/mythic-keystone/period/"
       + std::to_string(index.at("current_period").at("id").to_number<int>())
       + "?namespace=dynamic-eu"});
}

TEST_P(sim_shapes, an_account_looks_like_a_real_one) {
  auto players = http->send("GET", "/_sim/players").json().at("players").as_array();
  auto id = players.front().at("id").to_number<std::int64_t>();
  token = upstream.service().tokens.issue(
      {id, "openid wow.profile", upstream.service().clock.now_ms() + 60'000});
  compare(
      {"", {"argentpony/AccountProfileSummaryResponse.json"}, {}, {}}, {"/profile/user/wow"});
}

TEST_F(sim_shape, sizes_are_those_of_the_real_thing) {
  struct bounds {
    std::string child;
    std::size_t at_least, at_most, average_at_least;
  };
  for (const auto& [child, at_least, at_most, average_at_least] :
       {bounds{"", 2'500, 4'500, 3'000}, bounds{"/equipment", 300, 86'000, 30'000},
        bounds{"/professions", 150, 98'500, 30'000}}) {
    std::size_t sum = 0, count = 0;
    for (const auto& path : character_paths(child)) {
      auto answered = get(path);
      if (answered.status != 200)
        continue;
      EXPECT_GE(answered.body.size(), at_least) << path;
      EXPECT_LE(answered.body.size(), at_most) << path;
      sum += answered.body.size();
      ++count;
    }
    EXPECT_GE(sum / count, average_at_least) << child;
  }
}

} // namespace guildhall::sim::test
