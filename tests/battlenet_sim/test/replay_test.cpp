#include "client.hpp"
#include "recorded.hpp"

#include <fstream>
#include <iterator>

namespace guildhall::sim::test {

namespace {

std::string file(const std::string& name) {
  std::ifstream in(recorded_dir() + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class sim_recorded_replay : public served {
protected:
  void SetUp() override {
    SKIP_WITHOUT_RECORDINGS();
    auto opts = quick();
    opts.replay = recorded_dir();
    begin(std::move(opts));
  }
};

} // namespace

TEST_F(sim_recorded_replay, serves_the_guild_and_its_roster_as_recorded) {
  auto guild = get("/data/wow/guild/stormrage/avalerion");
  EXPECT_EQ(guild.status, 200);
  EXPECT_EQ(guild.body, file("rbattlenet/wow_guild.json"));
  EXPECT_EQ(guild.header("last-modified"), "Fri, 20 Dec 2019 15:41:37 GMT");
  EXPECT_EQ(guild.header("cache-control"), "public, max-age=10800");
  auto roster = get("/data/wow/guild/stormrage/avalerion/roster");
  EXPECT_EQ(roster.body, file("rbattlenet/wow_guild_roster.json"));
  EXPECT_EQ(roster.json().at("members").as_array().size(), 418);
  EXPECT_EQ(
      get("/data/wow/guild/stormrage/avalerion/roster",
          {{"If-Modified-Since", roster.header("last-modified")}})
          .status,
      304);
}

TEST_F(sim_recorded_replay, has_one_profile_of_418) {
  auto answered = std::map<int, int>{};
  auto all = get("/data/wow/guild/stormrage/avalerion/roster").json().at("members").as_array();
  for (const auto& one : all) {
    const auto& who = one.at("character");
    ++answered[get(path_of(
                       who.at("realm").at("slug").as_string().c_str(),
                       who.at("name").as_string().c_str()))
                   .status];
  }
  EXPECT_EQ(answered, (std::map<int, int>{{200, 1}, {404, 417}}));
}

TEST_F(sim_recorded_replay, serves_the_children_and_the_cyrillic_character) {
  std::string sheday = "/profile/wow/character/stormrage/sheday";
  auto profile = get(sheday);
  EXPECT_EQ(profile.header("last-modified"), "Sun, 22 Dec 2019 09:05:19 GMT");
  EXPECT_FALSE(profile.has("cache-control"));
  EXPECT_EQ(
      get(sheday + "/equipment").header("last-modified"), "Sun, 22 Dec 2019 09:05:20 GMT");
  EXPECT_EQ(
      get(sheday + "/professions").header("last-modified"), "Mon, 8 Jun 2020 11:30:19 GMT");
  EXPECT_EQ(get(sheday + "/status").json().at("is_valid").as_bool(), true);
  EXPECT_EQ(get(sheday + "/mythic-keystone-profile").status, 200);
  EXPECT_EQ(get(sheday + "/collections/toys").status, 404);
  auto cyrillic = path_of("howling-fjord", "Альвеоняша");
  EXPECT_EQ(get(cyrillic).body, file("rbattlenet/wow_character_cyrillic.json"));
  EXPECT_EQ(get(cyrillic + "/mythic-keystone-profile").status, 200);
}

TEST_F(sim_recorded_replay, serves_the_indexes_in_their_namespaces) {
  EXPECT_EQ(
      get("/data/wow/realm/index?namespace=dynamic-eu").body,
      file("rbattlenet/wow_realm_all.json"));
  EXPECT_EQ(
      get("/data/wow/realm/index?namespace=dynamic-us").body,
      file("argentpony/RealmIndexResponse.json"));
  EXPECT_EQ(get("/data/wow/realm/index?namespace=static-eu").status, 404);
  EXPECT_EQ(get("/data/wow/playable-class/index?namespace=static-eu").status, 200);
  EXPECT_EQ(get("/data/wow/playable-race/index?namespace=static-eu").status, 200);
  EXPECT_EQ(get("/data/wow/mythic-keystone/period/index?namespace=dynamic-eu").status, 200);
  EXPECT_EQ(get("/data/wow/mythic-keystone/period/682?namespace=dynamic-eu").status, 200);
}

TEST_F(sim_recorded_replay, serves_the_other_clients_recordings_without_dates) {
  auto roster = get("/data/wow/guild/deathwing/enigma/roster?namespace=profile-us");
  EXPECT_EQ(roster.body, file("argentpony/GuildRosterResponse.json"));
  EXPECT_FALSE(roster.has("last-modified"));
  EXPECT_EQ(get("/profile/wow/character/norgannon/drinian?namespace=profile-us").status, 200);
  EXPECT_EQ(get("/profile/wow/character/norgannon/drinian?namespace=profile-eu").status, 404);
}

TEST_F(sim_recorded_replay, still_asks_for_a_token_and_counts) {
  EXPECT_EQ(
      http->send(
              "GET", "/data/wow/guild/stormrage/avalerion",
              {{"Battlenet-Namespace", "profile-eu"}})
          .status,
      401);
  EXPECT_EQ(upstream.service().book.summary().by_class.at("guild"), 1);
}

TEST(sim_replay_folder, without_recordings_is_an_error) {
  EXPECT_THROW(replay_table::load("/nonexistent"), std::runtime_error);
}

} // namespace guildhall::sim::test
