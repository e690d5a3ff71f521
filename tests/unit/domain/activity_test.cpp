#include "domain/activity.hpp"
#include "tests/support/battlenet_bodies.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;
using test::activity_body;
using test::body_activity;

constexpr time_point noon{std::chrono::seconds{1'767'700'800}};
const test::body_guild guild{70, "The Guild", "the-guild", {}};
const test::body_member anna{.id = 9'001, .name = "Änna"};
const test::body_member bert{.id = 9'002, .name = "Bert"};

std::int64_t ms(time_point when) {
  return std::chrono::floor<std::chrono::milliseconds>(when).time_since_epoch().count();
}

reading at_noon() {
  return {.now = noon, .realm = "stormrage", .name = "the-guild", .realm_id = 60, .id = 70};
}

activity_view read(const std::vector<body_activity>& lines) {
  return parse_activity(activity_body(guild, lines), at_noon()).value();
}

/// A document with these lines as they are.
activity_view read_lines(const std::string& lines) {
  auto body = activity_body(guild, {});
  body.insert(body.find(']'), lines);
  return parse_activity(body, at_noon()).value();
}

activity_hint hint_at(const test::body_member& who, time_point said) {
  return {.realm_id = realm_id{60}, .bnet_id = bnet_character_id{who.id}, .said = said};
}

TEST(activity, names_the_newest_of_each_character_and_when_encounters_were_won) {
  const auto activity = read(
      {{anna, ms(noon - 1h)},
       {bert, ms(noon - 2h)},
       {anna, ms(noon - 3h)},
       {{}, ms(noon - 4h)},
       {{}, ms(noon - 5h)}});
  EXPECT_EQ(activity.hints, (std::vector{hint_at(anna, noon - 1h), hint_at(bert, noon - 2h)}));
  EXPECT_EQ(activity.raid_moments, (std::vector<time_point>{noon - 4h, noon - 5h}));
  EXPECT_EQ(activity.guild, (std::pair{realm_id{60}, bnet_guild_id{70}}));
  EXPECT_EQ(activity.left_out.parts, 0u);
}

// A profile's date has whole seconds: it is not older for having less.
TEST(activity, is_told_in_whole_seconds) {
  EXPECT_EQ(read({{anna, ms(noon - 1h) + 999}}).hints.at(0).said, noon - 1h);
}

TEST(activity, of_the_future_and_of_more_than_a_week_ago_says_nothing) {
  const auto activity = read(
      {{anna, ms(noon + 6min)},
       {bert, ms(noon - 7 * 24h)},
       {{}, ms(noon + 6min)},
       {{}, ms(noon - 7 * 24h)}});
  EXPECT_TRUE(activity.hints.empty());
  EXPECT_TRUE(activity.raid_moments.empty());
  EXPECT_EQ(activity.left_out.parts, 0u);
  EXPECT_EQ(read({{anna, ms(noon + 4min)}, {bert, ms(noon - 7 * 24h + 1s)}}).hints.size(), 2u);
}

TEST(activity, without_an_id_names_a_character_by_its_address) {
  const auto line = [](const std::string& character) {
    return R"({"character_achievement":{"character":{)" + character + R"(}},"timestamp":)"
         + std::to_string(ms(noon - 1h)) + "}";
  };
  const activity_hint by_address{
      .realm_id = {}, .bnet_id = {}, .realm = "area-52", .name_key = "änna", .said = noon - 1h};
  for (const auto* who :
       {R"("name":"Änna","realm":{"slug":"area-52"})",
        R"("name":"Änna","realm":{"id":7,"slug":"area-52"})",
        R"("id":9001,"name":"Änna","realm":{"slug":"area-52"})",
        R"("id":"x","name":"Änna","realm":{"id":7,"slug":"area-52"})"})
    EXPECT_EQ(read_lines(line(who)).hints, (std::vector{by_address})) << who;
  for (const auto* who : {"", R"("name":"Änna")", R"("id":1,"realm":{"slug":"area-52"})"}) {
    const auto nobody = read_lines(line(who));
    EXPECT_TRUE(nobody.hints.empty()) << who;
    EXPECT_EQ(nobody.left_out.parts, 1u) << who;
  }
}

TEST(activity, one_odd_line_costs_itself) {
  const auto good = activity_body(guild, {{anna, ms(noon - 1h)}});
  const auto begin = good.find("[{") + 1;
  const auto line = good.substr(begin, good.rfind(']') - begin);
  for (const auto* odd :
       {"7", "null", "[]", R"({"timestamp":"x"})", R"({"character_achievement":{}})",
        R"({"character_achievement":7,"timestamp":1767697200000})",
        R"({"encounter_completed":7,"timestamp":1767697200000})",
        R"({"encounter_completed":{},"timestamp":-1})"}) {
    const auto activity = read_lines(std::string{odd} + "," + line);
    EXPECT_EQ(activity.hints, (std::vector{hint_at(anna, noon - 1h)})) << odd;
    EXPECT_TRUE(activity.raid_moments.empty()) << odd;
    EXPECT_GE(activity.left_out.parts, 1u) << odd;
  }
  const auto unknown = read_lines(R"({"crafted":{},"timestamp":1767697200000})");
  EXPECT_TRUE(unknown.hints.empty());
  EXPECT_EQ(unknown.left_out.parts, 0u) << "what is new is not wrong";
}

TEST(activity, no_more_than_five_hundred_lines_are_read) {
  std::vector<body_activity> lines(most_activities, {anna, ms(noon - 1h)});
  lines.push_back({bert, ms(noon - 1h)});
  EXPECT_EQ(read(lines).hints, (std::vector{hint_at(anna, noon - 1h)}));
}

TEST(activity, without_its_list_says_nothing) {
  const std::string link{
      R"({"_links":{"self":{"href":"https://eu/data/wow/guild/stormrage/the-guild/activity"}})"};
  for (const auto* rest : {"}", R"(,"activities":null})", R"(,"activities":[]})"}) {
    const auto activity = parse_activity(link + rest, at_noon());
    ASSERT_TRUE(activity) << rest;
    EXPECT_TRUE(activity->hints.empty());
    EXPECT_FALSE(activity->guild);
  }
}

TEST(activity, is_no_other_document_and_nobody_elses) {
  auto no_list = activity_body(guild, {});
  no_list.replace(no_list.find("[]"), 2, "7");
  for (const auto& body :
       {std::string{"[]"}, std::string{R"({"code":404})"}, no_list,
        test::roster_body(guild, {anna}), activity_body({71, "Other", "other", {}}, {})}) {
    const auto read = parse_activity(body, at_noon());
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().code, ec::malformed);
  }
}

} // namespace
} // namespace guildhall::domain
