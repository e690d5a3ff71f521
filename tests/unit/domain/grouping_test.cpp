#include "domain/grouping.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace guildhall::domain {
namespace {

std::vector<std::int64_t> toys(std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), first);
  return ids;
}

grouping_input member(std::int64_t id, int rank, std::string name = "") {
  return {
      character_id{id},
      std::nullopt,
      std::nullopt,
      rank,
      name.empty() ? "Name" + std::to_string(id) : std::move(name),
      {}};
}

grouping_input owned(std::int64_t id, int rank, std::int64_t user) {
  auto out = member(id, rank);
  out.user_id = user_id{user};
  return out;
}

grouping_input with_toys(std::int64_t id, int rank, std::vector<std::int64_t> list) {
  auto out = member(id, rank);
  out.toys = std::move(list);
  return out;
}

std::vector<std::int64_t> order(const std::vector<grouped_character>& roster) {
  std::vector<std::int64_t> ids;
  for (const auto& each : roster)
    ids.push_back(each.character_id.value);
  return ids;
}

TEST(same_player, needs_25_toys_on_both_sides) {
  EXPECT_TRUE(is_same_player(toys(1, 25), toys(1, 25)));
  EXPECT_FALSE(is_same_player(toys(1, 24), toys(1, 24)));
  EXPECT_FALSE(is_same_player(toys(1, 24), toys(1, 500)));
}

TEST(same_player, contains_the_older_list_but_for_two) {
  auto older = toys(1, 30);
  const auto newer = toys(1, 60);
  EXPECT_TRUE(is_same_player(older, newer));
  EXPECT_TRUE(is_same_player(newer, older));
  older.push_back(1'000);
  older.push_back(1'001);
  EXPECT_TRUE(is_same_player(older, newer));
  older.push_back(1'002);
  EXPECT_FALSE(is_same_player(older, newer));
}

TEST(same_player, is_not_whoever_shares_many_toys) {
  EXPECT_FALSE(is_same_player(toys(1, 100), toys(50, 100)));
}

TEST(classified_roster, puts_known_users_first_then_groups_then_singles) {
  const auto roster = classify_roster(
      {member(1, 0), with_toys(2, 1, toys(1, 40)), owned(3, 5, 9), with_toys(4, 2, toys(1, 30)),
       owned(5, 4, 9), owned(6, 1, 7)});
  EXPECT_EQ(order(roster), (std::vector<std::int64_t>{6, 5, 3, 2, 4, 1}));
  EXPECT_EQ(std::get<user_id>(roster[1].group_key), user_id{9});
  EXPECT_EQ(std::get<std::string>(roster[3].group_key), "toys:2");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(roster[5].group_key));
  EXPECT_EQ(roster[5].classification, classification::main);
  EXPECT_EQ(roster[5].reason, "alone");
}

TEST(classified_roster, makes_the_highest_rank_the_main_then_the_first_name) {
  auto a = owned(1, 3, 9);
  auto b = owned(2, 2, 9);
  auto c = owned(3, 2, 9);
  b.name = "Zoe";
  c.name = "Ann";
  const auto roster = classify_roster({a, b, c});
  EXPECT_EQ(order(roster), (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(roster[0].classification, classification::main);
  EXPECT_EQ(roster[0].main_character_id, std::nullopt);
  EXPECT_EQ(roster[0].reason, "user");
  EXPECT_EQ(roster[1].classification, classification::alt);
  EXPECT_EQ(roster[1].main_character_id, character_id{3});
}

TEST(classified_roster, lets_a_person_choose_the_main) {
  auto chosen = owned(1, 9, 9);
  chosen.explicit_main = true;
  const auto roster = classify_roster({owned(2, 0, 9), chosen});
  EXPECT_EQ(order(roster), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(roster[0].reason, "chosen");
  EXPECT_EQ(roster[1].main_character_id, character_id{1});
}

TEST(classified_roster, lets_a_person_say_who_is_no_main) {
  auto alt = owned(1, 0, 9);
  alt.explicit_main = false;
  const auto roster = classify_roster({alt, owned(2, 9, 9)});
  EXPECT_EQ(order(roster), (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(roster[1].classification, classification::alt);
  EXPECT_EQ(roster[1].reason, "chosen");
}

TEST(classified_roster, leaves_alone_whose_toys_fit_two_players) {
  auto common = toys(1, 30);
  auto first = common;
  auto second = common;
  for (std::int64_t i = 0; i < 20; ++i) {
    first.push_back(1'000 + i);
    second.push_back(2'000 + i);
  }
  const auto roster = classify_roster(
      {with_toys(1, 1, first), with_toys(2, 2, second), with_toys(3, 3, common)});
  for (const auto& each : roster)
    EXPECT_EQ(each.reason, "alone");
}

TEST(classified_roster, does_not_join_strangers_with_few_toys) {
  const auto roster =
      classify_roster({with_toys(1, 1, toys(1, 3)), with_toys(2, 2, toys(1, 3))});
  EXPECT_EQ(roster[0].classification, classification::main);
  EXPECT_EQ(roster[1].classification, classification::main);
}

RC_GTEST_PROP(classified_roster, holds_everybody_once_and_one_main_per_group, ()) {
  std::vector<grouping_input> members;
  const auto count = *rc::gen::inRange(0, 30);
  for (int i = 0; i < count; ++i) {
    auto each =
        member(i + 1, *rc::gen::inRange(0, 4), "N" + std::to_string(*rc::gen::inRange(0, 5)));
    if (*rc::gen::arbitrary<bool>())
      each.user_id = user_id{*rc::gen::inRange(1, 5)};
    else if (*rc::gen::arbitrary<bool>())
      each.toys = toys(
          *rc::gen::element<std::int64_t>(1, 1'000), *rc::gen::inRange<std::size_t>(20, 60));
    if (*rc::gen::arbitrary<bool>())
      each.explicit_main = *rc::gen::arbitrary<bool>();
    members.push_back(std::move(each));
  }
  const auto roster = classify_roster(members);
  RC_ASSERT(roster.size() == members.size());
  std::map<std::int64_t, classification> seen;
  for (const auto& each : roster)
    RC_ASSERT(seen.emplace(each.character_id.value, each.classification).second);
  for (const auto& each : roster) {
    const bool is_main = each.classification == classification::main;
    RC_ASSERT(is_main == !each.main_character_id);
    if (!is_main)
      RC_ASSERT(seen.at(each.main_character_id->value) == classification::main);
  }
  // In another order it is the same.
  auto reversed = members;
  std::ranges::reverse(reversed);
  RC_ASSERT(order(classify_roster(reversed)) == order(roster));
}

} // namespace
} // namespace guildhall::domain
