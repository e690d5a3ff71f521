#include "tests/actors/support/limiter_fixture.hpp"

namespace guildhall::actors {
namespace {

price_listener_actor::behavior_type
listener(price_listener_actor::pointer, std::vector<double>* heard) {
  return {[heard](atom::price, double price) { heard->push_back(price); }};
}

TEST_F(rate_limiter_test, starts_empty_and_paces_evenly) {
  start(10);
  want_many(30, {});
  EXPECT_EQ(granted(), 0u);
  world.advance(99ms);
  EXPECT_EQ(granted(), 0u);
  world.advance(1ms);
  EXPECT_EQ(granted(), 1u);
  world.advance(2s);
  ASSERT_GE(granted(), 20u);
  for (std::size_t i = 1; i < words.size(); ++i)
    EXPECT_EQ(words[i].at - words[i - 1].at, 100ms);
}

TEST_F(rate_limiter_test, never_grants_more_than_the_rate_in_any_sliding_second) {
  start(80);
  for (int burst = 0; burst < 20; ++burst) {
    want_many(90 + 17 * burst % 60, {});
    world.advance(std::chrono::milliseconds{700 + 311 * burst % 900});
  }
  world.advance(40s);
  EXPECT_EQ(granted(), words.size());
  EXPECT_LE(busiest_second(), 80u);
  EXPECT_GT(granted(), 1'500u);
}

TEST_F(rate_limiter_test, keeps_its_rate_while_there_is_work) {
  start(80);
  want_many(1'000, {});
  world.advance(10s + 12ms);
  EXPECT_GE(granted(), 760u); // 95 % of the configured rate
}

TEST_F(rate_limiter_test, people_go_first_then_rosters_characters_and_sweeps) {
  start(10);
  const auto sweep = want({.what = priority::sweep});
  const auto character = want({.what = priority::character});
  const auto roster = want({.what = priority::roster});
  const auto person = want({.what = priority::person});
  world.advance(1s);
  EXPECT_EQ(granted_tickets(), (std::vector<std::uint64_t>{person, roster, character, sweep}));
}

TEST_F(rate_limiter_test, a_small_guild_goes_before_big_ones) {
  start(10);
  want_many(30, {.group = 1, .remaining = 4'000});
  world.advance(500ms);
  const auto small = want({.group = 2, .remaining = 80});
  world.advance(200ms);
  EXPECT_TRUE(was_granted(small));
}

TEST_F(rate_limiter_test, a_person_is_served_within_a_second_of_a_full_queue) {
  start(80);
  want_many(1'900, {.remaining = 4'000, .within = 600s});
  world.advance(3s);
  const auto person = want({.what = priority::person, .group = 9});
  world.advance(1s);
  EXPECT_TRUE(was_granted(person));
}

TEST_F(rate_limiter_test, wishes_beyond_the_queue_are_refused_as_overloaded) {
  start(10, 5);
  want_many(7, {});
  ASSERT_EQ(words.size(), 2u);
  EXPECT_EQ(words[0].code, ec::overloaded);
  EXPECT_TRUE(words[0].retry_at);
}

TEST_F(rate_limiter_test, whoever_died_gets_no_permit) {
  start(10);
  want_many(1, {});
  world.advance(1s);
  want_many(50, {});
  world.stop(asker);
  words.clear();
  asker = world.system().spawn(holder, &words, &world);
  const auto mine = want({});
  world.advance(1s);
  EXPECT_TRUE(was_granted(mine)) << "fifty of the dead were before it";
  EXPECT_EQ(words.size(), 1u);
}

TEST_F(rate_limiter_test, a_wish_past_its_deadline_is_told_so) {
  store.on<domain::borrow_budget>([](const auto&) { return fail(ec::database_down); });
  start(10);
  want({.within = 3s});
  world.advance(10s);
  ASSERT_EQ(words.size(), 1u);
  EXPECT_EQ(words[0].code, ec::deadline_expired);
}

TEST_F(rate_limiter_test, nothing_is_granted_without_a_loan_and_it_is_asked_for_again) {
  bool down = true;
  int asked = 0;
  store.on<domain::borrow_budget>(
      [&](const domain::borrow_budget& what) -> result<domain::budget_loan> {
        ++asked;
        if (down)
          return fail(ec::database_down);
        return domain::budget_loan{
            .rate = what.request.wanted_rate,
            .background = what.request.wanted,
            .people = 0,
            .spent_last_hour = 0,
            .hour_limit = 36'000,
            .valid_for = 4s};
      });
  start(10);
  want_many(3, {});
  world.advance(10s);
  EXPECT_TRUE(words.empty());
  EXPECT_GE(asked, 9);
  EXPECT_LE(asked, 11);
  down = false;
  world.advance(2s);
  EXPECT_EQ(granted(), 3u);
}

TEST_F(rate_limiter_test, a_loan_that_has_ended_is_not_spent) {
  int asked = 0;
  store.on<domain::borrow_budget>(
      [&](const domain::borrow_budget& what) -> result<domain::budget_loan> {
        if (++asked > 1)
          return fail(ec::database_down);
        return domain::budget_loan{
            .rate = what.request.wanted_rate,
            .background = 1'000,
            .people = 0,
            .spent_last_hour = 0,
            .hour_limit = 36'000,
            .valid_for = 4s};
      });
  start(10);
  want_many(100, {});
  world.advance(20s);
  EXPECT_LE(granted(), 40u);
  for (const auto& told : words)
    EXPECT_LE(told.at - words.front().at, 4s);
}

TEST_F(rate_limiter_test, when_the_hour_is_out_the_background_is_refused_and_people_still_go) {
  store.on<domain::borrow_budget>([](const domain::borrow_budget& what) {
    return domain::budget_loan{
        .rate = what.request.wanted_rate,
        .background = 0,
        .people = what.request.wanted_people,
        .spent_last_hour = 28'800,
        .hour_limit = 36'000,
        .valid_for = 4s};
  });
  start(10);
  want_many(5, {.what = priority::roster});
  world.advance(100ms);
  ASSERT_EQ(words.size(), 5u);
  for (const auto& told : words) {
    EXPECT_EQ(told.code, ec::budget_exhausted);
    ASSERT_TRUE(told.retry_at);
    EXPECT_GT(*told.retry_at, world.wall());
  }
  // The background's pause is none of the person's.
  const auto person = want({.what = priority::person});
  world.advance(1s);
  EXPECT_EQ(granted_tickets(), (std::vector{person}));
}

TEST_F(rate_limiter_test, a_spent_hour_is_not_asked_about_all_the_time) {
  int asked = 0;
  store.on<domain::borrow_budget>([&](const domain::borrow_budget& what) {
    ++asked;
    return domain::budget_loan{
        .rate = what.request.wanted_rate,
        .background = 0,
        .people = 0,
        .spent_last_hour = 36'000,
        .hour_limit = 36'000,
        .valid_for = 4s};
  });
  start(10);
  for (int i = 0; i < 60; ++i) {
    want({.what = i % 2 == 0 ? priority::person : priority::character});
    world.advance(1s);
  }
  EXPECT_LE(asked, 8);
  EXPECT_EQ(granted(), 0u);
}

TEST_F(rate_limiter_test, what_an_idle_instance_does_not_need_goes_back) {
  std::int64_t lent = 0;
  std::int64_t returned = 0;
  double held_rate = 0;
  store.on<domain::borrow_budget>([&](const domain::borrow_budget& what) {
    lent += what.request.wanted;
    returned += what.unspent;
    held_rate = what.request.wanted_rate;
    return domain::budget_loan{
        .rate = what.request.wanted_rate,
        .background = what.request.wanted,
        .people = 0,
        .spent_last_hour = 0,
        .hour_limit = 36'000,
        .valid_for = 4s};
  });
  start(80);
  for (int i = 0; i < 20; ++i) { // a request now and then
    want({});
    world.advance(15s);
  }
  EXPECT_EQ(granted(), 20u);
  EXPECT_EQ(lent - returned, 20);
  EXPECT_EQ(held_rate, 0);
}

TEST_F(rate_limiter_test, an_orderly_end_leaves_nothing_on_loan) {
  std::int64_t lent = 0;
  std::int64_t returned = 0;
  double held_rate = 0;
  store.on<domain::borrow_budget>([&](const domain::borrow_budget& what) {
    lent += what.request.wanted;
    returned += what.unspent;
    held_rate = what.request.wanted_rate;
    return domain::budget_loan{
        .rate = what.request.wanted_rate,
        .background = what.request.wanted,
        .people = 0,
        .spent_last_hour = 0,
        .hour_limit = 36'000,
        .valid_for = 4s};
  });
  start(10);
  want_many(5, {});
  world.advance(250ms);
  ASSERT_EQ(held_rate, 10);
  world.stop(limiter);
  EXPECT_EQ(lent - returned, static_cast<std::int64_t>(granted()));
  EXPECT_EQ(held_rate, 0);
}

TEST_F(rate_limiter_test, listeners_hear_the_price_at_once_and_when_it_changes) {
  double price = 0.25;
  store.on<domain::borrow_budget>([&](const domain::borrow_budget& what) {
    auto loan = test::whatever_is_wanted(what);
    loan->price = price;
    return loan;
  });
  start(10);
  const auto one = world.system().spawn(listener, &heard);
  caf::anon_send(limiter, atom::price_v, one);
  world.run();
  EXPECT_EQ(heard, (std::vector{0.0})) << "none is known before the first loan";
  want_many(1, {});
  EXPECT_EQ(heard, (std::vector{0.0, 0.25}));
  price = 0.25001;
  world.advance(5s);
  want_many(1, {});
  EXPECT_EQ(heard.size(), 2u) << "as good as the same";
  price = 0.5;
  world.advance(5s);
  want_many(1, {});
  EXPECT_EQ(heard, (std::vector{0.0, 0.25, 0.5}));
  world.stop(one);
}

} // namespace
} // namespace guildhall::actors
