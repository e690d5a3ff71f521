#include "actors/defaults.hpp"
#include "actors/sync/retention_sweeper.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/scripted_store.hpp"

#include <gtest/gtest.h>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

class retention_sweeper_test : public ::testing::Test {
protected:
  void start() {
    store.on<domain::sweep>([this](const auto&) -> result<domain::sweep_report> {
      steps.push_back(world.now());
      if (database_down)
        return fail(ec::database_down);
      domain::sweep_report report;
      report.*kind = std::min<std::int64_t>(left, 200);
      left -= report.rows();
      return report;
    });
    sweeper = world.system().spawn(
        retention_sweeper, static_cast<domain::sync_port*>(&store),
        retention_sweeper_options{.interval = 3600s}, &numbers);
    world.run();
  }
  void TearDown() override {
    world.stop(sweeper);
    sweeper = nullptr;
  }

  std::int64_t left{0};
  std::int64_t domain::sweep_report::*kind{&domain::sweep_report::characters};
  bool database_down{false};
  std::vector<test::actor_world::clock_time> steps;
  metrics numbers;
  test::scripted_store store;
  retention_sweeper_actor sweeper;
  test::actor_world world;
};

TEST_F(
    retention_sweeper_test,
    sweeps_in_steps_until_nothing_is_left_and_again_after_its_interval) {
  left = 900;
  start();
  world.advance(10s);
  EXPECT_EQ(left, 0);
  EXPECT_EQ(steps.size(), 6u); // five with rows, one that finds none
  left = 1;
  world.advance(3580s);
  EXPECT_EQ(left, 1);
  world.advance(20s);
  EXPECT_EQ(left, 0);
}

TEST_F(retention_sweeper_test, goes_on_and_counts_whatever_kind_is_left) {
  std::int64_t value = 0;
  for (const auto& one : domain::sweep_report::kinds) {
    kind = one.rows;
    left = 500;
    if (value++ == 0)
      start();
    world.advance(3600s);
    EXPECT_EQ(left, 0) << one.name;
    const auto line =
        "guildhall_sweep_erased_total{kind=\"" + std::string{one.name} + "\"} 500";
    EXPECT_NE(numbers.render().find(line), std::string::npos) << numbers.render();
  }
}

TEST_F(retention_sweeper_test, tries_again_soon_after_a_failure) {
  database_down = true;
  left = 10;
  start();
  world.advance(150s);
  EXPECT_EQ(steps.size(), 3u);
  database_down = false;
  world.advance(60s);
  EXPECT_EQ(left, 0);
}

} // namespace
} // namespace guildhall::actors
