#include "actors/defaults.hpp"
#include "actors/root_supervisor.hpp"
#include "tests/support/actor_system.hpp"
#include "tests/support/scripted_client.hpp"
#include "tests/support/scripted_store.hpp"

#include <gtest/gtest.h>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

class idle_link final : public db_link {
public:
  result<void> run(db_job&) override {
    return {};
  }
  bool broken() const override {
    return false;
  }
};

/// The whole tree in one thread and in virtual time; only the web server has threads of its
/// own.
class root_supervisor_test : public ::testing::Test {
protected:
  db_pool_options pool(const std::string& name) {
    return {
        .name = name,
        .workers = 1,
        .open = []() -> result<std::unique_ptr<db_link>> {
          return std::make_unique<idle_link>();
        },
        .detached = false};
  }

  void start() {
    service_options how;
    how.detached = false;
    how.storage = {
        .readers = pool("reader"),
        .writers = pool("writer"),
        .changes = []() -> result<std::unique_ptr<change_source>> {
          return fail(ec::database_down);
        },
        .sink = {
            .move = [](const std::string&) {},
            .set_coherent = [](bool) {},
            .wake_sync = [] {},
            .slow_sync = [] {}}};
    how.serving = serving_options{
        .start = [this]() -> result<std::unique_ptr<http::server>> {
          ++servers_started;
          http::server_options options;
          options.io_threads = 1;
          options.listeners.push_back({.name = "api", .routes = {}});
          return http::server::start(std::move(options), numbers);
        },
        .drain_timeout = 1s};
    how.sync = sync_options{
        .store = &store,
        .requests = battlenet::request_factory{"en_US"},
        .tokens =
            [](deadline, domain::completion<battlenet::access_token> done) {
              done(battlenet::access_token{"token", 24h});
            },
        .limiter = {.limits = {}, .instance = "tested"},
        .connect =
            [this](domain::region) {
              return std::make_shared<test::scripted_client>(
                  world, [](const auto&) { return test::answer_of(404); });
            },
        .regions = {domain::region::eu, domain::region::us},
        .retention = {},
        .random = [] { return 0.5; },
        .now = world.wall_clock()};
    how.on_give_up = [this] { ++given_up; };
    root = spawn_root_supervisor(world.system(), std::move(how), slots, numbers);
    root->attach_functor([this] { ended = true; });
    world.advance(1s);
  }

  void TearDown() override {
    if (root && !ended)
      world.stop(root);
    world.advance(30s);
    root = nullptr;
    slots.clear();
    EXPECT_TRUE(ended);
    EXPECT_EQ(world.system().registry().running(), 0u);
  }

  template <class Handle>
  void kill(const handle_slot<Handle>& slot) {
    caf::anon_send_exit(slot.get(), caf::exit_reason::kill);
    world.advance(100ms);
  }
  void kill(const db_pool_slot& slot) {
    caf::anon_send_exit(slot.get().actor, caf::exit_reason::kill);
    world.advance(100ms);
  }

  bool ended{false};
  int given_up{0};
  int servers_started{0};
  metrics numbers;
  test::scripted_store store;
  service_slots slots;
  caf::actor root;
  test::actor_world world;
};

TEST_F(root_supervisor_test, starts_everything_and_stops_everything) {
  start();
  EXPECT_EQ(servers_started, 1);
  EXPECT_TRUE(slots.readers.get());
  EXPECT_TRUE(slots.writers.get());
  EXPECT_TRUE(slots.scheduler.get());
  world.stop(root);
  world.advance(5s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(given_up, 0);
  EXPECT_EQ(world.system().registry().running(), 0u);
}

TEST_F(root_supervisor_test, a_pool_that_dies_is_replaced_alone) {
  start();
  const auto readers = slots.readers.get();
  const auto writers = slots.writers.get();
  const auto scheduler = slots.scheduler.get();
  kill(slots.readers);
  EXPECT_NE(slots.readers.get(), readers);
  EXPECT_EQ(slots.writers.get(), writers);
  EXPECT_EQ(slots.scheduler.get(), scheduler);
  EXPECT_EQ(servers_started, 1);
  const auto told = numbers.render();
  for (const auto* line : {"{actor=\"reader_pool\"} 1\n", "{actor=\"writer_pool\"} 0\n"})
    EXPECT_NE(
        told.find(std::string{"guildhall_actor_restarts_total"} + line), std::string::npos)
        << told;
}

TEST_F(root_supervisor_test, a_storage_that_gives_up_restarts_what_stands_on_it) {
  start();
  const auto scheduler = slots.scheduler.get();
  for (int i = 0; i < 11; ++i)
    kill(slots.readers);
  world.advance(10s);
  EXPECT_EQ(servers_started, 2);
  EXPECT_NE(slots.scheduler.get(), scheduler);
  EXPECT_EQ(given_up, 0);
  EXPECT_FALSE(ended);
}

TEST_F(root_supervisor_test, a_storage_that_cannot_be_kept_running_ends_the_process) {
  start();
  for (int i = 0; i < 44 && !ended; ++i)
    kill(slots.readers);
  world.advance(20s);
  EXPECT_EQ(given_up, 1);
  EXPECT_TRUE(ended);
}

TEST_F(root_supervisor_test, a_sync_that_gives_up_leaves_serving_alive_and_comes_back) {
  start();
  const auto writers = slots.writers.get();
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 6; ++i)
      kill(slots.scheduler);
    const auto dead = slots.scheduler.get();
    world.advance(58s);
    EXPECT_EQ(slots.scheduler.get(), dead);
    world.advance(4s);
    EXPECT_NE(slots.scheduler.get(), dead);
  }
  EXPECT_EQ(servers_started, 1);
  EXPECT_EQ(slots.writers.get(), writers);
  EXPECT_EQ(given_up, 0);
  EXPECT_FALSE(ended);
}

TEST_F(root_supervisor_test, a_scheduler_that_dies_is_restarted_and_woken_by_itself) {
  start();
  store.forget<domain::claim_guilds>();
  kill(slots.scheduler);
  EXPECT_GE(store.count<domain::claim_guilds>(), 1u);
}

} // namespace
} // namespace guildhall::actors
