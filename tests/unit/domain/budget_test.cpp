#include "domain/budget.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <vector>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;
using clock_time = pacer::clock_time;

constexpr time_point noon{std::chrono::seconds{1'767'700'800}};
constexpr clock_time start{std::chrono::hours{1}};

// --- the hour

TEST(hour_window, counts_what_was_spent_and_forgets_it_after_an_hour) {
  hour_window window;
  window.advance(noon);
  window.spend(100);
  window.advance(noon + 30min);
  window.spend(20);
  EXPECT_EQ(window.spent(), 120);
  window.advance(noon + 60min + 30s);
  EXPECT_EQ(window.spent(), 20);
  window.advance(noon + 3h);
  EXPECT_EQ(window.spent(), 0);
}

TEST(hour_window, what_comes_back_is_taken_off_where_it_was_lent) {
  hour_window window;
  window.advance(noon);
  window.spend(300); // lent at the end of a slot
  window.advance(noon + 10s);
  window.spend(50);
  window.spend(-200); // comes back in the next one
  EXPECT_EQ(window.spent(), 150);
  // The requests of the newer slot are remembered as long as they must be.
  window.advance(noon + 1h + 20s);
  EXPECT_EQ(window.spent(), 50);
}

TEST(hour_window, a_clock_that_steps_back_forgets_nothing) {
  hour_window window;
  window.advance(noon);
  window.spend(10);
  window.advance(noon - 2h);
  window.spend(5);
  EXPECT_EQ(window.spent(), 15);
}

TEST(hour_window, survives_being_stored) {
  hour_window window;
  window.advance(noon);
  window.spend(10);
  window.advance(noon + 20min);
  window.spend(5);
  const auto counts = window.counts();
  hour_window restored{{counts.begin(), counts.end()}, window.newest_slot()};
  restored.advance(noon + 20min);
  EXPECT_EQ(restored.spent(), 15);
  restored.advance(noon + 61min);
  EXPECT_EQ(restored.spent(), 5);
}

TEST(hour_window, a_stored_list_of_another_length_keeps_its_newest) {
  hour_window shorter{{1, 2, 3}, hour_window::slot_of(noon)};
  EXPECT_EQ(shorter.spent(), 6);
  std::vector<std::int64_t> long_list(1'000, 1);
  hour_window longer{long_list, hour_window::slot_of(noon)};
  EXPECT_EQ(longer.spent(), static_cast<std::int64_t>(hour_window::slot_count));
}

/// Lends in a row of moments; each loan is used within 10 s of being lent, what is unused comes
/// back.
RC_GTEST_PROP(hour_window, no_sliding_hour_is_ever_over_the_limit, ()) {
  const budget_limits limits{.rate = 80, .per_hour = 1'000, .people_share = 0.2};
  hour_window window;
  std::deque<time_point> sent;
  auto now = noon;
  const auto rounds = *rc::gen::inRange(50, 300);
  for (int i = 0; i < rounds; ++i) {
    now += std::chrono::milliseconds{*rc::gen::inRange(0, 40'000)};
    window.advance(now);
    const auto loan = grant_loan(
        {.wanted_rate = 80,
         .wanted = *rc::gen::inRange(0, 320),
         .wanted_people = *rc::gen::inRange(0, 20)},
        limits, window.spent(), 0, 0);
    window.spend(loan.background + loan.people);
    const auto used = *rc::gen::inRange<std::int64_t>(0, loan.background + loan.people + 1);
    for (std::int64_t k = 0; k < used; ++k)
      sent.push_back(
          now + std::chrono::milliseconds{9'000 * k / std::max<std::int64_t>(1, used)});
    now += 9s;
    window.advance(now);
    window.spend(used - loan.background - loan.people);
    while (!sent.empty() && sent.front() <= now - 1h)
      sent.pop_front();
    RC_ASSERT(static_cast<std::int64_t>(sent.size()) <= limits.per_hour);
    RC_ASSERT(window.spent() >= static_cast<std::int64_t>(sent.size()));
  }
}

// --- loans

constexpr budget_limits usual{.rate = 80, .per_hour = 36'000, .people_share = 0.2};

TEST(grant_loan, gives_one_instance_everything_it_wants) {
  const auto loan =
      grant_loan({.wanted_rate = 80, .wanted = 320, .wanted_people = 5}, usual, 0, 0, 0);
  EXPECT_EQ(loan.rate, 80);
  EXPECT_EQ(loan.background, 320);
  EXPECT_EQ(loan.people, 5);
  EXPECT_EQ(loan.hour_limit, 36'000);
}

TEST(grant_loan, gives_a_fair_share_when_others_want_some_too) {
  EXPECT_EQ(grant_loan({.wanted_rate = 80}, usual, 0, 20, 1).rate, 40);
  EXPECT_EQ(grant_loan({.wanted_rate = 80}, usual, 0, 80, 1).rate, 0);
  EXPECT_EQ(grant_loan({.wanted_rate = 80}, usual, 0, 70, 0).rate, 10);
}

TEST(grant_loan, keeps_the_reserve_for_people) {
  const auto loan =
      grant_loan({.wanted_rate = 80, .wanted = 320, .wanted_people = 10}, usual, 28'700, 0, 0);
  EXPECT_EQ(loan.background, 100);
  EXPECT_EQ(loan.people, 10);
  const auto later =
      grant_loan({.wanted_rate = 80, .wanted = 320, .wanted_people = 10}, usual, 35'995, 0, 0);
  EXPECT_EQ(later.background, 0);
  EXPECT_EQ(later.people, 5);
}

RC_GTEST_PROP(grant_loan, rates_never_add_up_to_more_than_the_limit, ()) {
  std::map<int, double> rates;
  std::map<int, bool> hungry;
  const auto rounds = *rc::gen::inRange(1, 100);
  for (int i = 0; i < rounds; ++i) {
    const auto who = *rc::gen::inRange(0, 5);
    double others = 0;
    std::size_t others_hungry = 0;
    for (const auto& [name, rate] : rates)
      if (name != who) {
        others += rate;
        others_hungry += hungry[name] ? 1 : 0;
      }
    const auto wanted = *rc::gen::element(0.0, 10.0, 80.0, 500.0);
    rates[who] = grant_loan({.wanted_rate = wanted}, usual, 0, others, others_hungry).rate;
    hungry[who] = wanted > 0;
    double all = 0;
    for (const auto& [name, rate] : rates)
      all += rate;
    RC_ASSERT(all <= usual.rate + 1e-9);
    RC_ASSERT(rates[who] <= wanted);
    RC_ASSERT(rates[who] >= 0);
  }
}

RC_GTEST_PROP(grant_loan, counts_never_exceed_what_the_hour_leaves, ()) {
  const auto spent = *rc::gen::inRange<std::int64_t>(0, 40'000);
  const loan_request wanted{
      .wanted_rate = 80,
      .wanted = *rc::gen::inRange(0, 50'000),
      .wanted_people = *rc::gen::inRange(0, 50'000)};
  const auto loan = grant_loan(wanted, usual, spent, 0, 0);
  RC_ASSERT(loan.background >= 0 && loan.people >= 0);
  RC_ASSERT(loan.background <= wanted.wanted && loan.people <= wanted.wanted_people);
  RC_ASSERT(spent + loan.background + loan.people <= std::max<std::int64_t>(spent, 36'000));
  RC_ASSERT(loan.background == 0 || spent + loan.background <= 28'800);
}

// --- pacing

TEST(pacer, starts_empty) {
  pacer pace;
  EXPECT_FALSE(pace.next(start));
  EXPECT_FALSE(pace.take(start));
  pace.set_rate(10, start);
  EXPECT_EQ(pace.next(start), start + 100ms);
  EXPECT_FALSE(pace.take(start + 99ms));
  EXPECT_TRUE(pace.take(start + 100ms));
  EXPECT_FALSE(pace.take(start + 100ms));
}

TEST(pacer, a_rate_of_zero_stops_it) {
  pacer pace;
  pace.set_rate(10, start);
  pace.set_rate(0, start + 1s);
  EXPECT_FALSE(pace.next(start + 10s));
  EXPECT_FALSE(pace.take(start + 10s));
  pace.set_rate(10, start + 10s);
  EXPECT_FALSE(pace.take(start + 10s));
  EXPECT_TRUE(pace.take(start + 10'100ms));
}

RC_GTEST_PROP(pacer, never_more_than_the_rate_and_two_in_any_sliding_second, ()) {
  const auto rate = *rc::gen::element(1.0, 7.0, 20.0, 80.0, 95.0);
  pacer pace;
  pace.set_rate(rate, start);
  auto now = start;
  std::deque<clock_time> window;
  const auto steps = *rc::gen::inRange(100, 2'000);
  for (int i = 0; i < steps; ++i) {
    now += std::chrono::microseconds{
        *rc::gen::inRange(0, 60'000)}; // a timer that fires at odd times
    while (pace.take(now))
      window.push_back(now);
    while (!window.empty() && now - window.front() >= 1s)
      window.pop_front();
    RC_ASSERT(static_cast<double>(window.size()) <= rate + 2);
  }
}

TEST(pacer, keeps_its_rate_although_timers_fire_late) {
  pacer pace;
  pace.set_rate(80, start);
  int taken = 0;
  for (auto now = start; now < start + 10s; now += 5ms) // 12.5 ms is no multiple of it
    while (pace.take(now))
      ++taken;
  EXPECT_GE(taken, 790);
  EXPECT_LE(taken, 800);
}

// --- who goes next

fair_queue::ticket ticket(
    std::uint64_t id, priority what, std::int64_t group, std::int64_t remaining,
    clock_time since = start, clock_time expires = start + 1h) {
  return {
      .id = id,
      .priority = what,
      .group = group,
      .remaining = remaining,
      .since = since,
      .expires = expires};
}

std::vector<std::uint64_t> drain(fair_queue& queue, clock_time now) {
  std::vector<std::uint64_t> order;
  while (const auto next = queue.pop(now, false))
    order.push_back(next->id);
  return order;
}

TEST(fair_queue, classes_go_in_order) {
  fair_queue queue;
  queue.push(ticket(1, priority::sweep, 1, 1));
  queue.push(ticket(2, priority::character, 1, 1));
  queue.push(ticket(3, priority::roster, 1, 1));
  queue.push(ticket(4, priority::person, 1, 1));
  EXPECT_EQ(queue.waiting(priority::person), 1u);
  EXPECT_EQ(drain(queue, start), (std::vector<std::uint64_t>{4, 3, 2, 1}));
}

TEST(fair_queue, least_remaining_work_goes_first) {
  fair_queue queue;
  queue.push(ticket(1, priority::character, 1, 4'000));
  queue.push(ticket(2, priority::character, 2, 80));
  queue.push(ticket(3, priority::character, 3, 800));
  queue.push(ticket(4, priority::character, 2, 76));
  EXPECT_EQ(drain(queue, start), (std::vector<std::uint64_t>{2, 4, 3, 1}));
}

TEST(fair_queue, who_has_waited_a_minute_goes_before_less_work) {
  fair_queue queue;
  queue.push(ticket(1, priority::character, 1, 4'000, start));
  queue.push(ticket(2, priority::character, 2, 80, start + 59s));
  EXPECT_EQ(queue.pop(start + 60s, false)->id, 1u);
}

TEST(fair_queue, people_only_serves_nobody_else) {
  fair_queue queue;
  queue.push(ticket(1, priority::roster, 1, 1));
  EXPECT_FALSE(queue.pop(start, true));
  queue.push(ticket(2, priority::person, 1, 1));
  EXPECT_EQ(queue.pop(start, true)->id, 2u);
  EXPECT_EQ(queue.size(), 1u);
}

TEST(fair_queue, expired_and_removed_tickets_are_gone) {
  fair_queue queue;
  queue.push(ticket(1, priority::roster, 1, 1, start, start + 1s));
  queue.push(ticket(2, priority::roster, 1, 1, start, start + 5s));
  queue.push(ticket(3, priority::roster, 2, 1));
  const auto gone = queue.expire(start + 1s);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].id, 1u);
  EXPECT_TRUE(queue.remove(3));
  EXPECT_FALSE(queue.remove(3));
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(drain(queue, start + 2s), (std::vector<std::uint64_t>{2}));
}

/// A steady stream of small guilds must not keep a big one waiting for longer than the ageing
/// and the time that those before it in age need.
TEST(fair_queue, a_closed_region_holds_up_nobody_elses_requests) {
  fair_queue queue;
  region_set closed;
  closed[static_cast<std::size_t>(region::eu)] = true;
  auto waits = ticket(1, priority::person, 1, 1);
  waits.region = region::eu;
  queue.push(waits);
  EXPECT_FALSE(queue.pop(start, false, closed));
  EXPECT_EQ(queue.size(closed), 0u);
  auto goes = ticket(2, priority::character, 1, 1);
  goes.region = region::us;
  auto behind = ticket(3, priority::person, 1, 1); // of the same group, but elsewhere
  behind.region = region::kr;
  queue.push(goes);
  queue.push(behind);
  EXPECT_EQ(queue.size(closed), 2u);
  EXPECT_EQ(queue.waiting(priority::person, closed), 1u);
  EXPECT_EQ(queue.pop(start, false, closed)->id, 3u);
  EXPECT_EQ(queue.pop(start, false, closed)->id, 2u);
  EXPECT_EQ(queue.pop(start, false)->id, 1u);
}

TEST(fair_queue, knows_whose_deadline_comes_first) {
  fair_queue queue;
  EXPECT_FALSE(queue.earliest());
  queue.push(ticket(1, priority::person, 1, 1, start, start + 9s));
  queue.push(ticket(2, priority::sweep, 2, 1, start, start + 5s));
  EXPECT_EQ(queue.earliest(), start + 5s);
  queue.expire(start + 5s);
  EXPECT_EQ(queue.earliest(), start + 9s);
}

RC_GTEST_PROP(fair_queue, nobody_starves_beyond_the_ageing, ()) {
  fair_queue queue;
  std::uint64_t id = 1;
  queue.push(ticket(id++, priority::character, 1, 4'000));
  auto now = start;
  std::optional<clock_time> served;
  while (!served && now < start + 10min) {
    now += 100ms;
    // As many small ones come as can go: least remaining work alone would never let the big one
    // in.
    queue.push(
        ticket(id++, priority::character, *rc::gen::inRange<std::int64_t>(2, 100), 20, now));
    if (const auto next = queue.pop(now, false); next && next->group == 1)
      served = now;
  }
  RC_ASSERT(served);
  RC_ASSERT(*served - start <= fair_queue::ageing + 1s);
}

RC_GTEST_PROP(fair_queue, every_ticket_comes_out_once, ()) {
  fair_queue queue;
  std::set<std::uint64_t> inside;
  std::uint64_t id = 1;
  const auto steps = *rc::gen::inRange(1, 300);
  for (int i = 0; i < steps; ++i) {
    const auto now = start + i * 1s;
    if (*rc::gen::inRange(0, 3) > 0) {
      inside.insert(id);
      queue.push(ticket(
          id++, static_cast<priority>(*rc::gen::inRange(0, 4)),
          *rc::gen::inRange<std::int64_t>(0, 5), *rc::gen::inRange<std::int64_t>(0, 100), now,
          now + std::chrono::seconds{*rc::gen::inRange(1, 200)}));
    } else if (const auto next = queue.pop(now, *rc::gen::arbitrary<bool>())) {
      RC_ASSERT(inside.erase(next->id) == 1u);
    }
    for (const auto& late : queue.expire(now))
      RC_ASSERT(inside.erase(late.id) == 1u);
    RC_ASSERT(queue.size() == inside.size());
  }
}

} // namespace
} // namespace guildhall::domain
