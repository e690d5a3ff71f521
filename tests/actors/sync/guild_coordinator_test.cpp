#include "actors/sync/guild_coordinator.hpp"
#include "domain/last_modified.hpp"
#include "tests/actors/support/guild_fixture.hpp"

#include <stdexcept>

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using test::answer_of;

class guild_coordinator_test : public test::guild_fixture {
protected:
  /// Letters only: a name with digits is not asked for.
  static domain::character_work character(time_point now, std::int64_t id) {
    return test::known_character(now, id, name_of(id));
  }
  prometheus::Gauge& alarm() {
    return numbers.gauge(
        "sync_writes_refused", "1 while the database refuses what the sync writes");
  }
};

TEST_F(guild_coordinator_test, claims_in_batches_and_writes_checks_in_batches) {
  due_characters(120);
  sync(only_characters_due());
  world.advance(5s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(checked_or_applied(), 120u);
  EXPECT_EQ(gateway_script_.asked.size(), 120u);
  EXPECT_LE(store.checked().size(), 4u);
  ASSERT_EQ(store.finished().size(), 1u);
  EXPECT_FALSE(store.finished()[0].next_roster_due); // was not due, stays
  EXPECT_FALSE(store.finished()[0].not_before);
  EXPECT_FALSE(store.finished()[0].failed);
}

TEST_F(guild_coordinator_test, runs_a_bounded_number_of_characters_at_once) {
  gateway_script_.hold = true;
  due_characters(60);
  sync(only_characters_due());
  EXPECT_EQ(gateway_script_.held.size(), environment->settings.characters_at_once);
  for (int i = 0; i < 5; ++i) {
    gateway_script_.let_go();
    world.run();
    EXPECT_LE(gateway_script_.held.size(), environment->settings.characters_at_once);
  }
  EXPECT_TRUE(ended);
  EXPECT_EQ(checked_or_applied(), 60u);
}

TEST_F(guild_coordinator_test, one_failing_character_does_not_stop_the_others) {
  const auto began = world.wall();
  due_characters(10);
  on(test::character_path(character(world.wall(), 4)), answer_of(500));
  store.on<domain::apply_character>(
      [](const auto&) { return fail(ec::database_error, "poison"); });
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(store.characters().size(), 1u);
  std::size_t checked = 0;
  std::size_t later = 0;
  for (const auto& batch : store.checked())
    for (const auto& one : batch.characters) {
      ++checked;
      if (one.character == character_id{4}) {
        ++later;
        EXPECT_GT(one.next_due, began); // its own trouble: tried again later
      }
    }
  EXPECT_EQ(checked, 10u);
  EXPECT_EQ(later, 1u);
  EXPECT_FALSE(store.finished().at(0).not_before);
}

TEST_F(guild_coordinator_test, writes_that_take_too_long_or_are_kept_from_do_not_stop_others) {
  due_characters(60);
  for (const auto& work : due)
    on(test::character_path(work), answer_of(500));
  store.on<domain::apply_character>([](const domain::apply_character& what) -> result<void> {
    if (what.outcome.work.character == character_id{4})
      return fail(ec::deadline_expired, "apply_character: statement insert_document");
    if (what.outcome.work.character == character_id{30})
      return fail(ec::contended);
    return {};
  });
  sync(only_characters_due());
  world.advance(5s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(store.characters().size(), 60u);
  EXPECT_TRUE(store.released().empty());
  ASSERT_EQ(checked(), 2u); // they alone, later
  EXPECT_TRUE(store.checked()[0].characters.at(0).failed);
  EXPECT_FALSE(store.finished().at(0).not_before);
}

TEST_F(guild_coordinator_test, a_database_that_refuses_everything_stops_it_after_a_few) {
  due_characters(60);
  for (const auto& work : due)
    on(test::character_path(work), answer_of(500));
  store.on<domain::apply_character>(
      [](const auto&) { return fail(ec::database_error, "SQLSTATE 42501"); });
  auto work = only_characters_due();
  work.attempts = 6;
  const auto began = world.wall();
  sync(work);
  world.advance(1s);
  EXPECT_TRUE(ended);
  const auto asked = gateway_script_.asked.size();
  EXPECT_LE(asked, environment->settings.characters_at_once);
  EXPECT_EQ(store.released().size(), environment->settings.batch - asked);
  EXPECT_EQ(checked(), asked); // put off, so that others go first the next time
  ASSERT_EQ(store.finished().size(), 1u);
  EXPECT_TRUE(store.finished()[0].failed); // so that it waits longer each time
  ASSERT_TRUE(store.finished()[0].not_before);
  EXPECT_GT(*store.finished()[0].not_before, began + 1s);
  EXPECT_EQ(alarm().Value(), 1);
}

TEST_F(guild_coordinator_test, while_the_database_refuses_one_alone_tries_it) {
  alarm().Set(1);
  due_characters(60);
  for (const auto& work : due)
    on(test::character_path(work), answer_of(500));
  store.on<domain::apply_character>(
      [](const auto&) { return fail(ec::database_error, "SQLSTATE 42501"); });
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(gateway_script_.asked.size(), 1u);
  EXPECT_EQ(store.released().size(), environment->settings.batch - 1);
}

TEST_F(guild_coordinator_test, what_the_database_takes_ends_the_alarm) {
  alarm().Set(1);
  due_characters(10);
  for (const auto& work : due)
    on(test::character_path(work), answer_of(500));
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_EQ(store.characters().size(), 10u);
  EXPECT_EQ(alarm().Value(), 0);
}

TEST_F(guild_coordinator_test, checks_that_cannot_be_written_stop_it) {
  due_characters(200);
  store.on<domain::checked_characters>([](const auto&) { return fail(ec::database_error); });
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_LT(gateway_script_.asked.size(), 200u);
  EXPECT_TRUE(store.finished().at(0).not_before);
}

TEST_F(guild_coordinator_test, a_right_that_is_refused_is_told) {
  due_characters(200);
  store.on<domain::checked_characters>([](const auto&) { return fail(ec::database_refuses); });
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(alarm().Value(), 1);
}

TEST_F(guild_coordinator_test, a_store_that_has_ended_has_refused_nothing) {
  due_characters(200);
  store.on<domain::checked_characters>([](const auto&) { return fail(ec::unavailable); });
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(alarm().Value(), 0);
}

TEST_F(guild_coordinator_test, what_others_kept_for_too_long_was_not_refused) {
  due_characters(200);
  store.on<domain::checked_characters>([](const auto&) { return fail(ec::contended); });
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(alarm().Value(), 0);
  EXPECT_FALSE(store.finished().at(0).failed);
}

TEST_F(guild_coordinator_test, a_character_sync_that_crashes_takes_nobody_with_it) {
  due_characters(10);
  on(test::character_path(character(world.wall(), 3)), answer_of(500));
  store.on<domain::apply_character>([](const auto&) -> result<void> {
    throw std::runtime_error("a bug in a character's sync");
  });
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(checked(), 9u);
  // Its lease runs out; given back at once it would be claimed and crash in a circle.
  EXPECT_FALSE(was_released(character(world.wall(), 3).lease));
}

TEST_F(guild_coordinator_test, renews_all_its_leases_every_twenty_seconds) {
  gateway_script_.hold = true;
  due_characters(20);
  sync(only_characters_due());
  world.advance(65s);
  EXPECT_EQ(store.renewals().size(), 3u);
  EXPECT_EQ(store.renewals().at(0).leases.size(), 21u);
  EXPECT_FALSE(ended);
}

TEST_F(guild_coordinator_test, a_lost_lease_ends_it_and_nothing_more_is_written) {
  gateway_script_.hold = true;
  due_characters(20);
  sync(only_characters_due());
  store.on<domain::renew>([](const auto&) { return std::vector<domain::lease>{}; });
  world.advance(22s);
  EXPECT_TRUE(ended);
  gateway_script_.let_go();
  world.run();
  EXPECT_EQ(checked_or_applied(), 0u);
  EXPECT_TRUE(store.finished().empty());
  EXPECT_TRUE(store.released().empty());
}

TEST_F(guild_coordinator_test, stops_by_itself_when_it_could_not_renew_for_fifty_seconds) {
  gateway_script_.hold = true;
  due_characters(20);
  sync(only_characters_due());
  store.on<domain::renew>([](const auto&) { return fail(ec::database_down); });
  world.advance(49s);
  EXPECT_FALSE(ended);
  world.advance(3s);
  EXPECT_TRUE(ended);
  EXPECT_EQ(checked_or_applied(), 0u);
}

TEST_F(guild_coordinator_test, what_is_claimed_while_a_renewal_is_under_way_is_not_dropped) {
  gateway_script_.hold = true;
  due_characters(100);
  sync(only_characters_due());
  std::vector<std::function<void()>> postponed;
  store.postpone = [&](std::function<void()> reply) { postponed.push_back(std::move(reply)); };
  world.advance(22s);
  store.postpone = nullptr;
  ASSERT_EQ(store.renewals().size(), 1u);
  ASSERT_EQ(postponed.size(), 1u); // the renewal is asked and not answered
  EXPECT_EQ(due.size(), 50u);
  while (!due.empty()) { // half of the first batch is done: the second is claimed
    gateway_script_.let_go();
    world.run();
  }
  postponed.front()();
  world.run();
  for (int i = 0; i < 12 && !ended; ++i) {
    gateway_script_.let_go();
    world.run();
  }
  EXPECT_TRUE(ended);
  EXPECT_EQ(checked_or_applied(), 100u);
}

TEST_F(guild_coordinator_test, takes_no_more_characters_after_five_minutes) {
  gateway_script_.hold = true;
  due_characters(200);
  sync(only_characters_due());
  for (int i = 0; i < 5; ++i) {
    world.advance(50s);
    gateway_script_.let_go();
    world.run();
  }
  world.advance(45s);
  EXPECT_TRUE(store.released().empty());
  const auto under_way = gateway_script_.held.size();
  world.advance(10s);
  EXPECT_FALSE(store.released().empty());
  EXPECT_FALSE(ended);
  gateway_script_.let_go();
  world.run();
  EXPECT_TRUE(ended);
  EXPECT_EQ(checked_or_applied(), 5 * under_way + under_way);
  EXPECT_EQ(store.finished().size(), 1u);
}

TEST_F(guild_coordinator_test, an_exit_gives_every_lease_back_at_once) {
  gateway_script_.hold = true;
  due_characters(30);
  const auto coordinator = start(only_characters_due());
  world.stop(coordinator);
  EXPECT_TRUE(ended);
  EXPECT_EQ(store.released().size(), 31u);
  EXPECT_TRUE(was_released(only_characters_due().lease));
  gateway_script_.let_go();
  world.run();
  EXPECT_EQ(checked_or_applied(), 0u);
}

TEST_F(guild_coordinator_test, what_is_claimed_while_it_exits_is_given_back) {
  gateway_script_.hold = true;
  due_characters(30);
  std::vector<std::function<void()>> postponed;
  store.postpone = [&](std::function<void()> reply) { postponed.push_back(std::move(reply)); };
  const auto coordinator = start(only_characters_due());
  ASSERT_EQ(postponed.size(), 1u); // the claim is asked and not answered
  store.postpone = nullptr;
  world.stop(coordinator);
  EXPECT_EQ(store.released().size(), 1u); // its own
  postponed.front()();
  world.run();
  EXPECT_TRUE(ended);
  EXPECT_EQ(store.released().size(), 31u);
}

TEST_F(guild_coordinator_test, a_stop_finishes_what_is_under_way_and_gives_back_the_rest) {
  gateway_script_.hold = true;
  due_characters(30);
  const auto coordinator = start(only_characters_due());
  const auto under_way = gateway_script_.held.size();
  caf::anon_send(coordinator, atom::stop_v);
  world.run();
  EXPECT_FALSE(ended);
  EXPECT_EQ(store.released().size(), 30u - under_way);
  gateway_script_.let_go();
  world.run();
  EXPECT_TRUE(ended);
  EXPECT_EQ(checked_or_applied(), under_way);
  EXPECT_EQ(store.finished().size(), 1u);
}

TEST_F(guild_coordinator_test, a_spent_budget_stops_it_until_there_is_some) {
  failure why{ec::budget_exhausted};
  why.retry_at = world.wall() + 10s;
  due_characters(30);
  on(test::character_path(character(world.wall(), 5)),
     [why](const auto&) { return fetch_reply{fail(why)}; });
  sync(only_characters_due());
  world.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_LT(gateway_script_.asked.size(), 30u);
  EXPECT_TRUE(was_released(character(world.wall(), 5).lease));
  EXPECT_EQ(checked_or_applied() + store.released().size(), 30u);
  ASSERT_EQ(store.finished().size(), 1u);
  EXPECT_EQ(store.finished()[0].not_before, why.retry_at);
}

TEST_F(guild_coordinator_test, a_refusal_without_a_time_leaves_a_pause_as_well) {
  const auto began = world.wall();
  due_characters(3);
  on(test::character_path(character(world.wall(), 1)),
     [](const auto&) { return fetch_reply{fail(ec::deadline_expired)}; });
  sync(only_characters_due());
  world.advance(1s);
  ASSERT_TRUE(store.finished().at(0).not_before);
  EXPECT_GT(*store.finished()[0].not_before, began);
}

TEST_F(guild_coordinator_test, a_claim_that_fails_ends_it_for_now) {
  store.on<domain::claim_characters>([](const auto&) { return fail(ec::database_down); });
  sync(only_characters_due());
  EXPECT_TRUE(ended);
  EXPECT_EQ(store.finished().size(), 1u);
}

TEST_F(guild_coordinator_test, changes_are_announced_once_a_second_and_at_the_end) {
  for (std::int64_t id = 1; id <= 30; ++id) {
    due.push_back(test::new_character(id, name_of(id)));
    on(test::character_path(due.back()), answer_of(404));
  }
  const auto changing = due;
  due.clear();
  due_characters(0);
  due = changing;
  sync(only_characters_due());
  EXPECT_TRUE(ended);
  EXPECT_EQ(store.characters().size(), 30u);
  EXPECT_EQ(
      std::ranges::count(store.characters(), true, &domain::apply_character::announce), 1);
  EXPECT_TRUE(store.finished().at(0).announce);
}

TEST_F(guild_coordinator_test, the_requests_it_still_has_to_send_shrink) {
  due_characters(40);
  auto work = only_characters_due();
  work.open_members = 40;
  sync(work);
  world.advance(1s);
  const auto& asked = gateway_script_.asked;
  ASSERT_EQ(asked.size(), 40u);
  EXPECT_GE(asked.front().remaining, 4 * 30);
  EXPECT_LE(asked.back().remaining, 4 * 12);
  for (const auto& request : asked)
    EXPECT_EQ(request.group, work.tracked.value);
}

TEST_F(guild_coordinator_test, the_moments_at_which_members_played_are_written_with_its_end) {
  due_characters(2);
  const auto& one = due.front();
  on(test::character_path(one),
     answer_of(200, test::profile_body(test::in_battlenet(one)), test::today));
  for (const auto* child : {"/equipment", "/mythic-keystone-profile", "/professions"})
    on(test::character_path(one) + child, answer_of(404));
  sync(only_characters_due());
  ASSERT_EQ(store.finished().size(), 1u);
  EXPECT_EQ(
      store.finished()[0].played,
      (std::vector{domain::parse_last_modified(test::today).value()}));
}

TEST_F(guild_coordinator_test, no_look_costs_less_than_the_floor) {
  due_characters(1);
  sync(only_characters_due());
  ASSERT_EQ(checked(), 1u);
  const auto& look = store.checked().at(0).characters.at(0).look;
  ASSERT_TRUE(look);
  EXPECT_EQ(look->price, domain::floor_price(environment->settings.freshness));
}

} // namespace
} // namespace guildhall::actors
