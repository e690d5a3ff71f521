#include "domain/character_plan.hpp"
#include "domain/document_kinds.hpp"
#include "domain/last_modified.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

constexpr time_point noon{std::chrono::seconds{1'767'700'800}};
const std::string this_version = "Mon, 5 Jan 2026 10:00:00 GMT";
const std::string older_version = "Sun, 4 Jan 2026 10:00:00 GMT";

plan_context at_noon() {
  plan_context context;
  context.now = noon;
  context.current_period = 1'000;
  context.terms.price = floor_price(45min);
  return context;
}

document_record record(document what, std::string last_modified, std::string synced_for = {}) {
  document_record one;
  one.document = what;
  one.state = document_state::ok;
  one.last_modified = std::move(last_modified);
  one.synced_for = std::move(synced_for);
  return one;
}

/// Everything of hers is stored and belongs to `this_version`.
character_work known() {
  character_work work;
  work.name = "Anna";
  work.profile_stored = true;
  work.verified_at = noon - 24h;
  work.last_login_at = noon - 48h;
  work.grouped = true;
  work.documents = {record(document::profile, this_version)};
  for (const auto child : child_documents) {
    work.documents.push_back(record(child, this_version, this_version));
    work.documents.back().period_id = 1'000;
  }
  return work;
}

document_record& of(character_work& work, document what) {
  return *std::ranges::find(work.documents, what, &document_record::document);
}

// --- the profile

TEST(plan_profile, a_stored_and_verified_profile_is_asked_for_conditionally) {
  EXPECT_TRUE(plan_profile(known(), at_noon()).ask);
  EXPECT_TRUE(plan_profile(known(), at_noon()).conditional);
}

TEST(plan_profile, a_body_of_another_identity_is_no_condition) {
  auto work = known();
  work.profile_stored = false;
  EXPECT_FALSE(plan_profile(work, at_noon()).conditional);
}

TEST(plan_profile, long_unverified_is_asked_unconditionally) {
  auto work = known();
  work.verified_at = noon - 14 * 24h;
  EXPECT_FALSE(plan_profile(work, at_noon()).conditional);
  work.verified_at.reset();
  EXPECT_FALSE(plan_profile(work, at_noon()).conditional);
}

TEST(plan_profile, without_a_date_or_after_a_failure_there_is_no_condition) {
  auto work = known();
  of(work, document::profile).last_modified.clear();
  EXPECT_FALSE(plan_profile(work, at_noon()).conditional);
  work = known();
  of(work, document::profile).state = document_state::malformed;
  EXPECT_FALSE(plan_profile(work, at_noon()).conditional);
}

TEST(plan_profile, names_that_battle_net_cannot_be_asked_for_are_not) {
  for (const auto* name : {"", "Anna4f3e", "12345", "An na"}) {
    auto work = known();
    work.name = name;
    EXPECT_FALSE(plan_profile(work, at_noon()).ask) << name;
  }
  auto work = known();
  work.name = "Ёжик";
  EXPECT_TRUE(plan_profile(work, at_noon()).ask);
}

TEST(plan_profile, a_childs_retry_does_not_ask_for_a_fresh_profile_again) {
  auto work = known();
  of(work, document::profile).checked_at = noon - 1min;
  EXPECT_FALSE(plan_profile(work, at_noon()).fresh); // nothing else to ask for
  of(work, document::equipment).synced_for = older_version;
  EXPECT_TRUE(plan_profile(work, at_noon()).fresh);
  of(work, document::profile).checked_at = noon - 5h;
  EXPECT_FALSE(plan_profile(work, at_noon()).fresh);
  of(work, document::profile).checked_at = noon - 1min;
  work.forced = true;
  EXPECT_FALSE(plan_profile(work, at_noon()).fresh);
}

TEST(plan_profile, a_hint_is_looked_for_also_when_the_profile_was_asked_for_lately) {
  auto work = known();
  of(work, document::profile).checked_at = noon - 10min;
  of(work, document::equipment).synced_for = older_version;
  ASSERT_TRUE(plan_profile(work, at_noon()).fresh);
  work.hint = change_hint{.said = noon - 1min};
  EXPECT_FALSE(plan_profile(work, at_noon()).fresh);
  work.hint->tries = 1; // not yet again
  EXPECT_TRUE(plan_profile(work, at_noon()).fresh);
  work.hint = change_hint{.said = noon - 900 * 24h}; // it is newer
  EXPECT_TRUE(plan_profile(work, at_noon()).fresh);
}

// --- its children

TEST(plan_children, nothing_is_due_when_all_belongs_to_the_profile) {
  EXPECT_TRUE(plan_children(known(), this_version, at_noon()).empty());
}

TEST(plan_children, a_new_profile_version_makes_all_of_them_due) {
  const auto due = plan_children(known(), "Tue, 6 Jan 2026 10:00:00 GMT", at_noon());
  EXPECT_EQ(due, (std::vector(child_documents.begin(), child_documents.end())));
}

TEST(plan_children, one_that_belongs_to_an_older_version_is_due_whatever_the_profile_answered) {
  auto work = known();
  of(work, document::equipment).synced_for = older_version;
  EXPECT_EQ(plan_children(work, this_version, at_noon()), (std::vector{document::equipment}));
}

TEST(plan_children, a_retry_time_is_waited_for_unless_a_person_asks) {
  auto work = known();
  auto& equipment = of(work, document::equipment);
  equipment.synced_for = older_version;
  equipment.retry_at = noon + 1min;
  EXPECT_TRUE(plan_children(work, this_version, at_noon()).empty());
  work.forced = true;
  EXPECT_EQ(plan_children(work, this_version, at_noon()), (std::vector{document::equipment}));
  work.forced = false;
  equipment.retry_at = noon;
  EXPECT_EQ(plan_children(work, this_version, at_noon()), (std::vector{document::equipment}));
}

TEST(plan_children, an_older_mythic_week_is_due_for_those_who_played_within_eight_weeks) {
  auto work = known();
  of(work, document::mythic).period_id = 999;
  EXPECT_EQ(plan_children(work, this_version, at_noon()), (std::vector{document::mythic}));
  work.last_login_at = noon - 57 * 24h;
  EXPECT_TRUE(plan_children(work, this_version, at_noon()).empty());
  work.last_login_at = noon - 55 * 24h;
  auto context = at_noon();
  context.current_period.reset(); // not known yet
  EXPECT_TRUE(plan_children(work, this_version, context).empty());
}

TEST(plan_children, toys_are_asked_for_where_grouping_needs_them_and_once_in_thirty_days) {
  auto work = known();
  work.grouped = false;
  EXPECT_EQ(plan_children(work, this_version, at_noon()), (std::vector{document::toys}));
  work.documents.push_back(record(document::toys, {}));
  of(work, document::toys).fetched_at = noon - 29 * 24h;
  EXPECT_TRUE(plan_children(work, this_version, at_noon()).empty());
  of(work, document::toys).fetched_at = noon - 30 * 24h;
  EXPECT_EQ(plan_children(work, this_version, at_noon()), (std::vector{document::toys}));
  work.user = user_id{1};
  EXPECT_TRUE(plan_children(work, this_version, at_noon()).empty());
}

TEST(plan_children, an_optional_document_is_due_only_where_it_is_switched_on) {
  EXPECT_TRUE(plan_children(known(), this_version, at_noon()).empty());
  auto context = at_noon();
  context.optional_documents = {document::raids};
  EXPECT_EQ(plan_children(known(), this_version, context), (std::vector{document::raids}));
}

RC_GTEST_PROP(plan_children, each_document_is_planned_at_most_once, ()) {
  auto work = known();
  work.grouped = *rc::gen::arbitrary<bool>();
  work.forced = *rc::gen::arbitrary<bool>();
  for (auto& one : work.documents) {
    if (*rc::gen::arbitrary<bool>())
      one.synced_for = older_version;
    if (*rc::gen::arbitrary<bool>())
      one.retry_at = noon + std::chrono::seconds{*rc::gen::inRange(-100, 100)};
  }
  auto due = plan_children(work, this_version, at_noon());
  std::ranges::sort(due);
  RC_ASSERT(std::ranges::adjacent_find(due) == due.end());
  RC_ASSERT(std::ranges::find(due, document::profile) == due.end());
}

// --- when again

document_failure failed(document what, time_point retry_at) {
  return {
      .document = what,
      .error_class = failure_class::transient,
      .detail = {},
      .retry_at = retry_at};
}

/// As the rule says: her profile was looked at now.
time_point by_the_rule(const character_outcome& outcome, const plan_context& context) {
  return plan_next_check(outcome, context, 0.5).due;
}

character_outcome unchanged() {
  character_outcome outcome;
  outcome.work = known();
  outcome.unchanged = {document::profile};
  return outcome;
}

TEST(plan_next_check, whoever_plays_more_is_looked_at_sooner) {
  auto often = unchanged();
  often.work.seen = {.changes = 20, .exposure = 240, .as_of = noon - 1h};
  auto rarely = unchanged();
  rarely.work.seen = {.changes = 0.1, .exposure = 240, .as_of = noon - 1h};
  rarely.work.last_login_at = noon - 30 * 24h;
  of(rarely.work, document::profile).last_modified = "Sat, 6 Dec 2025 10:00:00 GMT";
  EXPECT_LT(by_the_rule(often, at_noon()), by_the_rule(rarely, at_noon()));
}

TEST(plan_next_check, at_a_higher_price_everybody_waits_longer) {
  auto dear = at_noon();
  dear.terms.price = 10 * at_noon().terms.price;
  EXPECT_LT(by_the_rule(unchanged(), at_noon()), by_the_rule(unchanged(), dear));
}

TEST(plan_next_check, a_new_version_of_a_known_profile_is_a_change) {
  character_outcome outcome;
  outcome.work = known();
  outcome.work.seen.as_of = noon - 48h;
  const std::string new_version = "Tue, 6 Jan 2026 10:00:00 GMT";
  outcome.arrived = {{document::profile, "{}", new_version, {}}};
  const auto next = plan_next_check(outcome, at_noon(), 0.5);
  ASSERT_TRUE(next.look);
  EXPECT_EQ(next.look->changed_at, parse_last_modified(new_version));
  EXPECT_GT(next.look->seen.changes, 0.9);
  EXPECT_EQ(next.look->seen.as_of, noon);
  EXPECT_EQ(next.look->price, at_noon().terms.price);
}

TEST(plan_next_check, the_first_sight_of_a_profile_is_no_change) {
  character_outcome outcome;
  outcome.work.name = "Anna";
  outcome.arrived = {{document::profile, "{}", this_version, {}}};
  const auto next = plan_next_check(outcome, at_noon(), 0.5);
  ASSERT_TRUE(next.look);
  EXPECT_FALSE(next.look->changed_at);
  EXPECT_EQ(next.look->seen.changes, 0);
}

TEST(plan_next_check, a_failure_tells_nothing_of_how_often_somebody_changes) {
  character_outcome outcome;
  outcome.work = known();
  outcome.failed = {failed(document::profile, noon + 25h)};
  EXPECT_FALSE(plan_next_check(outcome, at_noon(), 0.5).look);
}

// --- something said that it has changed

/// Nobody would look for days without a hint.
plan_context dear() {
  auto context = at_noon();
  context.terms.price = 48;
  return context;
}
const auto profile_changed = *parse_last_modified(this_version);

TEST(plan_next_check, an_unchanged_profile_is_looked_at_again_half_an_hour_after_a_hint) {
  auto outcome = unchanged();
  outcome.work.hint = change_hint{.said = profile_changed + 1h, .tries = 0};
  const auto next = plan_next_check(outcome, dear(), 0.5);
  EXPECT_EQ(next.hint, (hint_answer{.said = profile_changed + 1h, .tries = 1}));
  EXPECT_EQ(next.due, noon + 30min);
}

TEST(plan_next_check, four_looks_for_a_hint_in_vain_are_enough) {
  auto outcome = unchanged();
  outcome.work.hint = change_hint{.said = profile_changed + 1h, .tries = 3};
  const auto next = plan_next_check(outcome, dear(), 0.5);
  EXPECT_EQ(next.hint, (hint_answer{.said = profile_changed + 1h, .tries = 4}));
  EXPECT_GT(next.due, noon + 24h);
}

TEST(plan_next_check, a_profile_that_arrives_newer_ends_a_hint) {
  character_outcome outcome;
  outcome.work = known();
  of(outcome.work, document::profile).last_modified = older_version;
  outcome.work.hint = change_hint{.said = profile_changed - 1h, .tries = 2};
  outcome.arrived = {{document::profile, "{}", this_version, {}}};
  const auto next = plan_next_check(outcome, dear(), 0.5);
  EXPECT_EQ(next.hint, hint_answer{.said = profile_changed - 1h});
  EXPECT_GT(next.due, noon + 24h);
}

TEST(plan_next_check, a_profile_that_was_not_seen_says_nothing_of_a_hint) {
  character_outcome outcome;
  outcome.work = known();
  outcome.work.hint = change_hint{.said = noon - 1h};
  EXPECT_FALSE(plan_next_check(outcome, dear(), 0.5).hint);
  EXPECT_FALSE(plan_next_check(unchanged(), dear(), 0.5).hint) << "nobody looked for one";
}

// --- retries

TEST(plan_next_check, is_the_earliest_retry_of_a_child) {
  auto outcome = unchanged();
  outcome.failed = {
      failed(document::mythic, noon + 40s), failed(document::equipment, noon + 20s)};
  EXPECT_EQ(by_the_rule(outcome, at_noon()), noon + 20s);
}

TEST(plan_next_check, waits_for_the_profile_without_which_nothing_can_be_asked_for) {
  character_outcome outcome;
  outcome.failed = {failed(document::profile, noon + 25h)};
  EXPECT_EQ(by_the_rule(outcome, at_noon()), noon + 25h);
}

TEST(plan_next_check, does_not_forget_a_child_whose_retry_has_not_come) {
  auto outcome = unchanged();
  of(outcome.work, document::equipment).retry_at = noon + 10min;
  of(outcome.work, document::professions).retry_at = noon - 10min; // arrived this time
  EXPECT_EQ(by_the_rule(outcome, at_noon()), noon + 10min);
}

TEST(plan_next_check, is_no_retry_of_a_document_that_was_switched_off) {
  auto outcome = unchanged();
  outcome.work.documents.push_back(record(document::raids, {}));
  of(outcome.work, document::raids).retry_at = noon + 10min;
  auto context = at_noon();
  EXPECT_GT(by_the_rule(outcome, context), noon + 10min);
  context.optional_documents = {document::raids};
  EXPECT_EQ(by_the_rule(outcome, context), noon + 10min);
}

TEST(plan_next_check, a_childs_retry_does_not_put_the_profile_off) {
  const auto at_once = by_the_rule(unchanged(), at_noon());
  character_outcome outcome;
  outcome.work = known();
  of(outcome.work, document::profile).checked_at = noon - 20min;
  outcome.arrived = {{document::equipment, "{}", this_version, {}}};
  const auto next = plan_next_check(outcome, at_noon(), 0.5);
  EXPECT_LT(next.due, at_once);
  EXPECT_FALSE(next.look);
}

RC_GTEST_PROP(plan_next_check, is_never_in_the_past, ()) {
  character_outcome outcome;
  const auto failures = *rc::gen::inRange(0, 4);
  for (int i = 0; i < failures; ++i)
    outcome.failed.push_back(failed(
        *rc::gen::element(document::profile, document::equipment, document::mythic),
        noon + std::chrono::seconds{*rc::gen::inRange(-100, 100)}));
  const auto random = *rc::gen::inRange(0, 1'000) / 1'000.0;
  RC_ASSERT(plan_next_check(outcome, at_noon(), random).due >= noon);
}

} // namespace
} // namespace guildhall::domain
