#include "actors/storage/change_listener.hpp"
#include "tests/support/actor_system.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;

/// A LISTEN connection whose waits take virtual time.
struct fake_feed {
  bool reachable{true};
  bool alive{true};
  bool proves{true};
  std::vector<change_source::change> changes;
  int opened{0};
  std::vector<test::actor_world::clock_time> proofs;
};

class fake_source final : public change_source {
public:
  fake_source(fake_feed& feed, test::actor_world& world) : feed_(feed), world_(world) {}

  result<std::vector<change>> wait(std::chrono::milliseconds timeout) override {
    world_.block_for(timeout);
    if (!feed_.alive)
      return fail(ec::database_down);
    return std::exchange(feed_.changes, {});
  }
  result<void> prove(std::chrono::milliseconds timeout) override {
    feed_.proofs.push_back(world_.now());
    if (feed_.proves)
      return {};
    world_.block_for(timeout);
    return fail(ec::database_down);
  }

private:
  fake_feed& feed_;
  test::actor_world& world_;
};

class change_listener_test : public ::testing::Test {
protected:
  void start() {
    listener = world.system().spawn(
        change_listener,
        change_source_factory{[this]() -> result<std::unique_ptr<change_source>> {
          if (!feed.reachable)
            return fail(ec::database_down);
          ++feed.opened;
          return std::make_unique<fake_source>(feed, world);
        }},
        change_sink{
            .move = [this](const std::string& tag) { moved.push_back(tag); },
            .set_coherent = [this](bool is) { coherent.push_back(is); },
            .wake_sync = [this] { ++wakes; },
            .slow_sync = [this] { ++slowed; }});
  }
  /// The listener never rests while it is connected: time passes in its own waits.
  void live(test::actor_world::duration how_long) {
    const auto until = world.now() + how_long;
    while (world.now() < until) {
      if (world.has_work())
        world.step();
      else
        world.pass_to_next_event();
    }
  }
  void TearDown() override {
    caf::anon_send_exit(listener, caf::exit_reason::kill);
    world.run();
    listener = nullptr;
  }

  fake_feed feed;
  std::vector<std::string> moved;
  std::vector<bool> coherent;
  int wakes{0};
  int slowed{0};
  change_listener_actor listener;
  test::actor_world world;
};

TEST_F(change_listener_test, moves_epochs_and_wakes_the_sync) {
  start();
  live(1s);
  EXPECT_EQ(coherent, (std::vector{false, true}));
  EXPECT_EQ(wakes, 1); // something may have become due unheard
  feed.changes = {
      {.wakes_sync = false, .tag = "guild:12"},
      {.wakes_sync = true, .tag = {}},
      {.wakes_sync = true, .tag = {}},
      {.wakes_sync = false, .tag = "character:5"}};
  live(500ms);
  EXPECT_EQ(moved, (std::vector<std::string>{"guild:12", "character:5"}));
  EXPECT_EQ(wakes, 2);
}

TEST_F(change_listener_test, tells_of_429s_that_another_instance_has_met) {
  start();
  live(1s);
  EXPECT_EQ(slowed, 1); // it may have met some unheard
  feed.changes = {{.slows_sync = true}, {.slows_sync = true}};
  live(500ms);
  EXPECT_EQ(slowed, 2);
  EXPECT_TRUE(moved.empty());
  EXPECT_EQ(wakes, 1);
}

TEST_F(change_listener_test, proves_itself_every_two_seconds) {
  start();
  live(21s);
  ASSERT_GE(feed.proofs.size(), 9u);
  for (std::size_t i = 1; i < feed.proofs.size(); ++i) {
    EXPECT_GE(feed.proofs[i] - feed.proofs[i - 1], 2s);
    EXPECT_LE(feed.proofs[i] - feed.proofs[i - 1], 2'250ms);
  }
  EXPECT_EQ(coherent, (std::vector{false, true}));
}

TEST_F(change_listener_test, a_lost_connection_turns_cache_hits_off_until_it_listens_again) {
  start();
  live(1s);
  feed.alive = false;
  feed.reachable = false;
  live(10s);
  EXPECT_EQ(coherent, (std::vector{false, true, false}));
  feed.alive = true;
  feed.reachable = true;
  live(3s);
  EXPECT_EQ(coherent, (std::vector{false, true, false, true}));
  EXPECT_EQ(feed.opened, 2);
  EXPECT_EQ(wakes, 2);
}

TEST_F(change_listener_test, a_connection_that_cannot_be_proven_is_given_up) {
  start();
  live(1s);
  feed.proves = false;
  live(5s); // the next proof, and its time-out
  EXPECT_EQ(
      std::vector(coherent.begin(), coherent.begin() + 3), (std::vector{false, true, false}));
  EXPECT_GE(feed.opened, 2);
}

TEST_F(change_listener_test, an_unreachable_database_is_asked_with_growing_pauses) {
  feed.reachable = false;
  start();
  live(30s);
  EXPECT_EQ(coherent, (std::vector{false}));
  feed.reachable = true;
  live(3s);
  EXPECT_EQ(coherent, (std::vector{false, true}));
}

} // namespace
} // namespace guildhall::actors
