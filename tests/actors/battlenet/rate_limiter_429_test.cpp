#include "tests/actors/support/limiter_fixture.hpp"

namespace guildhall::actors {
namespace {

class rate_limiter_under_429 : public rate_limiter_test {};

TEST_F(rate_limiter_under_429, a_429_holds_everybody_up_for_a_second_only) {
  start(10);
  want_many(500, {.within = 600s});
  world.advance(2s);
  const auto before = words.size();
  want({.what = priority::person});
  answered(1, true);
  world.advance(990ms);
  EXPECT_EQ(words.size(), before);
  world.advance(3s);
  EXPECT_GE(words.size(), before + 29) << "at the whole rate again";
}

TEST_F(rate_limiter_under_429, one_429_in_twenty_costs_hardly_anything) {
  start(80);
  want_many(1'900, {.within = 600s});
  for (int second = 0; second < 20; ++second) {
    world.advance(1s);
    answered(76, false);
    answered(4, true);
  }
  EXPECT_GE(granted(), 80u * 20 * 9 / 10);
}

TEST_F(rate_limiter_under_429, a_fifth_of_429_halves_the_rate_which_grows_back) {
  start(10);
  want_many(500, {.within = 600s});
  world.advance(2s);
  answered(1, true);
  world.advance(2s);
  answered(40, false);
  answered(10, true);
  const auto before = granted();
  world.advance(1s);
  EXPECT_LE(granted() - before, 6u);
  world.advance(5s);
  const auto again = granted();
  world.advance(5s);
  EXPECT_GE(granted() - again, 49u);
}

TEST_F(
    rate_limiter_under_429,
    where_429_is_the_common_answer_even_people_wait_and_nothing_is_lent) {
  start(10);
  want_many(50, {.within = 600s});
  world.advance(2s);
  answered(1, true);
  world.advance(2s);
  const auto before = granted();
  answered(20, true);
  want({.what = priority::person});
  world.advance(4'900ms);
  EXPECT_EQ(granted(), before);
  EXPECT_EQ(last_loan().request.wanted, 0);
  EXPECT_EQ(last_loan().request.wanted_rate, 0);
  world.advance(2s);
  EXPECT_GT(granted(), before);
}

TEST_F(rate_limiter_under_429, a_wish_is_answered_at_its_deadline_in_the_middle_of_a_pause) {
  start(10);
  want_many(1, {});
  world.advance(2s);
  answered(1, true);
  world.advance(2s);
  answered(20, true);
  const auto asked = world.now();
  want_many(1, {.within = 1'300ms});
  want_many(1, {.what = priority::person, .within = 2'700ms});
  words.clear();
  world.advance(4s);
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0].code, ec::deadline_expired);
  EXPECT_EQ(words[0].at - asked, 1'300ms);
  EXPECT_EQ(words[1].code, ec::deadline_expired);
  EXPECT_EQ(words[1].at - asked, 2'700ms);
}

TEST_F(
    rate_limiter_test, a_wish_is_answered_at_its_deadline_while_the_database_does_not_answer) {
  store.on<domain::borrow_budget>([](const auto&) { return fail(ec::database_down); });
  start(10);
  const auto asked = world.now();
  want_many(1, {.within = 1'234ms});
  world.advance(5s);
  ASSERT_EQ(words.size(), 1u);
  EXPECT_EQ(words[0].at - asked, 1'234ms);
}

TEST_F(rate_limiter_under_429, retry_after_is_honoured_by_its_region_and_by_no_other) {
  start(10);
  want_many(5, {});
  world.advance(2s);
  answered(1, true, 3'600s);
  words.clear();
  const auto person = want({.what = priority::person, .where = domain::region::us});
  want_many(30, {.where = domain::region::us});
  want_many(3, {}); // for the closed one, with less patience than that
  world.run();
  ASSERT_EQ(words.size(), 3u);
  for (const auto& told : words) {
    EXPECT_EQ(told.code, ec::budget_exhausted);
    EXPECT_EQ(told.retry_at, world.wall() + 300s);
  }
  world.advance(1'200ms); // what the shared limit needs
  EXPECT_TRUE(was_granted(person));
  world.advance(4s);
  EXPECT_EQ(granted(), 31u);
}

TEST_F(rate_limiter_under_429, a_closed_region_is_asked_again_when_its_time_has_come) {
  start(10);
  want_many(1, {});
  world.advance(2s);
  answered(1, true, 7s);
  words.clear();
  const auto asked = world.now();
  want_many(3, {});
  world.advance(20s);
  ASSERT_EQ(granted(), 3u);
  EXPECT_GE(words.front().at - asked, 7s);
  EXPECT_LE(words.front().at - asked, 8s);
}

TEST_F(rate_limiter_under_429, a_region_is_closed_for_five_minutes_or_when_told_twice_an_hour) {
  start(10);
  want_many(1, {});
  world.advance(2s);
  answered(1, true, 86'400s);
  world.advance(301s);
  words.clear();
  want_many(1, {});
  world.advance(2s);
  ASSERT_EQ(granted(), 1u);
  answered(1, true, 86'400s);
  words.clear();
  want_many(1, {.within = 4'000s});
  world.advance(3'590s);
  EXPECT_EQ(granted(), 0u);
  world.advance(20s);
  EXPECT_EQ(granted(), 1u);
}

TEST_F(rate_limiter_under_429, a_metric_tells_until_when_a_region_is_left_alone) {
  start(10);
  want_many(1, {});
  world.advance(2s);
  answered(1, true, 3'600s);
  world.run();
  const auto until =
      std::chrono::duration<double>{(world.wall() + 300s).time_since_epoch()}.count();
  EXPECT_DOUBLE_EQ(
      numbers
          .gauge(
              "battlenet_left_alone_until_seconds", "Unix time until which 429s close a region",
              {{"region", "eu"}})
          .Value(),
      until);
}

TEST_F(
    rate_limiter_test, the_other_instances_are_told_of_a_lowered_rate_and_of_closed_regions) {
  start(10);
  want_many(500, {.within = 600s});
  world.advance(2s);
  answered(1, true);
  world.advance(2s);
  for (const auto& loan : store.asked<domain::borrow_budget>())
    EXPECT_FALSE(loan.met) << "a second is over before anybody hears of it";
  answered(40, false);
  answered(10, true);
  world.advance(300ms);
  ASSERT_TRUE(last_loan().met);
  EXPECT_NEAR(last_loan().met->factor, 0.5, 0.05);
  world.advance(3s);
  EXPECT_FALSE(last_loan().met) << "once is enough";
  answered(1, true, 60s);
  world.advance(300ms);
  ASSERT_TRUE(last_loan().met);
  EXPECT_GT(last_loan().met->regions[static_cast<std::size_t>(domain::region::eu)], 58s);
}

TEST_F(rate_limiter_under_429, what_the_database_did_not_hear_is_told_again) {
  start(10);
  want_many(500, {.within = 600s});
  world.advance(2s);
  store.on<domain::borrow_budget>([](const auto&) { return fail(ec::database_down); });
  answered(1, true, 60s);
  world.advance(1s);
  ASSERT_TRUE(last_loan().met);
  store.on<domain::borrow_budget>(test::whatever_is_wanted);
  world.advance(1'500ms);
  std::size_t told = 0;
  for (const auto& loan : store.asked<domain::borrow_budget>())
    told += loan.met ? 1 : 0;
  EXPECT_GE(told, 2u);
}

TEST_F(rate_limiter_under_429, what_another_instance_has_met_holds_here_from_the_next_loan_on) {
  domain::slowdown met;
  store.on<domain::borrow_budget>([&](const domain::borrow_budget& what) {
    auto loan = *test::whatever_is_wanted(what);
    loan.slowed = met;
    return result<domain::budget_loan>{loan};
  });
  met.pause = 3s;
  met.factor = 0.5;
  start(10);
  const auto asked = world.now();
  want_many(100, {.within = 600s});
  world.advance(4s);
  ASSERT_GT(granted(), 0u);
  EXPECT_GE(words.front().at - asked, 3s);
  EXPECT_LE(granted(), 7u);
}

TEST_F(rate_limiter_under_429, told_that_there_is_news_it_asks_before_it_lets_anybody_go) {
  domain::slowdown met;
  store.on<domain::borrow_budget>([&](const domain::borrow_budget& what) {
    auto loan = *test::whatever_is_wanted(what);
    loan.slowed = met;
    return result<domain::budget_loan>{loan};
  });
  start(10);
  want_many(100, {.within = 600s});
  world.advance(1'050ms);
  const auto before = granted();
  ASSERT_GT(before, 0u);
  met.pause = 5s;
  caf::anon_send(limiter, atom::wake_v);
  world.advance(4'900ms);
  EXPECT_EQ(granted(), before);
}

} // namespace
} // namespace guildhall::actors
