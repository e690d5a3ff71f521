#pragma once

#include "actors/battlenet/rate_limiter.hpp"
#include "actors/defaults.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/scripted_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace guildhall::actors {

using namespace std::chrono_literals;
using domain::priority;

/// What a permit holder was told, and when.
struct word {
  std::uint64_t ticket;
  ec code;
  std::optional<time_point> retry_at;
  test::actor_world::clock_time at;
};

inline permit_holder_actor::behavior_type
holder(permit_holder_actor::pointer, std::vector<word>* words, test::actor_world* world) {
  return {[=](atom::granted, const permit& told) {
    words->push_back(
        {told.ticket, told.granted ? ec::none : told.granted.error().code,
         told.granted ? std::nullopt : told.granted.error().retry_at, world->now()});
  }};
}

/// A limiter with a store that lends what is wanted, and somebody who asks it for permits.
class rate_limiter_test : public ::testing::Test {
protected:
  void start(double rate = 10, std::size_t max_queue = 2'000) {
    limiter = world.system().spawn(
        rate_limiter, static_cast<domain::sync_port*>(&store),
        rate_limiter_options{
            .limits =
                domain::budget_limits{.rate = rate, .per_hour = 36'000, .people_share = 0.2},
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

} // namespace guildhall::actors
