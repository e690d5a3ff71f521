#include "domain/payload.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

template <class T>
std::string message_of(const result<T>& parsed) {
  EXPECT_FALSE(parsed) << "should not have been taken";
  if (parsed)
    return "";
  EXPECT_EQ(parsed.error().code, ec::malformed);
  return parsed.error().message;
}

constexpr auto guild_part =
    R"("guild":{"name":"A B","id":7,"realm":{"id":550,"slug":"stormrage","name":"Stormrage"}})";

std::string roster_of(std::string members) {
  return std::string{"{"} + guild_part + R"(,"members":)" + members + "}";
}

std::string member(std::string id, std::string realm, std::string rank = "3") {
  return R"({"character":{"name":"Ä","id":)" + id + R"(,"realm":{"id":)" + realm
       + R"(,"slug":"s"},"level":60,"playable_class":{"id":2},"faction":{"type":"HORDE"}},"rank":)"
       + rank + "}";
}

TEST(roster, needs_its_members) {
  EXPECT_EQ(message_of(parse_roster(std::string{"{"} + guild_part + "}")), "members: missing");
  const auto empty = parse_roster(roster_of("[]"));
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->members.empty());
}

TEST(roster, takes_a_member_from_its_own_realm) {
  const auto roster = parse_roster(roster_of("[" + member("1", "9") + "]"));
  ASSERT_TRUE(roster);
  EXPECT_EQ(roster->guild_realm.id, realm_id{550});
  ASSERT_EQ(roster->members.size(), 1u);
  const auto& found = roster->members.front();
  EXPECT_EQ(found.realm.id, realm_id{9});
  EXPECT_EQ(found.realm.slug, "s");
  EXPECT_EQ(found.realm.name, "");
  EXPECT_EQ(found.name, "Ä");
  EXPECT_EQ(found.level, 60);
  EXPECT_EQ(found.class_id, 2);
  EXPECT_EQ(found.rank, 3);
}

TEST(roster, refuses_an_identity_that_repeats) {
  EXPECT_EQ(
      message_of(
          parse_roster(roster_of("[" + member("1", "9") + "," + member("1", "9") + "]"))),
      "members: an id repeats");
}

TEST(roster, allows_one_id_on_two_realms) {
  EXPECT_TRUE(parse_roster(roster_of("[" + member("1", "9") + "," + member("1", "8") + "]")));
}

TEST(roster, names_the_member_that_is_wrong) {
  EXPECT_EQ(
      message_of(
          parse_roster(roster_of("[" + member("1", "9") + "," + member("2", "9", "-1") + "]"))),
      "members[1].rank: out of range");
  EXPECT_EQ(
      message_of(parse_roster(roster_of("[" + member("\"1\"", "9") + "]"))),
      "members[0].character.id: expected an integer");
  EXPECT_EQ(
      message_of(parse_roster(roster_of("[" + member("0", "9") + "]"))),
      "members[0].character.id: out of range");
}

constexpr auto profile_head =
    R"({"id":5,"name":"Ä","realm":{"id":1,"slug":"s"},"level":60,"character_class":{"id":13},)";

TEST(profile, does_without_everything_optional) {
  const auto profile = parse_profile(R"({"id":5,"realm":{"id":1,"slug":"s"}})");
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->name, "");
  EXPECT_EQ(profile->active_spec_id, std::nullopt);
  EXPECT_FALSE(profile->guild);
  EXPECT_FALSE(profile->average_item_level);
  EXPECT_FALSE(profile->achievement_points);
  EXPECT_FALSE(profile->last_login_at);
}

TEST(profile, has_no_specialisation_where_its_id_is_0) {
  const auto profile =
      parse_profile(std::string{profile_head} + R"("active_spec":{"id":0},"is_ghost":false})");
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->active_spec_id, std::nullopt);
}

TEST(profile, takes_the_guild_slug_from_the_link) {
  const auto profile = parse_profile(
      std::string{profile_head}
      + R"("guild":{"key":{"href":"https://eu.api.blizzard.com/data/wow/guild/howling-fjord/%D0%AD%D0%BA%D0%B7?namespace=profile-eu"},)"
        R"("name":"Anything","id":3,"realm":{"id":1,"slug":"howling-fjord"}}})");
  ASSERT_TRUE(profile);
  ASSERT_TRUE(profile->guild);
  EXPECT_EQ(profile->guild->name_slug, "экз");
  EXPECT_EQ(profile->guild->id, bnet_guild_id{3});
}

TEST(profile, makes_the_guild_slug_from_the_name_without_a_link) {
  for (const auto* key :
       {"", R"("key":{},)", R"("key":{"href":"nowhere"},)", R"("key":{"href":"/%zz"},)"}) {
    const auto profile = parse_profile(
        std::string{profile_head} + R"("guild":{)" + key
        + R"("name":"Mythical Warriors","id":3,"realm":{"id":1,"slug":"s"}}})");
    ASSERT_TRUE(profile) << key;
    EXPECT_EQ(profile->guild->name_slug, "mythical-warriors") << key;
  }
}

TEST(profile, takes_whole_and_broken_item_levels) {
  const auto profile = parse_profile(
      std::string{profile_head} + R"("average_item_level":447,"equipped_item_level":446.5})");
  ASSERT_TRUE(profile);
  EXPECT_EQ(profile->average_item_level, 447.0);
  EXPECT_EQ(profile->equipped_item_level, 446.5);
}

TEST(profile, refuses_a_login_past_all_calendars) {
  EXPECT_EQ(
      message_of(parse_profile(
          std::string{profile_head} + R"("last_login_timestamp":9007199254740991})")),
      "last_login_timestamp: out of range");
}

TEST(status, needs_id_and_validity) {
  EXPECT_FALSE(parse_status(R"({"id":1,"is_valid":false})")->is_valid);
  EXPECT_EQ(message_of(parse_status(R"({"id":1})")), "is_valid: missing");
  EXPECT_EQ(message_of(parse_status(R"({"is_valid":true})")), "id: missing");
}

TEST(mythic, does_without_everything) {
  const auto mythic = parse_mythic(R"({"_links":{}})");
  ASSERT_TRUE(mythic);
  EXPECT_EQ(mythic->rating, std::nullopt);
  EXPECT_EQ(mythic->period_id, std::nullopt);
}

std::string with_tiers(std::string tiers) {
  return R"({"primaries":[{"profession":{"id":171,"name":"Alchemy"},"tiers":[)" + tiers
       + "]}]}";
}

std::string tier(int id, int points) {
  return R"({"skill_points":)" + std::to_string(points)
       + R"(,"max_skill_points":100,"tier":{"id":)" + std::to_string(id) + R"(,"name":"T"}})";
}

int points_of(std::string tiers) {
  const auto view = parse_professions(with_tiers(std::move(tiers)));
  EXPECT_TRUE(view);
  return view ? view->professions.at(0).skill_points : -1;
}

TEST(professions, take_the_newest_of_the_recent_tiers) {
  EXPECT_EQ(points_of(tier(2750, 5) + "," + tier(2823, 7) + "," + tier(2437, 9)), 7);
  EXPECT_EQ(points_of(tier(2437, 9) + "," + tier(2701, 5)), 5);
}

TEST(professions, take_the_smallest_of_the_old_tiers) {
  EXPECT_EQ(points_of(tier(2700, 5) + "," + tier(2437, 9) + "," + tier(2500, 7)), 9);
}

TEST(professions, do_without_tiers_and_lists) {
  const auto archaeology = parse_professions(
      R"({"secondaries":[{"profession":{"id":794,"name":"Archaeology"},"skill_points":12,"max_skill_points":950}]})");
  ASSERT_TRUE(archaeology);
  EXPECT_EQ(archaeology->professions.at(0).skill_points, 12);
  EXPECT_EQ(
      professions_json(*archaeology),
      R"([{"profession":{"id":794,"name":"Archaeology"},"skill_points":12,"max_skill_points":950}])");
  const auto none = parse_professions("{}");
  ASSERT_TRUE(none);
  EXPECT_EQ(professions_json(*none), "[]");
}

TEST(toys, are_sorted_and_counted_once) {
  const auto toys = parse_toys(
      R"({"toys":[{"toy":{"id":9}},{"toy":{"id":2},"is_favorite":true},{"toy":{"id":9}}]})");
  ASSERT_TRUE(toys);
  EXPECT_EQ(toys->ids, (std::vector<std::int64_t>{2, 9}));
  EXPECT_TRUE(parse_toys("{}")->ids.empty());
}

TEST(account, has_the_characters_of_all_its_licences_once_each) {
  const auto account = parse_account(R"({"id":1,"wow_accounts":[
      {"id":1,"characters":[
        {"name":"Thrall","id":7,"realm":{"id":1,"slug":"stormrage"},"level":80,
         "playable_class":{"id":7,"name":"Shaman"}},
        {"name":"","id":8,"realm":{"id":1,"slug":"stormrage"},"level":0}]},
      {"id":2},
      {"id":3,"characters":[
        {"name":"Thrall","id":7,"realm":{"id":1,"slug":"stormrage"},"level":80},
        {"name":"Thrall","id":7,"realm":{"id":2,"slug":"proudmoore"},"level":1}]}]})");
  ASSERT_TRUE(account) << account.error().message;
  ASSERT_EQ(account->characters.size(), 3u);
  EXPECT_EQ(account->characters[0].class_id, 7);
  EXPECT_EQ(account->characters[1].name, "");
  EXPECT_EQ(account->characters[1].level, 0);
  EXPECT_EQ(account->characters[2].realm.slug, "proudmoore");
  for (const auto* odd :
       {"{}", "[]", R"({"code":500,"reason":"downstream"})", R"({"wow_accounts":null})",
        R"({"wow_accounts":{}})"})
    EXPECT_FALSE(parse_account(odd)) << odd;
  EXPECT_TRUE(parse_account(R"({"wow_accounts":[]})")->licences.empty());
  const auto odd = parse_account(
      R"({"wow_accounts":[{"id":7,"characters":[{"name":"x"},{"id":5,"name":"Anna",)"
      R"("realm":{"id":1,"slug":"a"}}]},{"id":8},{"characters":[]}]})");
  ASSERT_TRUE(odd) << "one odd character costs no more than itself";
  ASSERT_EQ(odd->characters.size(), 1u);
  EXPECT_EQ(odd->characters[0].licence, 7);
  ASSERT_EQ(odd->licences.size(), 2u);
  EXPECT_FALSE(odd->licences[0].complete);
  EXPECT_EQ(odd->licences[1].characters, 0u);
}

} // namespace
} // namespace guildhall::domain
