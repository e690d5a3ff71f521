#include "domain/overload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <queue>
#include <random>
#include <vector>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;
using clock = overload_rule::clock;
using moment = clock::time_point;

TEST(overload_rule, a_burst_that_is_soon_done_is_no_overload) {
  overload_rule rule{{}};
  rule.look(moment{60ms}, 100, moment{0ms});
  rule.look(moment{150ms}, 50, moment{20ms});
  EXPECT_FALSE(rule.newest_first());
  rule.look(moment{155ms}, 30, moment{140ms}); // nobody waits for long any more
  rule.look(moment{240ms}, 100, moment{150ms});
  EXPECT_FALSE(rule.newest_first()) << "it begins anew";
}

TEST(overload_rule, a_queue_that_stands_for_an_interval_is_overload) {
  overload_rule rule{{}};
  rule.look(moment{60ms}, 100, moment{0ms});
  EXPECT_EQ(rule.refused_before(moment{60ms}, moment{0ms}), std::nullopt);
  rule.look(moment{160ms}, 100, moment{90ms});
  EXPECT_TRUE(rule.newest_first());
  EXPECT_EQ(rule.refused_before(moment{160ms}, moment{150ms}), std::nullopt);
  const auto before = rule.refused_before(moment{160ms}, moment{140ms});
  ASSERT_TRUE(before);
  EXPECT_GT(*before, moment{150ms});
  EXPECT_LT(*before, moment{160ms});
}

TEST(overload_rule, a_few_who_wait_for_a_long_job_are_no_queue) {
  overload_rule rule{{}};
  for (int i = 1; i < 20; ++i)
    rule.look(moment{i * 100ms}, 8, moment{0ms});
  EXPECT_FALSE(rule.newest_first());
}

void stand(overload_rule& rule) {
  rule.look(moment{60ms}, 100, moment{});
  rule.look(moment{160ms}, 100, moment{90ms});
  ASSERT_TRUE(rule.newest_first());
}

void pass(overload_rule& rule, int taken, int refused) {
  for (int i = 0; i < taken; ++i)
    rule.took();
  for (int i = 0; i < refused; ++i)
    rule.refused();
}

TEST(overload_rule, goes_on_while_many_are_refused_whoever_waits) {
  overload_rule rule{{}};
  stand(rule);
  pass(rule, 100, 100);
  rule.look(moment{170ms}, 0, moment{});
  rule.look(moment{265ms}, 0, moment{});
  EXPECT_TRUE(rule.newest_first());
}

TEST(overload_rule, ends_when_hardly_anybody_was_refused_for_an_interval) {
  overload_rule rule{{}};
  stand(rule);
  pass(rule, 100, 26);
  rule.look(moment{265ms}, 60, moment{260ms});
  EXPECT_TRUE(rule.newest_first());
  pass(rule, 100, 25);
  rule.look(moment{360ms}, 60, moment{355ms});
  EXPECT_TRUE(rule.newest_first()) << "the interval is not over";
  rule.look(moment{365ms}, 60, moment{360ms});
  EXPECT_FALSE(rule.newest_first());
}

TEST(overload_rule, is_over_when_nobody_has_come_for_long) {
  overload_rule rule{{}};
  stand(rule);
  pass(rule, 100, 100);
  rule.look(moment{1h}, 0, moment{});
  EXPECT_FALSE(rule.newest_first());
}

TEST(overload_rule, comes_back_sooner_than_it_came) {
  overload_rule rule{{}};
  stand(rule);
  rule.look(moment{260ms}, 0, moment{});
  EXPECT_FALSE(rule.newest_first());
  rule.look(moment{400ms}, 100, moment{370ms});
  EXPECT_TRUE(rule.newest_first());
  rule.look(moment{500ms}, 0, moment{});
  rule.look(moment{1'600ms}, 100, moment{1'570ms});
  EXPECT_FALSE(rule.newest_first()) << "by then it is forgotten";
}

/// A queue with the rule in front of some servers, in virtual time.
struct simulated {
  struct outcome {
    std::vector<clock::duration> waits; ///< of those who were served, with their service
    int refused{0};
    double goodput{0}; ///< of a second
    clock::duration p99() const {
      auto sorted = waits;
      std::ranges::sort(sorted);
      return sorted[sorted.size() * 99 / 100];
    }
  };

  static constexpr int servers = 4;
  static constexpr auto lasts = 30s;

  /// `service`: of a request, on average.
  explicit simulated(bool sheds, clock::duration service = 600us)
      : sheds_{sheds},
        service_{std::chrono::duration<double>{service}.count()} {}

  /// So many a second can be served.
  double capacity() const {
    return servers / service_;
  }

  /// Requests that come at random, so many times what can be served.
  outcome open(double load) {
    std::exponential_distribution<double> gap{capacity() * load};
    for (moment now{after(gap)}; now < moment{lasts}; now += after(gap)) {
      finish_until(now);
      arrive(now);
    }
    return done();
  }

  /// So many clients, each of which asks again as soon as it has its answer.
  outcome closed(int clients) {
    asks_again_ = true;
    for (int i = 0; i < clients; ++i)
      arrive(moment{});
    finish_until(moment{lasts});
    return done();
  }

private:
  clock::duration after(std::exponential_distribution<double>& draw) {
    return std::chrono::duration_cast<clock::duration>(
        std::chrono::duration<double>{draw(random_)});
  }

  void arrive(moment now) {
    waiting_.push_back(now);
    serve(now);
  }

  void finish_until(moment now) {
    while (!busy_.empty() && busy_.top().first <= now) {
      const auto [end, came] = busy_.top();
      busy_.pop();
      seen_.waits.push_back(end - came);
      if (asks_again_)
        waiting_.push_back(end);
      serve(end);
    }
  }

  void serve(moment now) {
    const auto oldest = waiting_.empty() ? now : waiting_.front();
    rule_.look(now, waiting_.size(), oldest);
    if (const auto old = sheds_ ? rule_.refused_before(now, oldest) : std::nullopt)
      while (!waiting_.empty() && waiting_.front() < *old)
        refuse(now);
    std::exponential_distribution<double> length{1 / service_};
    while (!waiting_.empty() && busy_.size() < servers) {
      rule_.took();
      const auto newest = sheds_ && rule_.newest_first();
      const auto came = newest ? waiting_.back() : waiting_.front();
      newest ? waiting_.pop_back() : waiting_.pop_front();
      busy_.emplace(now + after(length), came);
    }
  }

  void refuse(moment now) {
    rule_.refused();
    waiting_.pop_front();
    ++seen_.refused;
    if (asks_again_)
      waiting_.push_back(now);
  }

  outcome done() {
    seen_.goodput =
        static_cast<double>(seen_.waits.size()) / std::chrono::duration<double>{lasts}.count();
    return std::move(seen_);
  }

  bool sheds_;
  double service_; ///< in seconds
  bool asks_again_{false};
  overload_rule rule_{{}};
  std::mt19937_64 random_{7};
  std::deque<moment> waiting_;
  using end_and_begin = std::pair<moment, moment>;
  std::priority_queue<end_and_begin, std::vector<end_and_begin>, std::greater<>> busy_;
  outcome seen_;
};

TEST(overload, twice_the_load_is_served_as_fast_and_as_much_as_the_most_that_can_be) {
  const auto peak = simulated{true}.closed(64);
  for (const double load : {1.5, 2.0, 4.0, 10.0}) {
    const auto over = simulated{true}.open(load);
    EXPECT_LE(over.p99(), 2 * peak.p99()) << load;
    EXPECT_GE(over.goodput, 0.9 * peak.goodput) << load;
    EXPECT_GT(over.refused, 0) << load;
  }
  EXPECT_GT(simulated{false}.open(2).p99(), 2 * peak.p99()) << "nothing was to be held";
}

TEST(overload, clients_who_wait_for_their_answers_are_all_served) {
  for (const int clients : {4, 16, 64, 256})
    EXPECT_EQ(simulated{true}.closed(clients).refused, 0) << clients;
}

TEST(overload, more_clients_than_can_be_served_in_time_are_served_in_part) {
  const auto peak = simulated{true}.closed(64);
  const auto over = simulated{true}.closed(1'000);
  EXPECT_GE(over.goodput, 0.9 * peak.goodput);
  EXPECT_LE(over.p99(), 2 * peak.p99());
}

TEST(overload, a_little_too_much_costs_little) {
  simulated queue{true};
  const auto over = queue.open(1.1);
  EXPECT_GE(over.goodput, 0.9 * queue.capacity());
  EXPECT_LE(over.p99(), 60ms);
}

TEST(overload, what_can_be_served_is_but_for_bursts) {
  for (const auto service : {600us, 5'000us, 20'000us})
    for (const double load : {0.5, 0.8, 0.9}) {
      const auto seen = simulated{true, service}.open(load);
      EXPECT_LE(seen.refused, static_cast<int>(seen.waits.size() / 20)) << load;
    }
}

TEST(overload, as_much_is_served_of_what_takes_long) {
  for (const auto service : {600us, 5'000us, 20'000us, 50'000us})
    for (const double load : {1.1, 1.5, 2.0, 4.0}) {
      simulated queue{true, service};
      EXPECT_GE(queue.open(load).goodput, 0.85 * queue.capacity())
          << service.count() << " us, " << load;
    }
}

} // namespace
} // namespace guildhall::domain
