#include "domain/upstream_doubt.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;
using change = upstream_doubt::change;

class doubt : public ::testing::Test {
protected:
  change answers(int how_many, bool flipped, std::chrono::seconds apart = 1s) {
    auto last = change::none;
    for (int i = 0; i < how_many; ++i) {
      now += apart;
      last = rule.note(flipped, now);
    }
    return last;
  }
  change well(int how_many, std::chrono::seconds apart = 1s) {
    return answers(how_many, false, apart);
  }
  change flips(int how_many, std::chrono::seconds apart = 1s) {
    return answers(how_many, true, apart);
  }

  upstream_doubt rule;
  upstream_doubt::moment now{1'000h};
};

TEST_F(doubt, begins_when_most_of_the_last_ten_flipped) {
  well(20);
  EXPECT_EQ(flips(5), change::none);
  EXPECT_FALSE(rule.holds());
  EXPECT_EQ(flips(1), change::began);
  EXPECT_TRUE(rule.holds());
}

TEST_F(doubt, needs_five_answers) {
  EXPECT_EQ(flips(4), change::none);
  EXPECT_FALSE(rule.has_enough(now));
  EXPECT_EQ(flips(1), change::began);
}

TEST_F(doubt, does_not_come_of_answers_older_than_six_hours) {
  flips(4);
  now += 6h + 5s;
  EXPECT_EQ(flips(1), change::none);
  EXPECT_FALSE(rule.has_enough(now));
  EXPECT_EQ(flips(3, 1h), change::none);
  EXPECT_EQ(flips(1, 1h), change::began) << "a small installation asks rarely";
}

TEST_F(doubt, does_not_come_of_the_few_who_leave) {
  for (int i = 0; i < 100; ++i) {
    well(2);
    EXPECT_EQ(flips(1), change::none);
  }
}

TEST_F(doubt, looks_after_half_a_minute_and_then_ever_more_rarely_up_to_five) {
  flips(5);
  for (const auto pause : {30s, 60s, 120s, 240s, 300s, 300s}) {
    EXPECT_EQ(rule.next_look() - now, pause);
    now = rule.next_look();
    EXPECT_EQ(rule.note_look(1, 3, now), change::none);
  }
  EXPECT_TRUE(rule.holds());
}

TEST_F(doubt, ends_when_two_of_three_are_shown_again) {
  flips(5);
  now += 30s;
  EXPECT_EQ(rule.note_look(2, 3, now), change::ended);
  EXPECT_FALSE(rule.holds());
  EXPECT_EQ(flips(4), change::none) << "what was judged counts no more";
}

TEST_F(doubt, ends_after_three_hours_in_which_what_never_flipped_answers_well) {
  flips(10);
  now += 2h + 58min;
  EXPECT_EQ(well(6), change::none);
  now += 2min;
  EXPECT_EQ(rule.note_look(0, 3, now), change::ended);
}

TEST_F(doubt, goes_on_while_nothing_else_answers_well) {
  flips(10);
  now += 5h;
  EXPECT_EQ(rule.note_time(now), change::none);
  EXPECT_EQ(flips(3), change::none);
  well(2);
  EXPECT_EQ(rule.note_time(now), change::none);
  EXPECT_TRUE(rule.holds());
}

TEST_F(doubt, silence_is_half_an_hour_without_a_good_answer) {
  EXPECT_TRUE(rule.is_silent(now));
  rule.note_shown(now);
  EXPECT_FALSE(rule.is_silent(now + 30min));
  EXPECT_TRUE(rule.is_silent(now + 30min + 1s));
}

} // namespace
} // namespace guildhall::domain
