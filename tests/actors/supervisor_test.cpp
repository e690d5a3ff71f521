#include "actors/defaults.hpp"
#include "actors/supervisor.hpp"
#include "tests/support/actor_system.hpp"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using log_lines = std::vector<std::string>;

/// A family of children that write down when they start and stop. The test runs them by hand.
class supervisor_test : public ::testing::Test {
protected:
  /// An obedient child; a stubborn one takes no notice of being asked to stop.
  caf::actor
  spawn_child(caf::event_based_actor* parent, const std::string& name, bool stubborn) {
    log.push_back("start " + name);
    auto child =
        parent->spawn([this, name, stubborn](caf::event_based_actor* self) -> caf::behavior {
          self->set_exit_handler([this, name, stubborn, self](caf::exit_msg& exit) {
            if (exit.source == nullptr && stubborn) {
              log.push_back("ignores " + name);
              return;
            }
            log.push_back("stop " + name);
            self->quit(exit.reason);
          });
          return {[self](atom::stop) { self->quit(caf::exit_reason::unhandled_exception); }};
        });
    children[name] = child;
    return child;
  }

  child_spec child(const std::string& name, bool stubborn = false) {
    return {name, [this, name, stubborn](caf::event_based_actor* parent) {
              return spawn_child(parent, name, stubborn);
            }};
  }

  caf::actor start(supervisor_options options) {
    if (!options.on_give_up)
      options.on_give_up = [this] { ++given_up; };
    auto top = world.system().spawn(supervisor, std::move(options));
    top->attach_functor([this](const caf::error& why) { ended_with = why; });
    world.run();
    return top; // to be kept: a supervisor that nobody knows is gone
  }

  void crash(const std::string& name) {
    caf::anon_send(children.at(name), atom::stop_v);
    world.run();
  }

  void TearDown() override {
    children.clear();
  } // no handle outlives the world

  log_lines take_log() {
    return std::exchange(log, {});
  }

  log_lines log;
  std::map<std::string, caf::actor> children;
  int given_up{0};
  std::optional<caf::error> ended_with;
  test::actor_world world; // last: ends first
};

TEST_F(supervisor_test, starts_in_order_and_stops_in_reverse) {
  const auto top = start({.name = "tested", .children = {child("a"), child("b"), child("c")}});
  EXPECT_EQ(take_log(), (log_lines{"start a", "start b", "start c"}));
  world.stop(top);
  EXPECT_EQ(take_log(), (log_lines{"stop c", "stop b", "stop a"}));
  ASSERT_TRUE(ended_with);
  EXPECT_EQ(*ended_with, caf::exit_reason::user_shutdown);
  EXPECT_EQ(given_up, 0);
}

TEST_F(supervisor_test, one_for_one_restarts_only_who_ended) {
  const auto top = start({.name = "tested", .children = {child("a"), child("b"), child("c")}});
  take_log();
  crash("b");
  EXPECT_EQ(take_log(), (log_lines{"start b"}));
  world.stop(top);
  EXPECT_EQ(take_log(), (log_lines{"stop c", "stop b", "stop a"}));
}

TEST_F(supervisor_test, tells_who_ended_by_itself_and_nothing_of_an_orderly_stop) {
  log_lines told;
  const auto top = start(
      {.name = "tested",
       .children = {child("a"), child("b")},
       .on_restart = [&](const std::string& name) { told.push_back(name); }});
  crash("b");
  EXPECT_EQ(told, (log_lines{"b"}));
  world.stop(top);
  EXPECT_EQ(told, (log_lines{"b"}));
}

TEST_F(supervisor_test, rest_for_one_restarts_those_after_it_too) {
  const auto top = start(
      {.name = "tested",
       .strategy = restart_strategy::rest_for_one,
       .children = {child("a"), child("b"), child("c")}});
  take_log();
  crash("b");
  EXPECT_EQ(take_log(), (log_lines{"stop c", "start b", "start c"}));
  crash("a");
  EXPECT_EQ(take_log(), (log_lines{"stop c", "stop b", "start a", "start b", "start c"}));
  world.stop(top);
}

TEST_F(supervisor_test, the_fourth_restart_within_the_period_gives_up) {
  const auto top = start(
      {.name = "tested",
       .max_restarts = 3,
       .period = 60s,
       .children = {child("a"), child("b")}});
  take_log();
  for (int i = 0; i < 3; ++i) {
    crash("b");
    EXPECT_EQ(take_log(), (log_lines{"start b"}));
    world.advance(10s);
  }
  EXPECT_EQ(given_up, 0);
  crash("b");
  EXPECT_EQ(take_log(), (log_lines{"stop a"}));
  EXPECT_EQ(given_up, 1);
  ASSERT_TRUE(ended_with);
  EXPECT_EQ(*ended_with, caf::exit_reason::unhandled_exception);
}

TEST_F(supervisor_test, restarts_that_are_far_apart_never_give_up) {
  const auto top =
      start({.name = "tested", .max_restarts = 3, .period = 60s, .children = {child("a")}});
  for (int i = 0; i < 50; ++i) {
    crash("a");
    world.advance(21s);
  }
  EXPECT_EQ(given_up, 0);
  EXPECT_FALSE(ended_with);
  world.stop(top);
}

TEST_F(supervisor_test, a_child_that_does_not_stop_is_killed_after_its_grace) {
  auto slow = child("slow", true);
  slow.shutdown = 3s;
  const auto top = start({.name = "tested", .children = {child("a"), slow}});
  take_log();
  world.stop(top);
  EXPECT_EQ(take_log(), (log_lines{"ignores slow"}));
  world.advance(2'900ms);
  EXPECT_FALSE(ended_with);
  world.advance(200ms);
  EXPECT_EQ(take_log(), (log_lines{"stop a"}));
  EXPECT_TRUE(ended_with);
}

TEST_F(supervisor_test, a_child_with_retry_is_started_again_later_and_costs_nothing) {
  auto lone = child("lone");
  lone.retry_after = 60s;
  const auto top = start({.name = "tested", .max_restarts = 1, .children = {child("a"), lone}});
  take_log();
  for (int i = 0; i < 5; ++i) {
    crash("lone");
    world.advance(59s);
    EXPECT_EQ(take_log(), log_lines{});
    world.advance(2s);
    EXPECT_EQ(take_log(), (log_lines{"start lone"}));
  }
  EXPECT_EQ(given_up, 0);
  world.stop(top);
}

TEST_F(supervisor_test, a_retry_that_a_restart_overtook_starts_nobody_twice) {
  auto lone = child("lone");
  lone.retry_after = 60s;
  const auto top = start(
      {.name = "tested",
       .strategy = restart_strategy::rest_for_one,
       .children = {child("a"), lone}});
  take_log();
  crash("lone");
  crash("a");
  EXPECT_EQ(take_log(), (log_lines{"start a", "start lone"}));
  world.advance(120s);
  EXPECT_EQ(take_log(), log_lines{});
  world.stop(top);
}

TEST_F(supervisor_test, an_exit_in_the_middle_of_a_restart_stops_everybody) {
  auto slow = child("slow", true);
  slow.shutdown = 5s;
  const auto top = start(
      {.name = "tested",
       .strategy = restart_strategy::rest_for_one,
       .children = {child("a"), child("b"), slow}});
  take_log();
  crash("b"); // waits for slow
  EXPECT_EQ(take_log(), (log_lines{"ignores slow"}));
  world.stop(top);
  EXPECT_FALSE(ended_with);
  world.advance(6s);
  EXPECT_EQ(take_log(), (log_lines{"stop a"}));
  ASSERT_TRUE(ended_with);
  EXPECT_EQ(*ended_with, caf::exit_reason::user_shutdown);
}

TEST_F(supervisor_test, who_dies_beside_a_restart_under_way_is_restarted_with_it) {
  auto slow = child("slow", true);
  slow.shutdown = 5s;
  const auto top = start(
      {.name = "tested",
       .strategy = restart_strategy::rest_for_one,
       .children = {child("a"), child("b"), slow}});
  take_log();
  crash("b");
  crash("a");
  world.advance(6s);
  EXPECT_EQ(take_log(), (log_lines{"ignores slow", "start a", "start b", "start slow"}));
  world.stop(top);
  world.advance(6s);
}

TEST_F(supervisor_test, a_start_that_throws_ends_the_supervisor_and_its_other_children) {
  child_spec broken{"broken", [](caf::event_based_actor*) -> caf::actor {
                      throw std::runtime_error("cannot start");
                    }};
  const auto top = start({.name = "tested", .children = {child("a"), broken}});
  EXPECT_EQ(take_log(), (log_lines{"start a", "stop a"}));
  EXPECT_TRUE(ended_with);
}

TEST_F(supervisor_test, a_restart_that_throws_ends_the_supervisor_and_its_other_children) {
  bool breaks = false;
  auto fragile = child("fragile");
  fragile.start = [start = fragile.start, &breaks](caf::event_based_actor* parent) {
    if (breaks)
      throw std::runtime_error("cannot start");
    return start(parent);
  };
  const auto top = start({.name = "tested", .children = {child("a"), fragile}});
  take_log();
  breaks = true;
  crash("fragile");
  EXPECT_EQ(take_log(), (log_lines{"stop a"}));
  EXPECT_TRUE(ended_with);
}

TEST_F(supervisor_test, a_killed_supervisor_leaves_no_child_behind) {
  const auto top = start({.name = "tested", .children = {child("a"), child("b")}});
  take_log();
  caf::anon_send_exit(top, caf::exit_reason::kill);
  world.run();
  EXPECT_EQ(take_log().size(), 2u);
  EXPECT_TRUE(ended_with);
}

TEST_F(supervisor_test, an_inner_supervisor_that_gives_up_is_a_child_that_ended) {
  const auto inner = [this](caf::event_based_actor* parent) {
    return parent->spawn(
        supervisor,
        supervisor_options{.name = "inner", .max_restarts = 0, .children = {child("leaf")}});
  };
  const auto top = start({.name = "tested", .children = {{"inner", inner}}});
  take_log();
  crash("leaf");
  EXPECT_EQ(take_log(), (log_lines{"start leaf"}));
  world.stop(top);
  EXPECT_EQ(take_log(), (log_lines{"stop leaf"}));
}

} // namespace
} // namespace guildhall::actors
