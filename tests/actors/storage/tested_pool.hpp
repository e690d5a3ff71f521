#pragma once

#include "actors/storage/db_pool.hpp"
#include "tests/support/actor_system.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// A pool on virtual time whose database does what a test says.
namespace guildhall::actors {

/// The database as the workers see it: a test says whether it can be reached and what a job
/// meets.
struct fake_database {
  bool reachable{true};
  bool answers{true}; ///< whoever looks
  int looks{0};
  int opened{0};
  int links{0};
  std::vector<std::string> ran;
  /// What happens to the next runs; nothing left: success.
  enum class fate {
    success,
    statement_fails,
    connection_breaks,
    breaks_in_a_commit,
    worker_dies
  };
  std::deque<fate> fates;
};

class fake_link final : public db_link {
public:
  explicit fake_link(fake_database& database) : database_(database) {
    ++database_.links;
  }
  ~fake_link() override {
    --database_.links;
  }

  result<void> run(db_job& job) override {
    using fate = fake_database::fate;
    database_.ran.emplace_back(job.name);
    auto what = fate::success;
    if (!database_.fates.empty()) {
      what = database_.fates.front();
      database_.fates.pop_front();
    }
    switch (what) {
    case fate::statement_fails:
      return fail(ec::database_error);
    case fate::connection_breaks:
      broken_ = true;
      return fail(ec::database_down);
    case fate::breaks_in_a_commit:
      broken_ = true;
      return fail(ec::outcome_unknown);
    case fate::worker_dies:
      throw std::runtime_error("a bug in a worker");
    case fate::success:
      break;
    }
    return {};
  }
  result<void> prove(std::chrono::milliseconds) override {
    ++database_.looks;
    if (database_.answers)
      return {};
    broken_ = true;
    return fail(ec::database_down);
  }
  bool broken() const override {
    return broken_;
  }

private:
  fake_database& database_;
  bool broken_{false};
};

/// Counts its endings: there must be exactly one.
class watched_job final : public db_job {
public:
  struct outcome {
    int completed{0};
    std::vector<failure> refused;
    bool open() const {
      return completed == 0 && refused.empty();
    }
  };

  watched_job(std::string_view what, deadline until, std::shared_ptr<outcome> seen)
      : db_job(what, until),
        seen_(std::move(seen)) {}
  ~watched_job() override {
    refuse({ec::unavailable});
  }

  result<void> attempt(store::session&) override {
    return {};
  }
  void complete() override {
    if (!std::exchange(ended_, true))
      ++seen_->completed;
  }
  void refuse(failure why) override {
    if (!std::exchange(ended_, true))
      seen_->refused.push_back(std::move(why));
  }

private:
  std::shared_ptr<outcome> seen_;
  bool ended_{false};
};

using outcome_ptr = std::shared_ptr<watched_job::outcome>;

class tested_pool : public ::testing::Test {
protected:
  db_pool_options options(std::size_t workers = 1) {
    return {
        .name = "tested",
        .workers = workers,
        .max_queue = 3,
        .open = [this]() -> result<std::unique_ptr<db_link>> {
          ++attempts;
          if (!database.reachable)
            return fail(ec::database_down);
          ++database.opened;
          return std::make_unique<fake_link>(database);
        },
        .interrupt_all = [this] { ++interrupts; },
        .on_reachable = [this](bool is) { reachable.push_back(is); },
        .detached = false};
  }

  void start(db_pool_options how) {
    auto [actor, queue] = spawn_db_pool(world.system(), std::move(how), numbers);
    pool = std::move(actor);
    jobs = std::move(queue);
    pool->attach_functor([this] { ended = true; });
    world.run();
  }

  struct manner {
    bool idempotent{false};
    bool patient{false};
    test::actor_world::duration within{std::chrono::seconds{5}};
    bool control{false};
  };

  outcome_ptr post(const std::string& name, manner how) {
    auto seen = std::make_shared<watched_job::outcome>();
    names.push_back(name);
    auto job = std::make_shared<watched_job>(names.back(), world.now() + how.within, seen);
    job->idempotent = how.idempotent;
    job->patient = how.patient;
    job->control = how.control;
    jobs->push(std::move(job));
    return seen;
  }
  outcome_ptr post(const std::string& name) {
    return post(name, {});
  }
  outcome_ptr run(const std::string& name, manner how) {
    auto seen = post(name, how);
    world.run();
    return seen;
  }
  outcome_ptr run(const std::string& name) {
    return run(name, {});
  }

  static ec refusal(const outcome_ptr& seen) {
    return seen->refused.empty() ? ec::none : seen->refused.front().code;
  }

  void TearDown() override {
    if (pool)
      caf::anon_send_exit(pool, caf::exit_reason::kill);
    pool = nullptr;
    jobs = nullptr;
  }

  fake_database database;
  metrics numbers;
  std::deque<std::string> names; // a job keeps a view of its name
  std::vector<bool> reachable;
  int interrupts{0};
  int attempts{0};
  bool ended{false};
  db_pool_actor pool;
  std::shared_ptr<job_queue> jobs;
  test::actor_world world;
};

} // namespace guildhall::actors
