#include "domain/payload_children.hpp"
#include "tests/support/documents.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using test::parse_mythic;
using test::parse_professions;
using test::parse_toys;

TEST(mythic, does_without_everything) {
  const auto mythic = parse_mythic(
      R"({"_links":{"self":{"href":"https://eu.api/profile/wow/character/a/b/mythic-keystone-profile?x=y"}}})");
  ASSERT_TRUE(mythic);
  EXPECT_EQ(mythic->rating, std::nullopt);
  EXPECT_EQ(mythic->period_id, std::nullopt);
}

TEST(mythic, names_the_newest_season_that_was_played) {
  const auto mythic = parse_mythic(
      R"({"character":{"id":1},"seasons":[{"id":13},{"id":"x"},{"id":14},7,{"id":0}],"current_mythic_rating":{"rating":1.5}})");
  ASSERT_TRUE(mythic);
  EXPECT_EQ(mythic->season, 14);
  EXPECT_EQ(
      parse_mythic(
          R"({"character":{"id":1},"seasons":[{"id":14},{"id":999}],"current_period":{"period":{"id":1e9}}})")
          ->season,
      14);
  EXPECT_EQ(mythic->rating, 1.5);
}

TEST(mythic, does_without_a_rating_that_cannot_be_read) {
  for (const auto* rating :
       {"7", R"({"rating":-1})", R"({"rating":1e300})", R"({"rating":"x"})", "[]", "{}"}) {
    const auto mythic = parse_mythic(
        std::string{R"({"character":{"id":1},"current_mythic_rating":)"} + rating + "}");
    ASSERT_TRUE(mythic) << rating;
    EXPECT_EQ(mythic->rating, std::nullopt) << rating;
  }
}

std::string with_tiers(std::string tiers) {
  return R"({"character":{"id":1},"primaries":[{"profession":{"id":171,"name":"Alchemy"},"tiers":[)"
       + tiers + "]}]}";
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

TEST(professions, are_not_shown_by_a_tier_that_no_game_has) {
  EXPECT_EQ(points_of(tier(2750, 5) + "," + tier(2'000'000'000, 7)), 5);
}

TEST(professions, take_the_smallest_of_the_old_tiers) {
  EXPECT_EQ(points_of(tier(2700, 5) + "," + tier(2437, 9) + "," + tier(2500, 7)), 9);
}

TEST(professions, list_every_tier_and_name_the_one_whose_points_they_show) {
  const auto view = parse_professions(
      R"({"character":{"id":1},"primaries":[7,{"profession":{"id":"x"}},
        {"profession":{"id":171,"name":"Alchemy"},"tiers":[
          {"skill_points":300,"max_skill_points":300,"tier":{"id":2485,"name":"Classic Alchemy"}},
          {"skill_points":9,"max_skill_points":9},{"tier":{"id":"x"}},null,
          {"skill_points":11,"max_skill_points":175,"tier":{"id":2750,"name":"Shadowlands Alchemy"}}]}]})");
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(
      professions_json(*view, tiers_shown::all),
      R"([{"profession":{"id":171,"name":"Alchemy"},"skill_points":11,"max_skill_points":175,)"
      R"("tier":{"id":2750,"name":"Shadowlands Alchemy"},"tiers":[)"
      R"({"id":2485,"name":"Classic Alchemy","skill_points":300,"max_skill_points":300},)"
      R"({"id":2750,"name":"Shadowlands Alchemy","skill_points":11,"max_skill_points":175}]}])");
  EXPECT_EQ(
      professions_json(*view, tiers_shown::none),
      R"([{"profession":{"id":171,"name":"Alchemy"},"skill_points":11,"max_skill_points":175}])")
      << "what a list of a thousand shows";
}

TEST(professions, and_their_tiers_are_listed_once_each) {
  const auto view = parse_professions(
      R"({"character":{"id":1},"primaries":[{"profession":{"id":171},"tiers":[)" + tier(2750, 5)
      + "," + tier(2750, 6)
      + R"(]},{"profession":{"id":171}}],"secondaries":[{"profession":{"id":171}}]})");
  ASSERT_TRUE(view);
  ASSERT_EQ(view->professions.size(), 1u);
  EXPECT_EQ(view->professions[0].tiers.size(), 1u);
  EXPECT_EQ(view->professions[0].skill_points, 5);
}

TEST(professions, do_without_tiers_and_lists) {
  const auto archaeology = parse_professions(
      R"({"character":{"id":1},"secondaries":[{"profession":{"id":794,"name":"Archaeology"},"skill_points":12,"max_skill_points":950}]})");
  ASSERT_TRUE(archaeology);
  EXPECT_EQ(archaeology->professions.at(0).skill_points, 12);
  EXPECT_EQ(
      professions_json(*archaeology, tiers_shown::all),
      R"([{"profession":{"id":794,"name":"Archaeology"},"skill_points":12,"max_skill_points":950}])");
  const auto none = parse_professions(
      R"({"_links":{"self":{"href":"https://eu.api/profile/wow/character/a/b/professions"}}})");
  ASSERT_TRUE(none);
  EXPECT_EQ(professions_json(*none, tiers_shown::all), "[]");
}

TEST(toys, are_sorted_and_counted_once) {
  const auto toys = parse_toys(
      R"({"character":{"id":1},"toys":[{"toy":{"id":9}},7,{"toy":{"id":2},"is_favorite":true},{},{"toy":{"id":9}}]})");
  ASSERT_TRUE(toys);
  EXPECT_EQ(toys->ids, (std::vector<std::int64_t>{2, 9}));
  const auto none = parse_toys("{}");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ec::malformed);
}

} // namespace
} // namespace guildhall::domain
