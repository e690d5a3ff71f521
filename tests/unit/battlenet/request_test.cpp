#include "battlenet/request.hpp"
#include "core/text.hpp"
#include "domain/payload.hpp"
#include "tests/support/battlenet_documents.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

namespace guildhall::battlenet {
namespace {

using domain::document;
using domain::region;

const request_factory requests{"en_US"};

TEST(request, for_a_guild_asks_in_the_profile_namespace) {
  const auto guild = requests.guild({region::eu, "stormrage", "avalerion"});
  EXPECT_EQ(guild.target, "/data/wow/guild/stormrage/avalerion?locale=en_US");
  EXPECT_EQ(guild.namespace_value, "profile-eu");
  EXPECT_EQ(guild.kind, "guild");
  const auto roster = requests.roster({region::us, "area-52", "mythical-warriors"});
  EXPECT_EQ(roster.target, "/data/wow/guild/area-52/mythical-warriors/roster?locale=en_US");
  EXPECT_EQ(roster.namespace_value, "profile-us");
  const auto activity =
      requests.document(document::activity, domain::guild_address{region::us, "area-52", "x"});
  EXPECT_EQ(activity.target, "/data/wow/guild/area-52/x/activity?locale=en_US");
  EXPECT_EQ(activity.namespace_value, "profile-us");
}

TEST(request, for_a_character_asks_below_its_profile) {
  const domain::character_address sheday{region::eu, "stormrage", "sheday"};
  const std::string base = "/profile/wow/character/stormrage/sheday";
  const std::string tail = "?locale=en_US";
  EXPECT_EQ(requests.profile(sheday).target, base + tail);
  EXPECT_EQ(requests.status(sheday).target, base + "/status" + tail);
  EXPECT_EQ(requests.document(document::equipment, sheday).target, base + "/equipment" + tail);
  EXPECT_EQ(
      requests.document(document::mythic, sheday).target,
      base + "/mythic-keystone-profile" + tail);
  EXPECT_EQ(
      requests.document(document::professions, sheday).target, base + "/professions" + tail);
  EXPECT_EQ(
      requests.document(document::toys, sheday).target, base + "/collections/toys" + tail);
}

TEST(request, for_an_index_asks_in_the_dynamic_namespace) {
  EXPECT_EQ(requests.realm_index(region::kr).target, "/data/wow/realm/index");
  EXPECT_EQ(requests.realm_index(region::kr).namespace_value, "dynamic-kr");
  EXPECT_EQ(
      requests.period_index(region::tw).target,
      "/data/wow/mythic-keystone/period/index?locale=en_US");
  EXPECT_EQ(requests.period_index(region::tw).namespace_value, "dynamic-tw");
}

TEST(request, encodes_every_byte_that_is_not_plain) {
  EXPECT_EQ(
      requests.profile({region::eu, "pozzo-delleternità", "märtini"}).target,
      "/profile/wow/character/pozzo-delleternit%C3%A0/m%C3%A4rtini?locale=en_US");
  EXPECT_EQ(
      requests.guild({region::eu, "s", "a b/../?x=1&y#z"}).target,
      "/data/wow/guild/s/a%20b%2F..%2F%3Fx%3D1%26y%23z?locale=en_US");
}

RC_GTEST_PROP(request, keeps_hostile_names_inside_one_path_segment, (const std::string& name)) {
  const auto target = requests.profile({region::eu, "s", name}).target;
  RC_ASSERT(std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f; }));
  RC_ASSERT(std::ranges::count(target, '/') == 5);
  RC_ASSERT(std::ranges::count(target, '?') == 1);
}

using test::battlenet_documents;

READ_BATTLENET_DOCUMENTS(battlenet_documents);

TEST_P(battlenet_documents, hold_links_that_equal_our_targets) {
  const auto text = body("argentpony/GuildRosterResponse.json");
  const auto roster = domain::parse_roster(text);
  ASSERT_TRUE(roster);
  for (const auto& member : roster->members) {
    auto target =
        requests
            .profile({region::us, member.realm.slug, guildhall::text::name_key(member.name)})
            .target;
    target.resize(target.find('?') + 1);
    EXPECT_NE(text.find(target), std::string::npos) << target;
  }
}

} // namespace
} // namespace guildhall::battlenet
