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
  EXPECT_EQ(
      message_of(parse_roster(
          std::string{R"({"_links":{"self":{"href":"/data/wow/guild/a/b/roster"}},)"}
          + guild_part + "}")),
      "members: missing");
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

TEST(roster, takes_the_last_of_several_entries_of_one_member) {
  const auto roster = parse_roster(roster_of(
      "[" + member("1", "9", "1") + "," + member("2", "9") + "," + member("1", "9", "4") + ","
      + member("1", "8") + "]"));
  ASSERT_TRUE(roster);
  ASSERT_EQ(roster->members.size(), 3u);
  EXPECT_EQ(roster->members[0].id, bnet_character_id{2});
  EXPECT_EQ(roster->members[1].rank, 4);
  EXPECT_EQ(roster->left_out.parts, 1u);
  EXPECT_EQ(roster->left_out.first, "members: an id repeats");
  EXPECT_EQ(roster->listed(), 3u);
}

TEST(roster, allows_one_id_on_two_realms) {
  EXPECT_TRUE(parse_roster(roster_of("[" + member("1", "9") + "," + member("1", "8") + "]")));
}

TEST(roster, leaves_out_members_that_cannot_be_read_and_says_who_they_are_where_it_can) {
  const auto fine = member("1", "9");
  const auto roster_with = [&](const std::string& odd) {
    return parse_roster(roster_of("[" + odd + "," + fine + "]"));
  };
  for (const auto& odd :
       {member("2", "9", "-1"), member("2", "9", "100"), member("2", "9", "\"x\""),
        std::string{R"({"character":{"id":2,"realm":{"id":9,"slug":"a b"}},"rank":3})"},
        member("2", "9", "null"),
        std::string{R"({"character":{"id":2,"realm":{"id":9}},"rank":3})"},
        std::string{R"({"character":{"id":2,"realm":{"id":9,"slug":7}},"rank":3})"}}) {
    const auto roster = roster_with(odd);
    ASSERT_TRUE(roster) << odd;
    EXPECT_EQ(roster->members.size(), 1u) << odd;
    EXPECT_EQ(roster->unreadable, (std::vector{std::pair{realm_id{9}, bnet_character_id{2}}}))
        << odd;
    EXPECT_EQ(roster->unidentified, 0u) << odd;
    EXPECT_EQ(roster->listed(), 2u) << odd;
  }
  for (const auto& odd :
       {std::string{"null"}, std::string{"7"}, std::string{"[]"}, std::string{"{}"},
        std::string{R"({"character":null,"rank":1})"}, member("\"1\"", "9"), member("0", "9"),
        member("2", "\"x\""), member("2", "0")}) {
    const auto roster = roster_with(odd);
    ASSERT_TRUE(roster) << odd;
    EXPECT_EQ(roster->members.size(), 1u) << odd;
    EXPECT_TRUE(roster->unreadable.empty()) << odd;
    EXPECT_EQ(roster->unidentified, 1u) << odd;
    EXPECT_EQ(roster->left_out.parts, 1u) << odd;
    EXPECT_EQ(roster->left_out.first.find("members[0]"), 0u) << roster->left_out.first;
  }
}

std::string named_member(int id, const std::string& name) {
  return R"({"character":{"id":)" + std::to_string(id) + R"(,"name":")" + name
       + R"(","realm":{"id":9,"slug":"Area-52"}},"rank":3})";
}

TEST(roster, spells_slugs_as_they_are_asked_for) {
  const auto roster = parse_roster(roster_of("[" + named_member(2, "A") + "]"));
  ASSERT_TRUE(roster);
  EXPECT_EQ(roster->members.at(0).realm.slug, "area-52");
}

TEST(roster, drops_an_entry_whose_name_is_too_long_for_any_and_knows_whose_it_is) {
  std::string fits;
  for (std::size_t i = 0; i < longest_name; ++i)
    fits += "Я";
  const auto roster = parse_roster(roster_of(
      "[" + named_member(1, fits) + "," + named_member(2, fits + "x") + ","
      + named_member(3, std::string(9'000, 'x')) + "]"));
  ASSERT_TRUE(roster);
  ASSERT_EQ(roster->members.size(), 1u);
  EXPECT_EQ(roster->members[0].name, fits);
  EXPECT_EQ(roster->unreadable.size(), 2u);
  EXPECT_EQ(roster->unidentified, 0u);
  EXPECT_EQ(roster->left_out.parts, 2u);
  EXPECT_EQ(roster->left_out.first, "members[1].character.name: too long");
}

TEST(guild, goes_without_a_name_that_is_too_long) {
  const auto guild = parse_guild(
      R"({"id":7,"name":")" + std::string(49, 'x') + R"(","realm":{"id":1,"slug":"s","name":")"
      + std::string(9'000, 'x') + R"("},"crest":{}})");
  ASSERT_TRUE(guild) << message_of(guild);
  EXPECT_EQ(guild->name, "");
  EXPECT_EQ(guild->realm.name, "");
  EXPECT_EQ(guild->left_out.parts, 2u);
}

TEST(roster, of_which_nothing_can_be_read_is_none) {
  for (const auto& odd : {std::string{"null"}, member("2", "9", "-1")})
    EXPECT_EQ(
        message_of(parse_roster(roster_of("[" + odd + "," + odd + "]")))
            .find("members: none of them can be read"),
        0u);
}

TEST(roster, keeps_a_member_of_whom_only_level_or_class_cannot_be_read) {
  const auto roster = parse_roster(roster_of(
      R"([{"character":{"id":2,"realm":{"id":9,"slug":"s"},"level":"x","playable_class":7},"rank":3}])"));
  ASSERT_TRUE(roster);
  ASSERT_EQ(roster->members.size(), 1u);
  EXPECT_EQ(roster->members[0].level, 0);
  EXPECT_EQ(roster->members[0].class_id, 0);
  EXPECT_EQ(roster->left_out.parts, 2u);
}

constexpr auto profile_head =
    R"({"id":5,"name":"Ä","realm":{"id":1,"slug":"s"},"level":60,"character_class":{"id":13},)";

TEST(profile, does_without_everything_optional) {
  const auto profile = parse_profile(R"({"id":5,"realm":{"id":1},"level":1})");
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

TEST(profile, does_not_know_an_item_level_that_cannot_be) {
  const auto profile = parse_profile(
      std::string{profile_head} + R"("average_item_level":-1,"equipped_item_level":1e300})");
  ASSERT_TRUE(profile);
  EXPECT_FALSE(profile->average_item_level);
  EXPECT_FALSE(profile->equipped_item_level);
  EXPECT_EQ(profile->left_out.parts, 2u);
}

TEST(profile, does_not_know_a_login_that_cannot_have_been) {
  for (const auto* at :
       {"0", "-1", "1", "1072915199999", "9007199254740991", "null", "\"x\""}) {
    const auto profile =
        parse_profile(std::string{profile_head} + R"("last_login_timestamp":)" + at + "}");
    ASSERT_TRUE(profile) << at;
    EXPECT_EQ(profile->last_login_at, std::nullopt) << at;
  }
}

TEST(profile, does_not_take_a_guild_that_it_cannot_read_for_none) {
  for (const auto* guild :
       {"7", "{}", R"({"id":"x"})", R"({"id":3,"realm":{"id":1}})", R"({"id":3,"realm":7})"}) {
    const auto profile = parse_profile(std::string{profile_head} + R"("guild":)" + guild + "}");
    ASSERT_TRUE(profile) << guild;
    EXPECT_FALSE(profile->guild) << guild;
    EXPECT_TRUE(profile->guild_unclear) << guild;
    EXPECT_EQ(profile->left_out.parts, 1u) << guild;
  }
  EXPECT_FALSE(parse_profile(std::string{profile_head} + R"("guild":null})")->guild_unclear);
}

TEST(profile, is_rejected_by_nothing_but_who_it_is_about) {
  const auto profile = parse_profile(
      R"({"id":5,"name":7,"realm":{"id":1,"slug":[]},"level":"x","character_class":[],)"
      R"("active_spec":{"id":"x"},"faction":1,"average_item_level":"x","achievement_points":-1})");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->left_out.parts, 8u) << profile->left_out.first;
  EXPECT_EQ(
      message_of(parse_profile(R"({"id":"x","level":1,"realm":{"id":1},)"
                               R"("_links":{"self":{"href":"/profile/wow/character/s/a"}}})")),
      "id: expected an integer");
  EXPECT_EQ(
      message_of(parse_profile(R"({"id":5,"level":1,"realm":{"slug":"s"}})")),
      "realm.id: missing");
}

TEST(status, needs_id_and_validity) {
  EXPECT_FALSE(parse_status(R"({"id":1,"is_valid":false})")->is_valid);
  message_of(parse_status(R"({"id":1})"));
  message_of(parse_status(R"({"is_valid":true})"));
  EXPECT_EQ(
      message_of(parse_status(R"({"id":1,"is_valid":7})")), "is_valid: expected true or false");
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
  EXPECT_EQ(account->left_out.parts, 0u);
}

TEST(account, without_a_list_of_licences_is_none) {
  for (
      const auto* body :
      {"{}", "[]", R"({"id":1})", R"({"code":503,"reason":"maintenance"})",
       R"({"id":1,"wow_accounts":7})", R"({"id":1,"wow_accounts":null})",
       R"({"_links":{"self":{"href":"https://eu.api.blizzard.com/profile/user/wow?namespace=profile-eu"}},"id":1})"})
    message_of(parse_account(body));
  const auto empty = parse_account(R"({"id":1,"wow_accounts":[]})");
  ASSERT_TRUE(empty) << empty.error().message;
  EXPECT_TRUE(empty->licences.empty());
}

TEST(account, tells_which_licences_were_read_whole) {
  const auto odd = parse_account(
      R"({"id":1,"wow_accounts":[{"id":7,"characters":[{"name":"x"},{"id":5,"name":"Anna",)"
      R"("realm":{"id":1,"slug":"a"}}]},{"id":8},{"characters":[]}]})");
  ASSERT_TRUE(odd) << "one odd character costs no more than itself";
  ASSERT_EQ(odd->characters.size(), 1u);
  EXPECT_EQ(odd->characters[0].licence, 7);
  ASSERT_EQ(odd->licences.size(), 2u);
  EXPECT_FALSE(odd->licences[0].complete);
  EXPECT_EQ(odd->licences[1].characters, 0u);
}

TEST(account, adds_up_a_licence_that_is_listed_in_parts) {
  const auto account = parse_account(
      R"({"id":1,"wow_accounts":[{"id":7,"characters":[{"id":5,"name":"Anna",)"
      R"("realm":{"id":1,"slug":"a"}}]},{"id":7,"characters":[{"id":"x"}]},{"id":7,"characters":7}]})");
  ASSERT_TRUE(account);
  ASSERT_EQ(account->licences.size(), 1u);
  EXPECT_EQ(account->licences[0].characters, 1u);
  EXPECT_FALSE(account->licences[0].complete) << "whoever is missing may be in the other part";
}

TEST(account, says_that_characters_could_not_be_read) {
  for (const auto* odd :
       {"7", R"({"id":2})", R"({"id":2,"characters":7})",
        R"({"id":2,"characters":[{"name":"x"}]})", R"({"id":2,"characters":[null]})",
        R"({"id":2,"characters":[{"id":7,"realm":{"id":1}}]})"}) {
    const auto account = parse_account(
        std::string{R"({"id":1,"wow_accounts":[)"} + odd
        + R"(,{"id":1,"characters":[{"id":9,"realm":{"id":1,"slug":"s"}}]}]})");
    ASSERT_TRUE(account) << odd;
    EXPECT_EQ(account->characters.size(), 1u) << odd;
    if (std::string_view{odd} != R"({"id":2})") {
      EXPECT_GT(account->left_out.parts, 0u) << odd;
    }
  }
}

TEST(period_index, is_no_other_document) {
  message_of(parse_current_period(
      R"({"_links":{"self":{"href":"https://eu.api/profile/wow/character/a/b/mythic-keystone-profile"}},"current_period":{"id":7}})"));
  message_of(parse_current_period(R"({"current_period":{"id":9007199254740991}})"));
  for (const auto* body : {"{}", "[]", R"({"code":503,"reason":"maintenance"})"})
    message_of(parse_current_period(body));
}

} // namespace
} // namespace guildhall::domain
