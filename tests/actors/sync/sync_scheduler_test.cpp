#include "actors/sync/sync_scheduler.hpp"
#include "tests/actors/support/guild_fixture.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using domain::priority;
using test::answer_of;

class sync_scheduler_test : public test::guild_fixture {
protected:
  sync_scheduler_actor start_scheduler(unsigned max_guilds = 64) {
    environment->settings.max_guilds_at_once = max_guilds;
    auto actor = keep(world.system().spawn(sync_scheduler, environment_ptr{environment}));
    actor->attach_functor([this] { ended = true; });
    world.run();
    return actor;
  }

  /// `count` guilds of this class are due; each is claimed once. Their answers are held back.
  void due_guilds(priority what, std::int64_t count) {
    gateway_script_.hold = true;
    for (std::int64_t i = 0; i < count; ++i) {
      auto work = new_guild();
      const auto id = next_guild_++;
      work.tracked = tracked_guild_id{id};
      work.lease = {queue_entry_id{id}, lease_token{id}};
      work.address.name_slug = "guild-" + name_of(id);
      work.priority = what;
      due_[what].push_back(work);
    }
    store.on<domain::claim_guilds>([this](const domain::claim_guilds& claim) {
      limits[claim.priority] = claim.limit;
      if (paused)
        return domain::claimed_guilds{true, {}};
      auto& queue = due_[claim.priority];
      const auto some =
          std::min<std::size_t>(queue.size(), static_cast<std::size_t>(claim.limit));
      const auto end = queue.begin() + static_cast<std::ptrdiff_t>(some);
      domain::claimed_guilds claimed{false, {queue.begin(), end}};
      queue.erase(queue.begin(), end);
      return claimed;
    });
  }
  /// This character of a player is due, once.
  void claim_once(const domain::character_work& work) {
    store.on<domain::claim_characters>(
        [work, claimed = std::make_shared<bool>(false)](const auto&) {
          return std::exchange(*claimed, true) ? std::vector<domain::character_work>{}
                                               : std::vector{work};
        });
  }
  /// Coordinators that wait for their first answer.
  std::size_t running() const {
    return gateway_script_.held.size();
  }

  std::map<priority, int> limits; ///< of the last claim of each class
  std::map<priority, std::vector<domain::guild_work>> due_;
  std::int64_t next_guild_{1};
  bool paused{false};
};

TEST_F(sync_scheduler_test, claims_up_to_its_cap_and_again_when_a_place_is_free) {
  due_guilds(priority::roster, 10);
  start_scheduler(4);
  EXPECT_EQ(running(), 4u);
  world.advance(20s);
  EXPECT_EQ(running(), 4u);
  gateway_script_.let_go(); // these four end
  world.run();
  EXPECT_EQ(running(), 4u); // at once, not at the next poll
  gateway_script_.let_go();
  world.run();
  EXPECT_EQ(running(), 2u);
}

TEST_F(sync_scheduler_test, claims_what_is_of_its_regions_and_has_idle_jobs_ended) {
  start_scheduler();
  const std::vector<domain::region> eu{domain::region::eu};
  EXPECT_EQ(store.last<domain::claim_guilds>().regions, eu);
  EXPECT_EQ(store.last<domain::claim_characters>().regions, eu);
  world.advance(3s);
  ASSERT_EQ(store.count<domain::end_idle_jobs>(), 1u);
  EXPECT_EQ(store.last<domain::end_idle_jobs>().regions, eu);
  world.advance(50s);
  EXPECT_EQ(store.count<domain::end_idle_jobs>(), 1u);
  world.advance(15s);
  EXPECT_EQ(store.count<domain::end_idle_jobs>(), 2u);
}

TEST_F(sync_scheduler_test, tells_how_far_the_databases_clock_is_ahead) {
  store.returns<domain::claim_guilds>(domain::claimed_guilds{.clock_ahead = 40s});
  start_scheduler();
  EXPECT_NE(
      numbers.render().find("guildhall_database_clock_ahead_seconds 40"), std::string::npos);
}

TEST_F(sync_scheduler_test, has_the_price_of_a_call_solved_once_a_minute) {
  environment->verify_within = 48h;
  store.returns<domain::price_calls>(
      std::optional{domain::call_price{.price = 0.5, .demand = 900, .supply = 27'000}});
  start_scheduler();
  world.advance(3s);
  ASSERT_EQ(store.count<domain::price_calls>(), 1u);
  const auto& asked = store.last<domain::price_calls>();
  EXPECT_EQ(asked.floor, domain::floor_price(environment->settings.freshness));
  EXPECT_EQ(asked.children, 3);
  EXPECT_EQ(asked.bounds.longest, 48h);
  const auto seen = numbers.render();
  for (const auto* line :
       {"guildhall_call_price_hours 0.5", "guildhall_character_calls_wanted 900",
        "guildhall_character_calls_supplied 27000"})
    EXPECT_NE(seen.find(line), std::string::npos) << line;

  store.returns<domain::price_calls>(std::optional<domain::call_price>{});
  world.advance(50s);
  EXPECT_EQ(store.count<domain::price_calls>(), 1u);
  world.advance(15s);
  EXPECT_EQ(store.count<domain::price_calls>(), 2u);
  EXPECT_NE(numbers.render().find("guildhall_call_price_hours 0.5"), std::string::npos)
      << "somebody else has solved it";
}

TEST_F(sync_scheduler_test, people_go_before_all_else) {
  due_guilds(priority::roster, 4);
  due_guilds(priority::person, 2);
  start_scheduler(3);
  ASSERT_EQ(gateway_script_.asked.size(), 3u);
  EXPECT_EQ(
      std::ranges::count(gateway_script_.asked, priority::person, &fetch_request::priority), 2);
}

TEST_F(sync_scheduler_test, people_find_a_place_even_at_the_cap_but_not_without_end) {
  due_guilds(priority::roster, 10);
  start_scheduler(4);
  due_guilds(priority::person, 20);
  world.advance(20s);
  EXPECT_EQ(running(), 8u);
  EXPECT_EQ(
      std::ranges::count(gateway_script_.asked, priority::person, &fetch_request::priority), 4);
}

TEST_F(sync_scheduler_test, guilds_with_nothing_but_due_characters_are_claimed_as_well) {
  due_guilds(priority::character, 1);
  start_scheduler();
  EXPECT_EQ(running(), 1u);
}

TEST_F(sync_scheduler_test, looks_at_every_poll_and_whenever_it_is_woken) {
  const auto scheduler = start_scheduler();
  due_guilds(priority::roster, 1);
  world.advance(1s);
  EXPECT_EQ(running(), 0u);
  caf::anon_send(scheduler, atom::wake_v);
  world.run();
  EXPECT_EQ(running(), 1u);
  due_guilds(priority::roster, 1);
  world.advance(2s);
  EXPECT_EQ(running(), 2u);
}

TEST_F(sync_scheduler_test, a_pause_claims_nothing_and_stops_what_runs) {
  due_guilds(priority::roster, 2);
  const auto scheduler = start_scheduler();
  paused = true;
  due_guilds(priority::roster, 2);
  world.advance(2s);
  EXPECT_EQ(running(), 2u);
  EXPECT_TRUE(store.finished().empty()); // their guild steps are under way
  gateway_script_.hold = false;
  gateway_script_.let_go();
  world.run();
  EXPECT_EQ(store.finished().size(), 2u);
  gateway_script_.hold = true;
  paused = false;
  caf::anon_send(scheduler, atom::wake_v);
  world.run();
  EXPECT_EQ(running(), 2u);
}

TEST_F(sync_scheduler_test, a_database_that_does_not_answer_is_no_pause) {
  due_guilds(priority::roster, 2);
  start_scheduler();
  store.on<domain::claim_guilds>([](const auto&) { return fail(ec::database_down); });
  world.advance(10s);
  EXPECT_TRUE(store.finished().empty());
}

TEST_F(sync_scheduler_test, players_own_characters_are_synced_and_their_leases_renewed) {
  gateway_script_.hold = true;
  bool claimed = false;
  const auto work = test::known_character(world.wall());
  store.on<domain::claim_characters>([&](const domain::claim_characters& what) {
    EXPECT_FALSE(what.guild);
    EXPECT_EQ(what.limit, claimed ? 15 : 16);
    return std::exchange(claimed, true) ? std::vector<domain::character_work>{}
                                        : std::vector{work};
  });
  on_versioned(test::character_path(work), "{}", test::yesterday);
  start_scheduler();
  ASSERT_EQ(gateway_script_.asked.size(), 1u);
  EXPECT_EQ(gateway_script_.asked[0].priority, priority::person);
  world.advance(23s);
  ASSERT_EQ(store.renewals().size(), 1u);
  EXPECT_EQ(store.renewals()[0].leases.at(0).token, work.lease.token);
  store.on<domain::claim_characters>(
      [](const auto&) { return std::vector<domain::character_work>{}; });
  gateway_script_.let_go();
  world.run();
  ASSERT_EQ(store.checked().size(), 1u);
  EXPECT_EQ(store.checked()[0].characters.at(0).character, work.character);
}

TEST_F(sync_scheduler_test, a_players_character_that_could_not_be_asked_for_waits) {
  failure why{ec::budget_exhausted};
  why.retry_at = world.wall() + 100s;
  const auto work = test::known_character(world.wall());
  claim_once(work);
  on(test::character_path(work), [why](const auto&) { return fetch_reply{fail(why)}; });
  start_scheduler();
  ASSERT_EQ(store.checked().size(), 1u);
  EXPECT_EQ(store.checked()[0].characters.at(0).next_due, *why.retry_at);
  EXPECT_TRUE(store.checked()[0].characters.at(0).unchanged.empty());
}

TEST_F(sync_scheduler_test, a_players_character_that_cannot_be_written_backs_off) {
  auto work = test::known_character(world.wall());
  work.attempts = 8;
  work.attempts_class = domain::failure_class::transient;
  claim_once(work);
  bool refused = false;
  store.on<domain::apply_character>([&](const auto&) -> result<void> {
    if (std::exchange(refused, true))
      return {};
    return fail(ec::internal, "apply_character: text holds a NUL");
  });
  on(test::character_path(work),
     answer_of(200, test::profile_body(test::in_battlenet(work)), test::today));
  start_scheduler();
  ASSERT_EQ(store.characters().size(), 2u);
  const auto& written = store.characters()[1].outcome;
  ASSERT_EQ(written.failed.size(), 1u);
  EXPECT_EQ(written.failed[0].error_class, domain::failure_class::transient);
  EXPECT_NE(written.failed[0].detail.find("NUL"), std::string::npos);
  EXPECT_GT(written.next_due, world.wall() + 15s) << "the ninth time";
  EXPECT_TRUE(written.arrived.empty());
}

TEST_F(sync_scheduler_test, a_players_character_whose_sync_dies_is_written_down_too) {
  const auto work = test::known_character(world.wall());
  claim_once(work);
  bool thrown = false;
  store.on<domain::apply_character>([&](const auto&) -> result<void> {
    if (std::exchange(thrown, true))
      return {};
    throw std::runtime_error("a bug");
  });
  on(test::character_path(work), answer_of(503));
  start_scheduler();
  ASSERT_EQ(store.characters().size(), 2u);
  EXPECT_GE(store.characters()[1].outcome.next_due, world.wall() + 15s);
}

TEST_F(sync_scheduler_test, a_players_character_of_a_removed_region_is_asked_ever_more_rarely) {
  auto work = test::known_character(world.wall());
  work.address.region = domain::region::kr;
  work.attempts = 12;
  work.attempts_class = domain::failure_class::transient;
  claim_once(work);
  start_scheduler();
  ASSERT_EQ(store.characters().size(), 1u);
  const auto& failed = store.characters()[0].outcome.failed;
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].detail, "This region is not configured");
  EXPECT_GE(failed[0].retry_at, world.wall() + 8min);
  EXPECT_TRUE(gateway_script_.asked.empty());
}

TEST_F(sync_scheduler_test, what_all_players_characters_meet_is_logged_once) {
  std::ostringstream said;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)));
  due_characters(48);
  for (const auto& work : due)
    on(test::character_path(work),
       [](const auto&) { return fetch_reply{fail(ec::upstream_unauthorised)}; });
  start_scheduler();
  world.advance(20s);
  spdlog::set_default_logger(before);
  EXPECT_EQ(store.characters().size(), 48u) << "each is written down";
  const auto lines = said.str();
  EXPECT_EQ(std::ranges::count(lines, '\n'), 1) << lines;
}

TEST_F(sync_scheduler_test, an_exit_stops_the_coordinators_which_give_their_leases_back) {
  due_guilds(priority::roster, 3);
  const auto scheduler = start_scheduler();
  world.stop(scheduler);
  EXPECT_TRUE(ended);
  std::set<std::int64_t> tokens;
  for (const auto& lease : store.released())
    tokens.insert(lease.token.value);
  EXPECT_EQ(tokens, (std::set<std::int64_t>{1, 2, 3}));
}

TEST_F(sync_scheduler_test, what_is_claimed_while_it_stops_is_given_back) {
  due_guilds(priority::roster, 3);
  std::vector<std::function<void()>> postponed;
  store.postpone = [&](std::function<void()> reply) { postponed.push_back(std::move(reply)); };
  const auto scheduler = start_scheduler();
  while (store.released().empty()
         && limits[priority::roster] == 0) { // until the claim is under way
    ASSERT_FALSE(postponed.empty());
    for (auto& reply : std::exchange(postponed, {}))
      reply();
    world.run();
  }
  world.stop(scheduler); // it waits for the answer: nobody else knows of those leases
  EXPECT_FALSE(ended);
  for (auto& reply : std::exchange(postponed, {}))
    reply();
  store.postpone = nullptr;
  world.run();
  EXPECT_TRUE(ended);
  EXPECT_EQ(store.released().size(), 3u);
  EXPECT_EQ(running(), 0u);
}

TEST_F(sync_scheduler_test, a_coordinator_that_crashes_frees_its_place_and_its_lease_runs_out) {
  due_guilds(priority::roster, 2);
  store.on<domain::apply_guild>([](const auto&) -> result<domain::guild_applied> {
    throw std::runtime_error("a bug in the guild step");
  });
  start_scheduler(1);
  EXPECT_EQ(running(), 1u);
  gateway_script_.let_go();
  world.run();
  EXPECT_EQ(running(), 1u); // the other guild
  EXPECT_TRUE(store.released().empty());
  EXPECT_TRUE(store.finished().empty());
}

TEST_F(sync_scheduler_test, a_scheduler_that_is_killed_leaves_no_coordinator_behind) {
  due_guilds(priority::roster, 3);
  const auto scheduler = start_scheduler();
  caf::anon_send_exit(scheduler, caf::exit_reason::kill);
  world.run();
  EXPECT_TRUE(ended);
  EXPECT_EQ(store.released().size(), 3u);
}

TEST_F(sync_scheduler_test, coordinators_are_told_the_period_and_the_price) {
  const auto scheduler = start_scheduler();
  caf::anon_send(scheduler, atom::period_v, period_notice{domain::region::eu, 1'001});
  caf::anon_send(scheduler, atom::price_v, 4.0);
  world.run();
  auto work = test::known_character(world.wall());
  work.documents[2].period_id = 1'000;
  bool guild_claimed = false;
  store.on<domain::claim_guilds>([&](const auto&) {
    return std::exchange(guild_claimed, true)
             ? domain::claimed_guilds{}
             : domain::claimed_guilds{false, {only_characters_due()}};
  });
  bool claimed = false;
  store.on<domain::claim_characters>([&](const domain::claim_characters& what) {
    return !what.guild || std::exchange(claimed, true) ? std::vector<domain::character_work>{}
                                                       : std::vector{work};
  });
  on_versioned(test::character_path(work), "{}", test::yesterday);
  on(test::character_path(work) + "/mythic-keystone-profile",
     answer_of(200, test::child_body(test::in_battlenet(work), R"("seasons":[])")));
  caf::anon_send(scheduler, atom::wake_v);
  world.run();
  ASSERT_EQ(store.characters().size(), 1u);
  EXPECT_EQ(store.characters()[0].outcome.period_id, 1'001);
  ASSERT_TRUE(store.characters()[0].outcome.look);
  EXPECT_EQ(store.characters()[0].outcome.look->price, 4.0);
}

} // namespace
} // namespace guildhall::actors
