#include "tests/actors/storage/tested_pool.hpp"

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

class db_worker_test : public tested_pool {};

TEST_F(db_worker_test, a_statement_that_fails_refuses_its_job_and_keeps_the_connection) {
  start(options());
  database.fates = {fake_database::fate::statement_fails};
  EXPECT_EQ(refusal(run("one")), ec::database_error);
  EXPECT_EQ(run("two")->completed, 1);
  EXPECT_EQ(database.opened, 1);
}

TEST_F(
    db_worker_test, what_a_broken_commit_leaves_open_is_told_only_of_what_may_not_run_twice) {
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

TEST_F(db_worker_test, an_idle_connection_is_looked_after_and_its_loss_told) {
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

TEST_F(db_worker_test, while_jobs_come_nobody_looks) {
  start(options());
  for (int i = 0; i < 20; ++i) {
    run("job");
    world.advance(1s);
  }
  EXPECT_EQ(database.looks, 0);
}

TEST_F(db_worker_test, reconnecting_keeps_its_pace_after_a_link_was_looked_after) {
  start(options());
  world.advance(10s);
  database.answers = false;
  database.reachable = false;
  world.advance(60s);
  const auto before = attempts;
  world.advance(20s);
  EXPECT_LE(attempts - before, 10) << "every 2 s, by one chain of ticks";
}

TEST_F(db_worker_test, short_outages_leave_one_chain_of_ticks) {
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

TEST_F(db_worker_test, a_worker_takes_what_waits_without_a_message) {
  start(options());
  const auto first = post("first");
  const auto second = post("second");
  const auto third = post("third");
  world.step(); // the worker's turn, for the first
  EXPECT_EQ(database.ran, (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(first->completed + second->completed + third->completed, 3);
}

TEST_F(db_worker_test, a_lost_connection_runs_an_idempotent_job_once_more) {
  start(options(2));
  database.fates = {fake_database::fate::connection_breaks};
  const auto seen = run("read", {.idempotent = true});
  EXPECT_EQ(seen->completed, 1);
  EXPECT_EQ(database.ran.size(), 2u);
  EXPECT_EQ(database.opened, 3);
}

TEST_F(db_worker_test, an_idempotent_job_that_meets_two_broken_connections_is_refused) {
  start(options(2));
  database.fates = {
      fake_database::fate::connection_breaks, fake_database::fate::connection_breaks};
  EXPECT_EQ(refusal(run("read", {.idempotent = true})), ec::database_down);
  EXPECT_EQ(database.ran.size(), 2u);
}

TEST_F(db_worker_test, a_patient_idempotent_job_survives_any_number_of_broken_connections) {
  start(options());
  database.fates.assign(7, fake_database::fate::connection_breaks);
  const auto seen = run("fenced write", {.idempotent = true, .patient = true});
  world.advance(1s);
  EXPECT_EQ(seen->completed, 1);
}

TEST_F(db_worker_test, a_job_that_may_run_once_is_never_run_twice) {
  start(options());
  database.fates = {fake_database::fate::connection_breaks};
  EXPECT_EQ(refusal(run("write", {.patient = true})), ec::database_down);
  EXPECT_EQ(database.ran.size(), 1u);
}

} // namespace
} // namespace guildhall::actors
