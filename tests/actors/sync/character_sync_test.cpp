#include "domain/last_modified.hpp"
#include "domain/retry.hpp"
#include "tests/actors/support/character_fixture.hpp"

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using domain::document;
using domain::failure_class;
using test::answer_of;
using test::today;
using test::yesterday;
using paths = std::vector<std::string>;

class character_sync_test : public test::character_fixture {};

TEST_F(character_sync_test, a_new_character_brings_profile_and_children) {
  const auto work = test::new_character();
  const auto base = test::character_path(work);
  on(base, answer_of(200, test::profile_body(test::in_battlenet(work)), today));
  children_answer(work);
  const auto& done = sync(work);
  EXPECT_TRUE(done.applied);
  EXPECT_EQ(done.requests, 4u);
  ASSERT_EQ(store.characters().size(), 1u);
  const auto& outcome = store.characters()[0].outcome;
  EXPECT_TRUE(outcome.verified);
  EXPECT_EQ(outcome.profile_version, today);
  EXPECT_EQ(
      arrived(outcome),
      (std::vector{
          document::profile, document::equipment, document::mythic, document::professions}));
  EXPECT_EQ(outcome.columns.mythic_rating, 2500.5);
  EXPECT_GE(outcome.next_due, world.wall() + 20min);
  EXPECT_TRUE(outcome.look);
  EXPECT_TRUE(gateway_script_.asked[0].if_modified_since.empty());
}

TEST_F(character_sync_test, an_optional_document_costs_a_request_where_it_is_switched_on) {
  const auto work = test::new_character();
  const auto base = test::character_path(work);
  on(base, answer_of(200, test::profile_body(test::in_battlenet(work)), today));
  children_answer(work);
  on(base + "/encounters/raids", answer_of(200, child(work, R"("expansions":[])")));
  EXPECT_EQ(sync(work).requests, 4u);
  EXPECT_EQ(times_asked(base + "/encounters/raids"), 0u);
  environment->documents = {document::raids};
  EXPECT_EQ(sync(work).requests, 5u);
  EXPECT_EQ(store.characters().at(1).outcome.columns.raid_kills, "[]");
}

TEST_F(character_sync_test, an_unchanged_character_is_only_checked) {
  const auto work = test::known_character(world.wall());
  on_versioned(test::character_path(work), "{}", yesterday);
  const auto& done = sync(work);
  EXPECT_EQ(asked(), (paths{test::character_path(work)}));
  ASSERT_TRUE(done.checked);
  EXPECT_EQ(done.checked->unchanged, (std::vector{document::profile}));
  EXPECT_GE(done.checked->next_due, world.wall() + 20min);
  EXPECT_TRUE(done.checked->look);
  EXPECT_FALSE(done.applied);
  EXPECT_TRUE(store.characters().empty());
}

TEST_F(
    character_sync_test, a_child_that_failed_is_fetched_again_although_the_profile_says_304) {
  auto work = test::known_character(world.wall());
  work.documents[1].synced_for = "Sun, 4 Jan 2026 10:00:00 GMT"; // equipment
  on_versioned(test::character_path(work), "{}", yesterday);
  children_answer(work);
  const auto& done = sync(work);
  EXPECT_TRUE(done.applied);
  EXPECT_EQ(
      asked(), (paths{test::character_path(work), test::character_path(work) + "/equipment"}));
  ASSERT_EQ(store.characters().size(), 1u);
  EXPECT_EQ(arrived(store.characters()[0].outcome), (std::vector{document::equipment}));
  EXPECT_EQ(store.characters()[0].outcome.profile_version, yesterday);
  EXPECT_EQ(store.characters()[0].outcome.unchanged, (std::vector{document::profile}));
  EXPECT_FALSE(store.characters()[0].outcome.verified);
}

TEST_F(character_sync_test, a_childs_retry_asks_for_the_child_alone) {
  auto work = test::known_character(world.wall());
  work.documents[0].checked_at = world.wall() - 1min;
  work.documents[1].synced_for.clear(); // equipment
  work.documents[1].retry_at = world.wall();
  children_answer(work);
  EXPECT_TRUE(sync(work).applied);
  EXPECT_EQ(asked(), (paths{test::character_path(work) + "/equipment"}));
  EXPECT_EQ(store.characters().at(0).outcome.profile_version, yesterday);
}

TEST_F(character_sync_test, a_child_whose_retry_time_has_not_come_waits) {
  auto work = test::known_character(world.wall());
  work.documents[1].synced_for.clear();
  work.documents[1].state = domain::document_state::failed;
  work.documents[1].retry_at = world.wall() + 1h;
  on_versioned(test::character_path(work), "{}", yesterday);
  EXPECT_TRUE(sync(work).checked);
  EXPECT_EQ(gateway_script_.asked.size(), 1u);
}

TEST_F(character_sync_test, what_arrived_is_stored_although_others_failed) {
  const auto work = test::new_character();
  const auto base = test::character_path(work);
  on(base, answer_of(200, test::profile_body(test::in_battlenet(work)), today));
  children_answer(work);
  on(base + "/equipment", answer_of(503));
  on(base + "/professions", answer_of(200, child(work, R"("primaries":5)")));
  const auto& done = sync(work);
  EXPECT_TRUE(done.applied);
  EXPECT_EQ(done.failures, 2u);
  const auto& outcome = store.characters().at(0).outcome;
  EXPECT_EQ(arrived(outcome), (std::vector{document::profile, document::mythic}));
  ASSERT_EQ(outcome.failed.size(), 2u);
  for (const auto& failed : outcome.failed) {
    if (failed.document == document::equipment) {
      EXPECT_EQ(failed.error_class, failure_class::transient);
      EXPECT_LE(failed.retry_at, world.wall() + 15s);
    } else {
      EXPECT_EQ(failed.document, document::professions);
      EXPECT_EQ(failed.error_class, failure_class::malformed);
      EXPECT_NE(failed.detail.find("primaries"), std::string::npos) << failed.detail;
    }
  }
  EXPECT_LE(outcome.next_due, world.wall() + 15s); // the earliest retry
}

TEST_F(character_sync_test, times_are_those_of_the_databases_clock) {
  auto work = test::known_character(world.wall());
  work.clock_ahead = 2h;
  work.documents[0].checked_at = world.wall() + 2h - 1min;
  work.documents[1].synced_for.clear();           // equipment
  work.documents[1].retry_at = world.wall() + 2h; // now, by that clock
  on(test::character_path(work) + "/equipment", answer_of(503));
  sync(work);
  ASSERT_EQ(store.characters().size(), 1u);
  const auto& outcome = store.characters()[0].outcome;
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.made_at, world.wall() + 2h);
  EXPECT_GT(outcome.failed[0].retry_at, outcome.made_at);
  EXPECT_LT(outcome.failed[0].retry_at, outcome.made_at + 15s);
  EXPECT_LT(outcome.next_due, outcome.made_at + 15s);
}

TEST_F(character_sync_test, failures_in_a_row_wait_longer) {
  auto work = test::known_character(world.wall());
  work.documents[0].failures = 4;
  on(test::character_path(work), answer_of(500));
  sync(work);
  const auto& failed = store.characters().at(0).outcome.failed;
  ASSERT_EQ(failed.size(), 1u);
  constexpr int fifth = 5;
  EXPECT_EQ(
      failed[0].retry_at,
      world.wall() + domain::retry_delay(failure_class::transient, fifth, 0.5));
}

TEST_F(character_sync_test, without_last_modified_the_content_is_the_version) {
  const auto work = test::new_character();
  const auto base = test::character_path(work);
  const auto who = test::in_battlenet(work);
  children_answer(work);
  on(base, answer_of(200, test::profile_body(who)));
  sync(work);
  const auto version = store.characters().at(0).outcome.profile_version;
  EXPECT_TRUE(version.starts_with("digest:")) << version;
  for (const auto& child : store.characters().at(0).outcome.arrived)
    EXPECT_TRUE(child.stored_version().starts_with("digest:"));

  auto known = test::known_character(world.wall());
  for (auto& record : known.documents) {
    record.last_modified.clear();
    record.version = version;
    record.synced_for = version;
  }
  gateway_script_.asked.clear();
  sync(known);
  EXPECT_EQ(asked(), (paths{base})) << "the same profile: no children";
  on(base, answer_of(200, test::profile_body(who, std::nullopt, 1'767'700'000'000)));
  gateway_script_.asked.clear();
  sync(known);
  EXPECT_EQ(asked().size(), 4u) << "another login: all children";
}

TEST_F(character_sync_test, a_last_modified_of_1970_is_none) {
  const auto work = test::new_character();
  on(test::character_path(work),
     answer_of(
         200, test::profile_body(test::in_battlenet(work)), "Thu, 1 Jan 1970 00:00:00 GMT"));
  sync(work);
  const auto& profile = store.characters().at(0).outcome.arrived.at(0);
  EXPECT_EQ(profile.last_modified, "");
  EXPECT_TRUE(profile.stored_version().starts_with("digest:"));
}

TEST_F(character_sync_test, a_profile_of_which_parts_cannot_be_read_is_asked_for_whole) {
  auto work = test::known_character(world.wall());
  work.documents[0].left_out = 1;
  on_versioned(
      test::character_path(work), test::profile_body(test::in_battlenet(work)), yesterday);
  sync(work);
  EXPECT_TRUE(gateway_script_.asked[0].if_modified_since.empty());
}

TEST_F(character_sync_test, long_unverified_is_asked_unconditionally) {
  auto work = test::known_character(world.wall());
  work.verified_at = world.wall() - 15 * 24h;
  on(test::character_path(work),
     answer_of(200, test::profile_body(test::in_battlenet(work)), yesterday));
  sync(work);
  EXPECT_TRUE(gateway_script_.asked[0].if_modified_since.empty());
  EXPECT_TRUE(store.characters().at(0).outcome.verified);
  EXPECT_EQ(gateway_script_.asked.size(), 1u); // the same version: no children
}

TEST_F(character_sync_test, a_refused_budget_is_no_failure_of_the_character) {
  failure why{ec::budget_exhausted};
  why.retry_at = world.wall() + 10s;
  const auto work = test::known_character(world.wall());
  on(test::character_path(work), [why](const auto&) { return fetch_reply{fail(why)}; });
  const auto& done = sync(work);
  ASSERT_TRUE(done.not_done);
  EXPECT_EQ(done.not_done->code, ec::budget_exhausted);
  EXPECT_EQ(done.not_done->retry_at, why.retry_at);
  EXPECT_TRUE(store.characters().empty());
}

TEST_F(character_sync_test, a_profile_is_kept_when_the_budget_ends_before_its_children) {
  failure why{ec::budget_exhausted};
  why.retry_at = world.wall() + 10s;
  const auto work = test::new_character();
  on(test::character_path(work),
     answer_of(200, test::profile_body(test::in_battlenet(work)), today));
  for (const auto* child : {"/equipment", "/mythic-keystone-profile", "/professions"})
    on(test::character_path(work) + child,
       [why](const auto&) { return fetch_reply{fail(why)}; });
  EXPECT_TRUE(sync(work).applied);
  EXPECT_EQ(arrived(store.characters().at(0).outcome), (std::vector{document::profile}));
  EXPECT_EQ(store.characters().at(0).outcome.next_due, *why.retry_at);
}

TEST_F(character_sync_test, names_that_cannot_be_asked_for_are_not) {
  for (const std::string name : {"", "Anna3f2a9c", "4711"}) {
    const auto& done = sync(test::new_character(1, name));
    EXPECT_TRUE(done.checked) << name;
    EXPECT_EQ(done.checked->next_due, world.wall() + environment->verify_within);
  }
  EXPECT_TRUE(gateway_script_.asked.empty());
}

TEST_F(character_sync_test, a_lost_lease_is_told_to_the_parent) {
  const auto work = test::new_character();
  on(test::character_path(work), answer_of(404));
  store.on<domain::apply_character>([](const auto&) { return fail(ec::lease_lost); });
  const auto& done = sync(work);
  EXPECT_FALSE(done.applied);
  ASSERT_TRUE(done.not_done);
  EXPECT_EQ(done.not_done->code, ec::lease_lost);
}

TEST_F(character_sync_test, how_long_to_wait_is_the_same_whatever_the_databases_clock_says) {
  for (const auto ahead : {-3h, 0h, 3h}) {
    auto work = test::known_character(world.wall() + ahead);
    work.clock_ahead = ahead;
    auto waits = answer_of(503);
    waits.retry_at = world.wall() + 50min;
    on(test::character_path(work), waits);
    sync(work);
    const auto& outcome = store.characters().back().outcome;
    EXPECT_EQ(outcome.next_due - outcome.made_at, 50min) << ahead.count();
    EXPECT_EQ(outcome.failed.at(0).retry_at - outcome.made_at, 50min) << ahead.count();
  }
}

TEST_F(character_sync_test, a_fresh_login_makes_the_old_weeks_document_due) {
  auto work = test::known_character(world.wall());
  work.documents[2].period_id = 999; // mythic, of the week before
  work.last_login_at = world.wall() - 70 * 24h;
  on_versioned(test::character_path(work), "{}", yesterday);
  EXPECT_TRUE(sync(work).checked); // long away: not asked

  work.last_login_at = world.wall() - 24h;
  children_answer(work);
  EXPECT_TRUE(sync(work).applied);
  EXPECT_EQ(times_asked(test::character_path(work) + "/mythic-keystone-profile"), 1u);
}

TEST_F(character_sync_test, a_document_is_at_most_of_the_week_after_the_one_that_is_known) {
  const auto work = test::new_character();
  const auto base = test::character_path(work);
  on(base, answer_of(200, test::profile_body(test::in_battlenet(work)), today));
  children_answer(work);
  on(base + "/mythic-keystone-profile",
     answer_of(200, child(work, R"("current_period":{"period":{"id":99999}})")));
  EXPECT_TRUE(sync(work).applied);
  EXPECT_EQ(store.characters().at(0).outcome.period_id, 1'001);
}

TEST_F(character_sync_test, an_unknown_region_is_an_answer_too) {
  auto work = test::new_character();
  work.address.region = domain::region::kr;
  EXPECT_TRUE(sync(work).not_done);
}

TEST_F(character_sync_test, the_task_says_who_waits_and_for_which_guild) {
  const auto work = test::new_character();
  sync(
      {.work = work,
       .priority = domain::priority::person,
       .group = 77,
       .remaining = 12,
       .current_period = std::nullopt,
       .announce = false});
  const auto& request = gateway_script_.asked.at(0);
  EXPECT_EQ(request.priority, domain::priority::person);
  EXPECT_EQ(request.group, 77);
  EXPECT_EQ(request.remaining, 12);
  EXPECT_EQ(request.expires, world.now() + fetch_patience);
  EXPECT_FALSE(store.characters().at(0).announce);
}

// --- something said that it has changed

TEST_F(character_sync_test, a_hint_is_looked_for_again_until_the_profile_is_newer) {
  auto work = test::known_character(world.wall());
  work.hint = domain::change_hint{.said = world.wall() - 1h};
  on_versioned(test::character_path(work), "{}", yesterday);
  constexpr double dear = 24; // without the hint nobody would look for days
  const auto look = [&] {
    return sync({.work = work, .current_period = 1'000, .terms = environment->terms(dear, {})});
  };
  const auto checked = look().checked;
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->hint, (domain::hint_answer{.said = work.hint->said, .tries = 1}));
  EXPECT_EQ(checked->next_due, checked->made_at + 30min);

  on(test::character_path(work),
     answer_of(200, test::profile_body(test::in_battlenet(work)), today));
  children_answer(work);
  work.hint->said = *domain::parse_last_modified(today);
  EXPECT_TRUE(look().applied);
  EXPECT_EQ(
      store.characters().at(0).outcome.hint, domain::hint_answer{.said = work.hint->said});
  EXPECT_GT(store.characters()[0].outcome.next_due, world.wall() + 24h);
}

TEST_F(character_sync_test, a_hint_does_not_pass_the_waiting_time_of_a_failure) {
  auto work = test::new_character();
  work.hint = domain::change_hint{.said = world.wall() - 1h};
  sync(work); // 404
  EXPECT_FALSE(store.characters().at(0).outcome.hint);
  EXPECT_GT(store.characters()[0].outcome.next_due, world.wall() + 12h);
}

} // namespace
} // namespace guildhall::actors
