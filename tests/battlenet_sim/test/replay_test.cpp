#include "client.hpp"
#include "tests/support/battlenet_documents.hpp"

namespace guildhall::sim::test {

namespace {

using guildhall::test::document_source;

class sim_replay : public served, public testing::WithParamInterface<const document_source*> {
protected:
  void SetUp() override {
    auto opts = quick();
    opts.replay = source().folder;
    begin(std::move(opts));
  }
  const document_source& source() const {
    return *GetParam();
  }
  std::string file(const std::string& name) const {
    return source().body(name);
  }
  std::string guild_path() const {
    return "/data/wow/guild/" + source().guild.realm + '/' + source().guild.slug;
  }
};

READ_BATTLENET_DOCUMENTS(sim_replay);

} // namespace

TEST_P(sim_replay, serves_the_guild_and_its_roster_as_they_are) {
  auto guild = get(guild_path());
  EXPECT_EQ(guild.status, 200);
  EXPECT_EQ(guild.body, file("rbattlenet/wow_guild.json"));
  EXPECT_EQ(guild.header("last-modified"), "Fri, 20 Dec 2019 15:41:37 GMT");
  EXPECT_EQ(guild.header("cache-control"), "public, max-age=10800");
  auto roster = get(guild_path() + "/roster");
  EXPECT_EQ(roster.body, file("rbattlenet/wow_guild_roster.json"));
  EXPECT_EQ(roster.json().at("members").as_array().size(), source().members);
  EXPECT_EQ(
      get(guild_path() + "/roster", {{"If-Modified-Since", roster.header("last-modified")}})
          .status,
      304);
}

TEST_P(sim_replay, has_one_profile_of_the_whole_roster) {
  auto answered = std::map<int, int>{};
  auto all = get(guild_path() + "/roster").json().at("members").as_array();
  for (const auto& one : all) {
    const auto& who = one.at("character");
    ++answered[get(path_of(
                       who.at("realm").at("slug").as_string().c_str(),
                       who.at("name").as_string().c_str()))
                   .status];
  }
  EXPECT_EQ(answered, (std::map<int, int>{{200, 1}, {404, source().members - 1}}));
}

TEST_P(sim_replay, serves_the_children_and_the_cyrillic_character) {
  const auto who =
      "/profile/wow/character/" + source().character.realm + '/' + source().character.key;
  auto profile = get(who);
  EXPECT_EQ(profile.header("last-modified"), "Sun, 22 Dec 2019 09:05:19 GMT");
  EXPECT_FALSE(profile.has("cache-control"));
  EXPECT_EQ(get(who + "/equipment").header("last-modified"), "Sun, 22 Dec 2019 09:05:20 GMT");
  EXPECT_EQ(get(who + "/professions").header("last-modified"), "Mon, 8 Jun 2020 11:30:19 GMT");
  EXPECT_EQ(get(who + "/status").json().at("is_valid").as_bool(), true);
  EXPECT_EQ(get(who + "/mythic-keystone-profile").status, 200);
  EXPECT_EQ(get(who + "/collections/toys").status, 404);
  auto cyrillic = path_of(source().cyrillic.realm, source().cyrillic.name);
  EXPECT_EQ(get(cyrillic).body, file("rbattlenet/wow_character_cyrillic.json"));
  EXPECT_EQ(get(cyrillic + "/mythic-keystone-profile").status, 200);
}

TEST_P(sim_replay, serves_the_indexes_in_their_namespaces) {
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
  EXPECT_EQ(
      get("/data/wow/mythic-keystone/period/" + std::to_string(source().an_older_period)
          + "?namespace=dynamic-eu")
          .status,
      200);
}

TEST_P(sim_replay, serves_the_other_clients_recordings_without_dates) {
  const auto& guild = source().leaderless;
  auto roster =
      get("/data/wow/guild/" + guild.realm + '/' + guild.slug + "/roster?namespace=profile-us");
  EXPECT_EQ(roster.body, file("argentpony/GuildRosterResponse.json"));
  EXPECT_FALSE(roster.has("last-modified"));
  const auto who = path_of(source().american.realm, source().american.name);
  EXPECT_EQ(get(who + "?namespace=profile-us").status, 200);
  EXPECT_EQ(get(who + "?namespace=profile-eu").status, 404);
}

TEST_P(sim_replay, still_asks_for_a_token_and_counts) {
  EXPECT_EQ(
      http->send("GET", guild_path(), {{"Battlenet-Namespace", "profile-eu"}}).status, 401);
  EXPECT_EQ(upstream.service().book.summary().by_class.at("guild"), 1);
}

TEST(sim_replay_folder, without_documents_is_an_error) {
  EXPECT_THROW(replay_table::load("/nonexistent"), std::runtime_error);
}

} // namespace guildhall::sim::test
