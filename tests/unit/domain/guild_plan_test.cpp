#include "domain/guild_plan.hpp"
#include "domain/retry.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

constexpr time_point noon{std::chrono::seconds{1'767'700'800}};
constexpr guild_context at_noon{.now = noon, .guild_interval = 4h, .random = 0.5};
const std::string yesterday = "Mon, 5 Jan 2026 10:00:00 GMT";

document_record stored(document what) {
  document_record record;
  record.document = what;
  record.state = document_state::ok;
  record.last_modified = yesterday;
  record.fetched_at = noon - 24h;
  return record;
}

guild_work new_guild() {
  guild_work work;
  work.lease = {queue_entry_id{7}, lease_token{70}};
  work.tracked = tracked_guild_id{5};
  work.address = {region::eu, "stormrage", "the-guild"};
  return work;
}
guild_work known_guild() {
  auto work = new_guild();
  work.guild = guild_id{50};
  work.identity = {region::eu, realm_id{60}, bnet_guild_id{70}};
  work.guild_document = stored(document::guild);
  work.roster_document = stored(document::roster);
  return work;
}

// --- how its documents are asked for

std::string condition(const guild_work& work, document what) {
  return guild_condition(work, what, at_noon);
}

TEST(guild_condition, what_is_stored_is_asked_for_conditionally) {
  EXPECT_EQ(condition(known_guild(), document::guild), yesterday);
  EXPECT_EQ(condition(known_guild(), document::roster), yesterday);
  EXPECT_EQ(condition(new_guild(), document::guild), "");
}

TEST(guild_condition, what_is_not_known_to_be_right_is_asked_for_whole) {
  auto work = known_guild();
  work.guild_document.state = document_state::failed;
  EXPECT_EQ(condition(work, document::guild), "");
  EXPECT_EQ(condition(work, document::roster), yesterday);
}

TEST(guild_condition, a_suspect_roster_and_the_guild_that_counts_it_are_asked_for_whole) {
  auto work = known_guild();
  work.roster_document.state = document_state::suspect;
  EXPECT_EQ(condition(work, document::roster), "");
  EXPECT_EQ(condition(work, document::guild), "");
}

TEST(guild_condition, nothing_is_confirmed_by_304s_for_more_than_14_days) {
  auto work = known_guild();
  work.guild_document.fetched_at = noon - 14 * 24h;
  work.roster_document.fetched_at = noon - 14 * 24h + 1s;
  EXPECT_EQ(condition(work, document::guild), "");
  EXPECT_EQ(condition(work, document::roster), yesterday);
}

TEST(guild_condition, a_person_who_asks_gets_a_whole_answer) {
  auto work = known_guild();
  work.forced = true;
  EXPECT_EQ(condition(work, document::guild), "");
  EXPECT_EQ(condition(work, document::roster), "");
}

TEST(guild_condition, a_date_in_the_future_is_no_condition) {
  auto work = known_guild();
  work.roster_document.last_modified = "Thu, 01 Jan 2099 00:00:00 GMT";
  EXPECT_EQ(condition(work, document::roster), "");
  EXPECT_EQ(condition(work, document::guild), yesterday);
}

// --- its activity

TEST(guild_activity, is_asked_for_with_a_guild_that_is_known) {
  EXPECT_FALSE(activity_is_due(new_guild(), at_noon)) << "everybody is due at once";
  auto work = known_guild();
  EXPECT_TRUE(activity_is_due(work, at_noon));
  EXPECT_EQ(condition(work, document::activity), "");
  work.activity_document = stored(document::activity);
  EXPECT_TRUE(activity_is_due(work, at_noon));
  EXPECT_EQ(condition(work, document::activity), yesterday);
}

TEST(guild_activity, that_is_not_shown_is_left_alone_for_a_day) {
  for (const auto why : {failure_class::not_found, failure_class::forbidden})
    for (const bool shown : {false, true}) {
      auto work = known_guild();
      if (shown)
        work.activity_document = stored(document::activity);
      const auto failed = failed_activity(work, {why, "404"}, at_noon);
      EXPECT_EQ(failed.document, document::activity);
      EXPECT_GE(failed.retry_at, noon + 24h);
      EXPECT_LE(failed.retry_at, noon + 25h);
      work.activity_document.retry_at = failed.retry_at;
      EXPECT_FALSE(activity_is_due(work, at_noon));
      auto later = at_noon;
      later.now = failed.retry_at;
      EXPECT_TRUE(activity_is_due(work, later));
    }
}

TEST(guild_activity, that_failed_otherwise_is_asked_for_with_the_next_step) {
  const auto failed =
      failed_activity(known_guild(), {failure_class::transient, "502"}, at_noon);
  EXPECT_LT(failed.retry_at, noon + 1h);
}

// --- whose answer it is

realm_ref realm(std::int64_t id) {
  return {.id = realm_id{id}, .slug = {}, .name = {}};
}

TEST(is_foreign, another_id_or_another_realm_is_another_guild) {
  const auto known = known_guild().identity;
  EXPECT_FALSE(is_foreign(known, bnet_guild_id{70}, realm(60)));
  EXPECT_TRUE(is_foreign(known, bnet_guild_id{71}, realm(60)));
  EXPECT_TRUE(is_foreign(known, bnet_guild_id{70}, realm(61)));
}

TEST(is_foreign, nobody_is_foreign_where_nobody_is_known) {
  EXPECT_FALSE(is_foreign(std::nullopt, bnet_guild_id{70}, realm(60)));
}

// --- what failed

TEST(failed_attempt, waits_longer_the_more_have_failed_in_a_row) {
  auto work = known_guild();
  work.guild_document.failures = 8;
  constexpr int ninth = 9;
  const auto failed =
      failed_attempt(work, document::guild, {failure_class::transient, "503"}, at_noon);
  EXPECT_EQ(failed.document, document::guild);
  EXPECT_EQ(failed.detail, "503");
  EXPECT_EQ(failed.retry_at, noon + retry_delay(failure_class::transient, ninth, 0.5));
}

TEST(failed_attempt, a_guild_that_was_never_fetched_counts_its_own) {
  auto work = new_guild();
  work.attempts = 8;
  const auto failed =
      failed_attempt(work, document::guild, {failure_class::transient, {}}, at_noon);
  EXPECT_EQ(failed.retry_at, noon + retry_delay(failure_class::transient, 9, 0.5));
}

TEST(failed_attempt, a_roster_that_is_not_found_is_looked_for_soon_but_a_guild_tomorrow) {
  const auto roster =
      failed_attempt(known_guild(), document::roster, {failure_class::not_found, {}}, at_noon);
  EXPECT_EQ(roster.error_class, failure_class::transient);
  EXPECT_LE(roster.retry_at, noon + 15s);
  const auto guild =
      failed_attempt(new_guild(), document::guild, {failure_class::not_found, {}}, at_noon);
  EXPECT_TRUE(guild.is_verdict());
  EXPECT_GE(guild.retry_at, noon + 24h);
}

TEST(failed_attempt, a_guild_that_was_there_is_looked_for_twice) {
  auto work = known_guild();
  work.guild_document.state = document_state::ok;
  EXPECT_TRUE(answered_well(work, document::guild));
  const auto once =
      failed_attempt(work, document::guild, {failure_class::not_found, {}}, at_noon);
  EXPECT_FALSE(once.is_verdict());
  EXPECT_EQ(once.retry_at, noon + 15min);
}

TEST(failed_attempt, the_tries_of_a_guild_are_counted_by_what_they_met) {
  auto work = new_guild();
  work.attempts = 6;
  work.attempts_class = failure_class::transient;
  const auto malformed =
      failed_attempt(work, document::guild, {failure_class::malformed, "x"}, at_noon);
  EXPECT_EQ(malformed.retry_at, noon + retry_delay(failure_class::malformed, 1, 0.5));
  work.attempts_class = failure_class::not_found;
  const auto transient =
      failed_attempt(work, document::guild, {failure_class::transient, "x"}, at_noon);
  EXPECT_EQ(transient.retry_at, noon + retry_delay(failure_class::transient, 1, 0.5));
}

// --- when it is due again

guild_outcome outcome_of(guild_work work) {
  guild_outcome outcome;
  outcome.work = std::move(work);
  return outcome;
}

TEST(next_guild_due, after_the_interval) {
  EXPECT_EQ(next_guild_due(outcome_of(known_guild()), std::nullopt, at_noon), noon + 4h);
  auto work = known_guild();
  work.interval = 600s;
  EXPECT_EQ(next_guild_due(outcome_of(work), std::nullopt, at_noon), noon + 600s);
}

TEST(next_guild_due, not_before_the_answer_is_stale_whatever_the_jitter) {
  auto work = known_guild();
  work.interval = 600s;
  auto early = at_noon;
  early.random = 0;
  EXPECT_EQ(next_guild_due(outcome_of(work), 10'800s, early), noon + 10'800s);
  EXPECT_EQ(next_guild_due(outcome_of(known_guild()), 60s, at_noon), noon + 4h);
  EXPECT_EQ(next_guild_due(outcome_of(known_guild()), 7 * 24h, at_noon), noon + 24h)
      << "nothing is good for a week";
}

TEST(next_guild_due, at_the_first_retry_after_failures) {
  auto outcome = outcome_of(known_guild());
  for (const auto wait : {3min, 1min})
    outcome.failed.push_back({document::roster, failure_class::transient, {}, noon + wait});
  EXPECT_EQ(next_guild_due(outcome, 10'800s, at_noon), noon + 1min);
}

// --- how it is left

guild_outcome done_until(time_point due) {
  auto outcome = outcome_of(known_guild());
  outcome.next_due = due;
  return outcome;
}

TEST(finish_of, a_turn_that_went_well) {
  const auto finish = finish_of(done_until(noon + 4h), guild_applied{}, std::nullopt, at_noon);
  EXPECT_EQ(finish.lease.token, lease_token{70});
  EXPECT_EQ(finish.guild, guild_id{50});
  EXPECT_EQ(finish.next_roster_due, noon + 4h);
  EXPECT_FALSE(finish.not_before);
  EXPECT_FALSE(finish.failed);
  EXPECT_EQ(finish.error, "");
}

TEST(finish_of, characters_alone_leave_the_rosters_time_as_it_is) {
  auto outcome = outcome_of(known_guild());
  outcome.work.roster_due = false;
  const auto finish = finish_of(outcome, std::nullopt, std::nullopt, at_noon);
  EXPECT_FALSE(finish.next_roster_due);
  EXPECT_FALSE(finish.failed);
}

TEST(finish_of, a_document_that_failed_or_could_not_be_stored_is_a_failure) {
  auto outcome = done_until(noon + 10s);
  outcome.failed.push_back({document::roster, failure_class::transient, {}, noon + 10s});
  EXPECT_TRUE(finish_of(outcome, guild_applied{}, std::nullopt, at_noon).failed);
  const auto refused = finish_of(
      done_until(noon + 4h), guild_applied{.guild = {}, .retry_at = noon + 10min}, std::nullopt,
      at_noon);
  EXPECT_TRUE(refused.failed);
  EXPECT_EQ(refused.next_roster_due, noon + 10min);
}

TEST(finish_of, a_suspect_roster_is_no_failure_but_looked_at_again_soon) {
  const auto finish = finish_of(
      done_until(noon + 4h), guild_applied{.guild = {}, .look_again = noon + 11min},
      std::nullopt, at_noon);
  EXPECT_FALSE(finish.failed);
  EXPECT_EQ(finish.next_roster_due, noon + 11min);
}

TEST(finish_of, what_stopped_it_says_when_to_come_back) {
  failure why{ec::budget_exhausted};
  why.retry_at = noon + 10s;
  const auto finish = finish_of(done_until(noon), std::nullopt, why, at_noon);
  EXPECT_EQ(finish.not_before, noon + 10s);
  EXPECT_FALSE(finish.next_roster_due);
  EXPECT_TRUE(finish.failed);
  EXPECT_NE(finish.error, "");
}

TEST(finish_of, what_stopped_it_without_a_time_leaves_a_pause) {
  auto outcome = done_until(noon + 4h);
  outcome.work.attempts = 4;
  const auto finish =
      finish_of(outcome, guild_applied{}, failure{ec::deadline_expired}, at_noon);
  EXPECT_EQ(finish.not_before, noon + retry_delay(failure_class::transient, 5, 0.5));
  EXPECT_EQ(finish.next_roster_due, noon + 4h);
  EXPECT_FALSE(finish.failed); // the guild step was done
}

TEST(finish_of, says_what_its_failure_was) {
  auto outcome = done_until(noon + 10s);
  outcome.failed.push_back({document::guild, failure_class::not_found, {}, noon + 10s});
  EXPECT_EQ(
      finish_of(outcome, guild_applied{}, std::nullopt, at_noon).failed_as,
      failure_class::not_found);
  EXPECT_EQ(
      finish_of(
          done_until(noon), guild_applied{.guild = {}, .retry_at = noon}, std::nullopt, at_noon)
          .failed_as,
      failure_class::malformed);
}

TEST(finish_of, a_stop_after_days_of_404_is_the_first_of_its_kind) {
  auto outcome = done_until(noon + 4h);
  outcome.work.attempts = 12;
  outcome.work.attempts_class = failure_class::not_found;
  const auto finish = finish_of(outcome, std::nullopt, failure{ec::deadline_expired}, at_noon);
  EXPECT_EQ(finish.not_before, noon + retry_delay(failure_class::transient, 1, 0.5));
}

} // namespace
} // namespace guildhall::domain
