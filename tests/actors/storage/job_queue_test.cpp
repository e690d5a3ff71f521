// Real threads: what the pool's own tests cannot show in one.

#include "actors/defaults.hpp"
#include "actors/storage/db_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <latch>
#include <memory>
#include <mutex>
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

/// Lasts until it is let go, or for so long that whoever waits behind it has failed.
class long_job final : public db_job {
public:
  struct gate {
    std::mutex lock{};
    std::condition_variable changed{};
    bool open{false};
    int begun{0};
    int ended{0};
  };
  long_job(deadline until, gate& shared) : db_job{"long", until}, gate_{shared} {}

  result<void> attempt(store::session&) override {
    std::unique_lock guard{gate_.lock};
    ++gate_.begun;
    gate_.changed.notify_all();
    gate_.changed.wait_for(guard, 30s, [this] { return gate_.open; });
    ++gate_.ended;
    return {};
  }
  void complete() override {}
  void refuse(failure) override {}

private:
  gate& gate_;
};

/// Notes how many long jobs have ended before it.
class control_job final : public db_job {
public:
  struct notes {
    long_job::gate& gate;
    std::latch done;
    std::atomic<int> after_long_ones{0};
  };
  control_job(deadline until, notes& shared) : db_job{"control", until}, notes_{shared} {
    control = true;
  }

  result<void> attempt(store::session&) override {
    const std::lock_guard guard{notes_.gate.lock};
    notes_.after_long_ones += notes_.gate.ended;
    return {};
  }
  void complete() override {
    notes_.done.count_down();
  }
  void refuse(failure) override {
    ++notes_.after_long_ones;
    notes_.done.count_down();
  }

private:
  notes& notes_;
};

class working_link final : public db_link {
public:
  result<void> run(db_job& job) override {
    static std::max_align_t nobody_looks_at_it;
    return job.attempt(reinterpret_cast<store::session&>(nobody_looks_at_it));
  }
  bool broken() const override {
    return false;
  }
};

TEST(control_lane, control_jobs_end_while_every_long_job_is_still_at_it) {
  constexpr int workers = 4;
  constexpr int control_jobs = 20;
  metrics numbers;
  long_job::gate gate;
  control_job::notes notes{.gate = gate, .done = std::latch{control_jobs}};
  caf::actor_system_config config;
  caf::actor_system system{config}; // ends first, with what still runs
  auto pool = spawn_db_pool(
      system,
      {.name = "tested",
       .workers = workers,
       .control_lane = true,
       .max_queue = 100,
       .open =
           [] { return result<std::unique_ptr<db_link>>{std::make_unique<working_link>()}; }},
      numbers);
  const auto until = std::chrono::steady_clock::now() + 60s;
  for (int i = 0; i < 3 * workers; ++i)
    pool.jobs->push(std::make_shared<long_job>(until, gate));
  {
    std::unique_lock guard{gate.lock};
    gate.changed.wait_for(guard, 30s, [&] { return gate.begun >= workers - 1; });
  }
  for (int i = 0; i < control_jobs; ++i)
    pool.jobs->push(std::make_shared<control_job>(until, notes));
  notes.done.wait();
  EXPECT_EQ(notes.after_long_ones, 0);
  {
    const std::lock_guard guard{gate.lock};
    EXPECT_EQ(gate.begun, workers - 1);
    gate.open = true;
  }
  gate.changed.notify_all();
  caf::anon_send_exit(pool.actor, caf::exit_reason::user_shutdown);
}

} // namespace
} // namespace guildhall::actors
