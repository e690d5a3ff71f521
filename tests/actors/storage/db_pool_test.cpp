#include "actors/defaults.hpp"
#include "actors/storage/db_pool.hpp"
#include "tests/support/actor_system.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <stdexcept>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

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

class db_pool_test : public ::testing::Test {
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
    test::actor_world::duration within{5s};
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

TEST_F(db_pool_test, runs_a_job_and_completes_it) {
  start(options());
  const auto seen = run("one");
  EXPECT_EQ(seen->completed, 1);
  EXPECT_EQ(database.ran, (std::vector<std::string>{"one"}));
}

TEST_F(db_pool_test, a_statement_that_fails_refuses_its_job_and_keeps_the_connection) {
  start(options());
  database.fates = {fake_database::fate::statement_fails};
  EXPECT_EQ(refusal(run("one")), ec::database_error);
  EXPECT_EQ(run("two")->completed, 1);
  EXPECT_EQ(database.opened, 1);
}

TEST_F(db_pool_test, what_a_broken_commit_leaves_open_is_told_only_of_what_may_not_run_twice) {
  start(options());
  using fate = fake_database::fate;
  database.fates = {fate::breaks_in_a_commit};
  EXPECT_EQ(refusal(run("once")), ec::outcome_unknown);
  database.fates = {fate::breaks_in_a_commit};
  EXPECT_EQ(run("twice", {.idempotent = true})->completed, 1) << "it was run again";
  database.fates = {fate::breaks_in_a_commit, fate::breaks_in_a_commit};
  EXPECT_EQ(refusal(run("twice", {.idempotent = true})), ec::database_down)
      << "there is nothing to look for: it may be asked again";
}

TEST_F(db_pool_test, an_idle_connection_is_looked_after_and_its_loss_told) {
  start(options(2));
  EXPECT_EQ(reachable, (std::vector<bool>{false, true}));
  world.advance(10s);
  EXPECT_GE(database.looks, 8);
  EXPECT_EQ(database.opened, 2);
  database.answers = false;
  database.reachable = false;
  world.advance(3s);
  EXPECT_EQ(reachable.back(), false) << "nobody has asked anything";
  EXPECT_EQ(refusal(run("impatient")), ec::database_down);
  database.answers = true;
  database.reachable = true;
  world.advance(5s);
  EXPECT_EQ(reachable.back(), true);
  EXPECT_EQ(run("one")->completed, 1);
  // Each worker is idle once: of many jobs each gets its own.
  for (int round = 0; round < 5; ++round) {
    world.advance(2s);
    const auto first = post("first");
    const auto second = post("second");
    world.run();
    EXPECT_EQ(first->completed + second->completed, 2);
  }
}

TEST_F(db_pool_test, while_jobs_come_nobody_looks) {
  start(options());
  for (int i = 0; i < 20; ++i) {
    run("job");
    world.advance(1s);
  }
  EXPECT_EQ(database.looks, 0);
}

TEST_F(db_pool_test, reconnecting_keeps_its_pace_after_a_link_was_looked_after) {
  start(options());
  world.advance(10s);
  database.answers = false;
  database.reachable = false;
  world.advance(60s);
  const auto before = attempts;
  world.advance(20s);
  EXPECT_LE(attempts - before, 10) << "every 2 s, by one chain of ticks";
}

TEST_F(db_pool_test, short_outages_leave_one_chain_of_ticks) {
  start(options());
  const auto turns_of_20s = [&] {
    int turns = 0;
    world.on_step([&] { ++turns; });
    world.advance(20s);
    world.on_step({});
    return turns;
  };
  const auto before = turns_of_20s();
  for (int i = 0; i < 10; ++i) {
    database.fates = {fake_database::fate::connection_breaks};
    database.reachable = false;
    run("lost");
    world.advance(150ms);
    database.reachable = true;
    world.advance(700ms);
  }
  EXPECT_EQ(reachable.back(), true);
  EXPECT_LE(turns_of_20s(), before + 1);
}

TEST_F(db_pool_test, jobs_beyond_the_queue_are_refused_as_overloaded) {
  start(options());
  std::vector<outcome_ptr> seen;
  for (int i = 0; i < 6; ++i) // one is handed to the worker, three wait
    seen.push_back(post("job"));
  world.run();
  int completed = 0;
  int overloaded = 0;
  for (const auto& one : seen) {
    completed += one->completed;
    if (refusal(one) == ec::overloaded) {
      ++overloaded;
      EXPECT_TRUE(one->refused.front().retry_at);
    }
  }
  EXPECT_EQ(completed, 4);
  EXPECT_EQ(overloaded, 2);
}

TEST_F(db_pool_test, a_worker_takes_what_waits_without_a_message) {
  start(options());
  const auto first = post("first");
  const auto second = post("second");
  const auto third = post("third");
  world.step(); // the worker's turn, for the first
  EXPECT_EQ(database.ran, (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(first->completed + second->completed + third->completed, 3);
}

TEST_F(db_pool_test, control_jobs_go_before_what_waits_and_keep_their_own_order) {
  start(options());
  post("first"); // the idle worker's
  post("waits");
  post("renew", {.control = true});
  post("borrow", {.control = true});
  world.run();
  EXPECT_EQ(database.ran, (std::vector<std::string>{"first", "renew", "borrow", "waits"}));
}

TEST_F(db_pool_test, the_only_worker_there_is_runs_everything) {
  auto how = options(1);
  how.control_lane = true;
  start(how);
  const auto common = run("common");
  const auto control = run("control", {.control = true});
  EXPECT_EQ(common->completed, 1);
  EXPECT_EQ(control->completed, 1);
}

TEST_F(db_pool_test, the_last_worker_that_is_connected_runs_everything) {
  auto how = options(2);
  how.control_lane = true;
  start(how);
  database.fates = {fake_database::fate::connection_breaks};
  database.reachable = false; // no other comes
  const auto lost = post("lost", {.idempotent = true, .patient = true});
  const auto after = post("after", {.patient = true});
  world.run();
  EXPECT_EQ(lost->completed, 1);
  EXPECT_EQ(after->completed, 1);
}

TEST_F(db_pool_test, a_closing_pool_finishes_common_jobs_as_well) {
  auto how = options(2);
  how.control_lane = true;
  start(how);
  const auto one = post("one");
  const auto two = post("two");
  const auto three = post("three");
  caf::anon_send_exit(pool, caf::exit_reason::user_shutdown);
  world.run();
  EXPECT_EQ(one->completed + two->completed + three->completed, 3);
  EXPECT_TRUE(ended);
  pool = nullptr;
}

TEST_F(db_pool_test, what_comes_while_a_worker_is_being_replaced_waits_for_the_next) {
  start(options());
  database.fates = {fake_database::fate::worker_dies};
  run("poison");
  const auto seen = run("waits");
  EXPECT_TRUE(seen->open());
  world.advance(1s);
  EXPECT_EQ(seen->completed, 1);
}

TEST_F(db_pool_test, a_job_past_its_deadline_is_refused_and_its_statement_never_sent) {
  start(options());
  EXPECT_EQ(refusal(run("late", {.within = 0s})), ec::deadline_expired);
  EXPECT_TRUE(database.ran.empty());
}

TEST_F(db_pool_test, a_job_that_waits_is_refused_when_its_deadline_comes) {
  database.reachable = false;
  start(options());
  const auto seen = run("patient", {.patient = true, .within = 3s});
  world.advance(2'900ms);
  EXPECT_TRUE(seen->open());
  world.advance(250ms);
  EXPECT_EQ(refusal(seen), ec::deadline_expired);
  EXPECT_TRUE(database.ran.empty());
}

TEST_F(db_pool_test, without_a_database_the_impatient_are_told_when_to_come_back) {
  database.reachable = false;
  start(options(2));
  const auto seen = run("impatient");
  EXPECT_EQ(refusal(seen), ec::database_down);
  EXPECT_TRUE(seen->refused.front().retry_at);
}

TEST_F(db_pool_test, patient_jobs_wait_for_the_database_to_come_back) {
  database.reachable = false;
  start(options(2));
  const auto seen = run("patient", {.patient = true, .within = 30s});
  world.advance(10s);
  EXPECT_TRUE(seen->open());
  database.reachable = true;
  world.advance(2'100ms); // the longest back-off of a worker
  EXPECT_EQ(seen->completed, 1);
}

TEST_F(db_pool_test, reachability_is_told_when_it_changes) {
  start(options(2));
  EXPECT_EQ(reachable, (std::vector{false, true}));
  database.reachable = false;
  database.fates = {fake_database::fate::connection_breaks};
  run("breaks");
  EXPECT_EQ(reachable, (std::vector{false, true})); // the other worker is connected
  database.fates = {fake_database::fate::connection_breaks};
  run("breaks");
  EXPECT_EQ(reachable, (std::vector{false, true, false}));
  database.reachable = true;
  world.advance(2'100ms);
  EXPECT_EQ(reachable, (std::vector{false, true, false, true}));
}

TEST_F(db_pool_test, a_lost_connection_runs_an_idempotent_job_once_more) {
  start(options(2));
  database.fates = {fake_database::fate::connection_breaks};
  const auto seen = run("read", {.idempotent = true});
  EXPECT_EQ(seen->completed, 1);
  EXPECT_EQ(database.ran.size(), 2u);
  EXPECT_EQ(database.opened, 3);
}

TEST_F(db_pool_test, an_idempotent_job_that_meets_two_broken_connections_is_refused) {
  start(options(2));
  database.fates = {
      fake_database::fate::connection_breaks, fake_database::fate::connection_breaks};
  EXPECT_EQ(refusal(run("read", {.idempotent = true})), ec::database_down);
  EXPECT_EQ(database.ran.size(), 2u);
}

TEST_F(db_pool_test, a_patient_idempotent_job_survives_any_number_of_broken_connections) {
  start(options());
  database.fates.assign(7, fake_database::fate::connection_breaks);
  const auto seen = run("fenced write", {.idempotent = true, .patient = true});
  world.advance(1s);
  EXPECT_EQ(seen->completed, 1);
}

TEST_F(db_pool_test, a_job_that_may_run_once_is_never_run_twice) {
  start(options());
  database.fates = {fake_database::fate::connection_breaks};
  EXPECT_EQ(refusal(run("write", {.patient = true})), ec::database_down);
  EXPECT_EQ(database.ran.size(), 1u);
}

TEST_F(db_pool_test, a_worker_that_dies_is_replaced_and_its_job_refused_once) {
  start(options());
  database.fates = {fake_database::fate::worker_dies};
  const auto seen = run("poison");
  EXPECT_EQ(refusal(seen), ec::unavailable);
  EXPECT_EQ(seen->refused.size(), 1u);
  EXPECT_EQ(seen->completed, 0);
  EXPECT_EQ(database.links, 0);
  world.advance(1s);
  EXPECT_EQ(run("next")->completed, 1);
}

TEST_F(db_pool_test, a_pool_whose_workers_keep_dying_ends_and_takes_the_others_with_it) {
  start(options(3));
  for (int i = 0; i < 11; ++i) {
    database.fates = {fake_database::fate::worker_dies};
    run("poison");
    world.advance(1s);
  }
  EXPECT_TRUE(ended);
  EXPECT_EQ(database.links, 0);
}

TEST_F(db_pool_test, what_a_dead_pool_had_queued_is_refused_once) {
  database.reachable = false;
  start(options());
  const auto seen = run("patient", {.patient = true, .within = 60s});
  caf::anon_send_exit(pool, caf::exit_reason::kill);
  world.run();
  EXPECT_TRUE(ended);
  EXPECT_EQ(refusal(seen), ec::unavailable);
  EXPECT_EQ(seen->refused.size(), 1u);
}

TEST_F(db_pool_test, what_is_sent_to_a_dead_pool_is_refused) {
  start(options());
  world.stop(pool);
  ASSERT_TRUE(ended);
  EXPECT_EQ(refusal(run("late")), ec::unavailable);
}

TEST_F(db_pool_test, an_exit_lets_accepted_jobs_finish) {
  database.reachable = false;
  start(options());
  const auto first = post("first", {.patient = true});
  const auto second = post("second", {.patient = true});
  world.stop(pool);
  const auto third = post("third", {.patient = true});
  database.reachable = true;
  world.advance(1s); // a worker connects again
  EXPECT_EQ(first->completed, 1);
  EXPECT_EQ(second->completed, 1);
  EXPECT_FALSE(third->open());
  EXPECT_EQ(third->completed, 0);
  EXPECT_TRUE(ended);
  EXPECT_EQ(database.links, 0);
  EXPECT_EQ(interrupts, 0);
}

TEST_F(db_pool_test, a_closing_pool_refuses_new_jobs_and_after_its_grace_the_old_ones) {
  database.reachable = false;
  auto how = options();
  how.finish_within = 2s;
  start(std::move(how));
  const auto old = run("old", {.patient = true, .within = 60s});
  world.stop(pool);
  EXPECT_EQ(refusal(run("new", {.patient = true})), ec::shutting_down);
  world.advance(1'900ms);
  EXPECT_TRUE(old->open());
  world.advance(200ms);
  EXPECT_EQ(refusal(old), ec::shutting_down);
  EXPECT_EQ(interrupts, 1);
  EXPECT_TRUE(ended);
}

TEST_F(db_pool_test, counts_how_long_jobs_wait_and_each_kind_of_them_runs) {
  start(options());
  run("one");
  run("one");
  run("other");
  const auto text = numbers.render();
  const auto has = [&](const std::string& line) {
    return text.find('\n' + line + '\n') != std::string::npos;
  };
  EXPECT_TRUE(has("guildhall_database_wait_seconds_count{pool=\"tested\"} 3")) << text;
  EXPECT_TRUE(has("guildhall_database_job_seconds_count{job=\"one\",pool=\"tested\"} 2"))
      << text;
  EXPECT_TRUE(has("guildhall_database_job_seconds_count{job=\"other\",pool=\"tested\"} 1"))
      << text;
}

} // namespace
} // namespace guildhall::actors
