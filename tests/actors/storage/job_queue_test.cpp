// Real threads: what the pool's own tests cannot show in one.

#include "actors/defaults.hpp"
#include "actors/storage/db_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

constexpr int callers = 4;
constexpr int jobs_each = 2'000;

/// How the jobs of all callers have ended.
struct endings {
  std::latch all{callers * jobs_each};
  std::atomic<int> completed{0};
  std::atomic<int> refused{0};
};

class counted_job final : public db_job {
public:
  counted_job(deadline until, endings& seen) : db_job{"counted", until}, seen_{seen} {}
  ~counted_job() override {
    refuse({ec::unavailable});
  }

  result<void> attempt(store::session&) override {
    return {};
  }
  void complete() override {
    end(seen_.completed);
  }
  void refuse(failure) override {
    end(seen_.refused);
  }

private:
  void end(std::atomic<int>& kind) {
    if (std::exchange(ended_, true))
      return;
    ++kind;
    seen_.all.count_down(); // once too often is undefined, and the sanitizers see it
  }

  endings& seen_;
  bool ended_{false};
};

/// Breaks at every so many runs.
class fragile_link final : public db_link {
public:
  result<void> run(db_job&) override {
    constexpr int lasts = 50;
    broken_ = ++runs_ == lasts;
    return broken_ ? fail(ec::database_down) : result<void>{};
  }
  bool broken() const override {
    return broken_;
  }

private:
  int runs_{0};
  bool broken_{false};
};

class job_queue_test : public ::testing::Test {
protected:
  job_queue_test() {
    pool = spawn_db_pool(
        system,
        {.name = "tested",
         .workers = 3,
         .max_queue = 100,
         .open =
             [] { return result<std::unique_ptr<db_link>>{std::make_unique<fragile_link>()}; }},
        numbers);
  }
  ~job_queue_test() override {
    caf::anon_send_exit(pool.actor, caf::exit_reason::user_shutdown);
  }

  /// Every caller pushes its jobs as fast as it can; `meanwhile` happens when half are pushed.
  template <class Function>
  void push_all(Function meanwhile) {
    std::vector<std::jthread> threads;
    for (int caller = 0; caller < callers; ++caller)
      threads.emplace_back([this, caller, &meanwhile] {
        for (int i = 0; i < jobs_each; ++i) {
          if (caller == 0 && i == jobs_each / 2)
            meanwhile();
          auto job =
              std::make_shared<counted_job>(std::chrono::steady_clock::now() + 60s, seen);
          job->idempotent = true;
          job->patient = i % 2 == 0;
          pool.jobs->push(std::move(job));
        }
      });
  }

  endings seen;
  metrics numbers;
  caf::actor_system_config config;
  caf::actor_system system{config};
  db_pool_handle pool;
};

TEST_F(job_queue_test, every_job_of_many_callers_ends_once) {
  push_all([] {});
  seen.all.wait();
  EXPECT_GT(seen.completed, 0);
  EXPECT_EQ(seen.completed + seen.refused, callers * jobs_each);
}

TEST_F(job_queue_test, every_job_ends_once_although_the_pool_is_asked_to_end_meanwhile) {
  push_all([this] { caf::anon_send_exit(pool.actor, caf::exit_reason::user_shutdown); });
  seen.all.wait();
  EXPECT_EQ(seen.completed + seen.refused, callers * jobs_each);
}

TEST_F(job_queue_test, every_job_ends_once_although_the_pool_dies_meanwhile) {
  push_all([this] { caf::anon_send_exit(pool.actor, caf::exit_reason::kill); });
  seen.all.wait();
  EXPECT_EQ(seen.completed + seen.refused, callers * jobs_each);
}

} // namespace
} // namespace guildhall::actors
