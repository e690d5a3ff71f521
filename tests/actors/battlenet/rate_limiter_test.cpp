#include "actors/battlenet/rate_limiter.hpp"
#include "actors/defaults.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/scripted_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using domain::priority;

/// What a permit holder was told, and when.
struct word {
  std::uint64_t ticket;
  ec code;
  std::optional<time_point> retry_at;
  test::actor_world::clock_time at;
};

permit_holder_actor::behavior_type
holder(permit_holder_actor::pointer, std::vector<word>* words, test::actor_world* world) {
  return {[=](atom::granted, const permit& told) {
    words->push_back(
        {told.ticket, told.granted ? ec::none : told.granted.error().code,
         told.granted ? std::nullopt : told.granted.error().retry_at, world->now()});
  }};
}

stretch_listener_actor::behavior_type
listener(stretch_listener_actor::pointer, std::vector<double>* heard) {
  return {[heard](atom::stretch, double stretch) { heard->push_back(stretch); }};
}

class rate_limiter_test : public ::testing::Test {
protected:
  void start(double rate = 10, std::size_t max_queue = 2'000) {
    limiter = world.system().spawn(
        rate_limiter, static_cast<domain::sync_port*>(&store),
        rate_limiter_options{
            .limits = {.rate = rate, .per_hour = 36'000, .people_share = 0.2},
            .max_queue = max_queue,
            .instance = "tested",
            .now = world.wall_clock()},
        &numbers);
    asker = world.system().spawn(holder, &words, &world);
    world.run();
  }
  void TearDown() override {
    store.on<domain::borrow_budget>(test::whatever_is_wanted); // the test's own script is gone
    if (limiter) {
      world.stop(limiter);
      world.stop(asker);
    }
    limiter = nullptr;
    asker = nullptr;
  }

  struct wish {
    priority what{priority::character};
    std::int64_t group{1};
    std::int64_t remaining{1};
    test::actor_world::duration within{90s};
    domain::region where{domain::region::eu};
  };
  std::uint64_t want(wish how) {
    const auto ticket = next_ticket++;
    caf::anon_send(
        limiter, atom::acquire_v,
        permit_request{
            .ticket = ticket,
            .region = how.where,
            .priority = how.what,
            .group = how.group,
            .remaining = how.remaining,
            .expires = world.now() + how.within},
        asker);
    return ticket;
  }
  void want_many(int count, wish how) {
    for (int i = 0; i < count; ++i)
      want(how);
    world.run();
  }

  /// Battle.net answers to requests that have just been sent.
  void answered(
      int count, bool throttled, std::optional<std::chrono::seconds> retry_after = {},
      domain::region where = domain::region::eu) {
    for (int i = 0; i < count; ++i)
      caf::anon_send(
          limiter, atom::answered_v,
          answer_notice{
              .region = where,
              .sent = world.now(),
              .throttled = throttled,
              .retry_after = retry_after});
    world.run();
  }
  /// What was asked of the budget last.
  const domain::borrow_budget& last_loan() const {
    return store.asked<domain::borrow_budget>().back();
  }

  std::size_t granted() const {
    return static_cast<std::size_t>(std::ranges::count(words, ec::none, &word::code));
  }
  std::vector<std::uint64_t> granted_tickets() const {
    std::vector<std::uint64_t> tickets;
    for (const auto& told : words)
      if (told.code == ec::none)
        tickets.push_back(told.ticket);
    return tickets;
  }
  bool was_granted(std::uint64_t ticket) const {
    return std::ranges::any_of(words, [ticket](const word& told) {
      return told.ticket == ticket && told.code == ec::none;
    });
  }
  /// The most grants in any sliding second.
  std::size_t busiest_second() const {
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < words.size(); ++last) {
      while (words[last].at - words[first].at >= 1s)
        ++first;
      most = std::max(most, last - first + 1);
    }
    return most;
  }

  metrics numbers;
  test::scripted_store store;
  std::vector<word> words;
  std::vector<double> heard;
  std::uint64_t next_ticket{1};
  rate_limiter_actor limiter;
  permit_holder_actor asker;
  test::actor_world world;
};

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

TEST_F(rate_limiter_test, a_429_holds_everybody_up_for_a_second_only) {
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

TEST_F(rate_limiter_test, one_429_in_twenty_costs_hardly_anything) {
  start(80);
  want_many(1'900, {.within = 600s});
  for (int second = 0; second < 20; ++second) {
    world.advance(1s);
    answered(76, false);
    answered(4, true);
  }
  EXPECT_GE(granted(), 80u * 20 * 9 / 10);
}

TEST_F(rate_limiter_test, a_fifth_of_429_halves_the_rate_which_grows_back) {
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

TEST_F(rate_limiter_test, where_429_is_the_common_answer_even_people_wait_and_nothing_is_lent) {
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

TEST_F(rate_limiter_test, a_wish_is_answered_at_its_deadline_in_the_middle_of_a_pause) {
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

TEST_F(rate_limiter_test, retry_after_is_honoured_by_its_region_and_by_no_other) {
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
    EXPECT_EQ(told.retry_at, world.wall() + 3'600s);
  }
  world.advance(1'200ms); // what the shared limit needs
  EXPECT_TRUE(was_granted(person));
  world.advance(4s);
  EXPECT_EQ(granted(), 31u);
}

TEST_F(rate_limiter_test, a_closed_region_is_asked_again_when_its_time_has_come) {
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

TEST_F(rate_limiter_test, a_region_is_closed_for_an_hour_at_most) {
  start(10);
  want_many(1, {});
  world.advance(2s);
  answered(1, true, 86'400s);
  world.advance(3'600s);
  words.clear();
  want_many(1, {});
  world.advance(1s);
  EXPECT_EQ(granted(), 1u);
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

TEST_F(rate_limiter_test, what_the_database_did_not_hear_is_told_again) {
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

TEST_F(rate_limiter_test, what_another_instance_has_met_holds_here_from_the_next_loan_on) {
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

TEST_F(rate_limiter_test, told_that_there_is_news_it_asks_before_it_lets_anybody_go) {
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

TEST_F(rate_limiter_test, listeners_hear_the_stretch_at_once_and_when_it_changes) {
  std::int64_t spent = 0;
  store.on<domain::borrow_budget>([&](const domain::borrow_budget& what) {
    return domain::budget_loan{
        .rate = what.request.wanted_rate,
        .background = what.request.wanted,
        .people = 0,
        .spent_last_hour = spent,
        .hour_limit = 36'000,
        .valid_for = 4s};
  });
  start(10);
  const auto one = world.system().spawn(listener, &heard);
  caf::anon_send(limiter, atom::stretch_v, one);
  world.run();
  EXPECT_EQ(heard, (std::vector{1.0}));
  spent = 28'800;
  want_many(1, {});
  EXPECT_EQ(heard, (std::vector{1.0, 8.0}));
  world.advance(5s);
  want_many(1, {});
  EXPECT_EQ(heard.size(), 2u);
  world.stop(one);
}

} // namespace
} // namespace guildhall::actors
