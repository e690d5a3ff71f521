#include "tests/actors/storage/tested_pool.hpp"

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

class db_pool_test : public tested_pool {};

TEST_F(db_pool_test, runs_a_job_and_completes_it) {
  start(options());
  const auto seen = run("one");
  EXPECT_EQ(seen->completed, 1);
  EXPECT_EQ(database.ran, (std::vector<std::string>{"one"}));
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
