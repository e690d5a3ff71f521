#include "actors/sync/period_watch.hpp"
#include "tests/actors/support/sync_fixture.hpp"

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using test::answer_of;

const std::string index_path = "/data/wow/mythic-keystone/period/index";

class period_watch_test : public test::sync_fixture {
protected:
  void SetUp() override {
    store.on<domain::set_period>([this](const domain::set_period& what) -> result<bool> {
      stored.push_back(what.period);
      return database_works ? result<bool>{true} : fail(ec::database_down);
    });
  }
  void start() {
    scheduler = keep(world.system().spawn(recording_scheduler, &told));
    keep(world.system().spawn(
        period_watch, environment_ptr{environment}, scheduler, domain::region::eu));
    world.run();
  }
  void TearDown() override {
    scheduler = nullptr;
    sync_fixture::TearDown();
  }

  static sync_scheduler_actor::behavior_type
  recording_scheduler(sync_scheduler_actor::pointer, std::vector<std::int64_t>* heard) {
    return {
        [](atom::finished, const character_done&) {},
        [](atom::price, double) {},
        [](atom::wake) {},
        [heard](atom::period, const period_notice& notice) { heard->push_back(notice.period); },
        [](atom::claimed, const claimed_guilds&) {},
        [](atom::claimed, const claimed_characters&) {},
        [](atom::renewed, const held_leases&) {},
        [](atom::tick, std::uint64_t) {}};
  }

  void period_is(std::int64_t period) {
    on(index_path,
       answer_of(200, R"({"current_period":{"id":)" + std::to_string(period) + "}}"));
  }

  void realms_are(const std::string& body) {
    on("/data/wow/realm/index", answer_of(200, body));
  }

  std::vector<std::int64_t> stored;
  std::vector<std::int64_t> told;
  bool database_works{true};
  sync_scheduler_actor scheduler;
};

TEST_F(period_watch_test, stores_the_period_and_tells_the_scheduler_every_half_hour) {
  period_is(1'000);
  start();
  EXPECT_EQ(stored, (std::vector<std::int64_t>{1'000}));
  EXPECT_EQ(told, stored);
  world.advance(29min);
  EXPECT_EQ(stored.size(), 1u);
  period_is(1'001);
  world.advance(2min);
  EXPECT_EQ(told, (std::vector<std::int64_t>{1'000, 1'001}));
}

TEST_F(period_watch_test, asks_again_soon_when_it_got_no_answer) {
  on(index_path, answer_of(503));
  start();
  EXPECT_TRUE(told.empty());
  period_is(1'000);
  world.advance(2min + 1s);
  EXPECT_EQ(told, (std::vector<std::int64_t>{1'000}));
}

TEST_F(period_watch_test, an_answer_of_another_shape_changes_nothing) {
  on(index_path, answer_of(200, R"({"current_period":"week 7"})"));
  start();
  world.advance(31min);
  EXPECT_TRUE(told.empty());
  EXPECT_TRUE(stored.empty());
}

TEST_F(period_watch_test, asks_for_the_realms_once_a_day) {
  period_is(1'000);
  realms_are(R"({"realms":[{"id":1602,"slug":"gordunni","name":{"ru_RU":"Гордунни"}}]})");
  start();
  ASSERT_EQ(store.count<domain::set_realms>(), 1u);
  const auto& told_of = store.last<domain::set_realms>();
  EXPECT_EQ(told_of.region, domain::region::eu);
  ASSERT_EQ(told_of.realms.size(), 1u);
  EXPECT_EQ(told_of.realms[0].slug, "gordunni");
  EXPECT_TRUE(told_of.whole);
  world.advance(23h);
  EXPECT_EQ(store.count<domain::set_realms>(), 1u);
  realms_are(R"({"realms":[{"id":1602,"slug":"gordunni"},{"id":"x"}]})");
  world.advance(90min);
  EXPECT_EQ(store.count<domain::set_realms>(), 2u);
  EXPECT_FALSE(store.last<domain::set_realms>().whole) << "one could not be read";
}

TEST_F(period_watch_test, asks_for_the_realms_again_when_it_got_none_or_could_not_keep_them) {
  period_is(1'000);
  store.returns<domain::set_realms>(fail(ec::database_down));
  start();
  EXPECT_EQ(store.count<domain::set_realms>(), 0u); // 404
  realms_are(R"({"realms":[{"id":1602,"slug":"gordunni"}]})");
  world.advance(31min);
  EXPECT_EQ(store.count<domain::set_realms>(), 1u);
  store.returns<domain::set_realms>(result<void>{});
  world.advance(31min);
  EXPECT_EQ(store.count<domain::set_realms>(), 2u);
  world.advance(31min);
  EXPECT_EQ(store.count<domain::set_realms>(), 2u);
}

TEST_F(period_watch_test, a_database_that_is_away_is_asked_again) {
  database_works = false;
  period_is(1'000);
  start();
  database_works = true;
  world.advance(2min + 1s);
  EXPECT_EQ(stored, (std::vector<std::int64_t>{1'000, 1'000}));
}

} // namespace
} // namespace guildhall::actors
