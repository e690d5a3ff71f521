#include "core/task.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace guildhall {
namespace {

using completion = std::move_only_function<void(result<int>)>;

/// Whoever is asked and answers when a test wants it.
struct source {
  std::vector<completion> waiting;

  auto ask() {
    return wait_for<int>([this](completion done) { waiting.push_back(std::move(done)); });
  }
  void answer(result<int> what) {
    auto done = std::move(waiting.front());
    waiting.erase(waiting.begin());
    done(std::move(what));
  }
};

/// Tells by `gone` when a frame is gone.
using guard = std::shared_ptr<int>;

task<std::string> doubled(source& from, guard) {
  const auto first = co_await from.ask();
  const auto second = co_await from.ask();
  co_return std::to_string(first + second);
}

template <class T>
std::shared_ptr<std::optional<result<T>>> run(task<T> what) {
  auto got = std::make_shared<std::optional<result<T>>>();
  std::move(what).then([got](result<T> outcome) { *got = std::move(outcome); });
  return got;
}

TEST(task, goes_on_when_what_it_waits_for_comes) {
  source from;
  const auto got = run(doubled(from, {}));
  EXPECT_FALSE(*got);
  from.answer(1);
  EXPECT_FALSE(*got);
  from.answer(2);
  EXPECT_EQ(got->value().value(), "3");
}

TEST(task, a_failure_ends_it_and_frees_what_it_holds) {
  source from;
  const auto held = std::make_shared<int>();
  const auto got = run(doubled(from, held));
  EXPECT_EQ(held.use_count(), 2);
  from.answer(fail(ec::overloaded));
  EXPECT_EQ(got->value().error().code, ec::overloaded);
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_TRUE(from.waiting.empty()) << "nothing more was asked";
}

TEST(task, a_result_gives_its_value_or_ends_it) {
  const auto halved = [](result<int> given) -> task<int> {
    const auto value = co_await std::move(given);
    co_return value / 2;
  };
  EXPECT_EQ(run(halved(8))->value().value(), 4);
  EXPECT_EQ(run(halved(fail(ec::forbidden)))->value().error().code, ec::forbidden);
}

TEST(task, an_outcome_can_be_looked_at_instead) {
  source from;
  const auto or_nothing = [&]() -> task<int> {
    const auto outcome = co_await from.ask().outcome();
    co_return outcome ? *outcome : 0;
  };
  const auto got = run(or_nothing());
  from.answer(fail(ec::not_found));
  EXPECT_EQ(got->value().value(), 0);
}

TEST(task, waits_for_another_one) {
  source from;
  const auto outer = [&]() -> task<std::string> {
    co_return "got " + co_await doubled(from, {});
  };
  const auto good = run(outer());
  from.answer(1);
  from.answer(2);
  EXPECT_EQ(good->value().value(), "got 3");
  const auto bad = run(outer());
  from.answer(1);
  from.answer(fail(ec::unavailable));
  EXPECT_EQ(bad->value().error().code, ec::unavailable);
}

TEST(task, an_answer_may_come_at_once) {
  const auto at_once = []() -> task<int> {
    const auto value = co_await wait_for<int>([](completion done) { done(7); });
    co_return value;
  };
  EXPECT_EQ(run(at_once())->value().value(), 7);
}

TEST(task, a_callback_that_is_dropped_is_unavailable) {
  const auto dropped = []() -> task<int> {
    co_return co_await wait_for<int>([](completion) {});
  };
  EXPECT_EQ(run(dropped())->value().error().code, ec::unavailable);
}

TEST(task, an_exception_is_no_answer) {
  const auto throwing = []() -> task<int> {
    throw std::runtime_error{"broken"};
    co_return 1;
  };
  EXPECT_EQ(run(throwing())->value().error().code, ec::unavailable);
}

TEST(task, one_that_is_never_started_frees_what_it_holds) {
  source from;
  const auto held = std::make_shared<int>();
  {
    const auto idle = doubled(from, held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

} // namespace
} // namespace guildhall
