#include "tests/actors/support/guild_fixture.hpp"

namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using domain::document;
using domain::failure_class;
using test::answer_of;
using test::today;
using test::yesterday;
using paths = std::vector<std::string>;

/// A hint of where a look is worth a call: its failures are nobody's trouble.
class guild_activity : public test::guild_fixture {
protected:
  void SetUp() override {
    on_versioned(guild_path, "{}", yesterday);
    on_versioned(guild_path + "/roster", "{}", yesterday);
  }

  std::int64_t ago(std::chrono::seconds since) {
    return std::chrono::floor<std::chrono::seconds>(world.wall() - since)
               .time_since_epoch()
               .count()
         * 1'000;
  }
  void expect_guild_is_well() {
    const auto& outcome = store.guilds().at(0).outcome;
    EXPECT_TRUE(outcome.failed.empty());
    EXPECT_EQ(outcome.unchanged, (std::vector{document::guild, document::roster}));
    EXPECT_GT(outcome.next_due, world.wall() + 3h);
    EXPECT_FALSE(store.finished().at(0).failed);
    EXPECT_EQ(store.finished()[0].error, "");
    EXPECT_TRUE(ended);
  }

  const std::string activity_path = guild_path + "/activity";
};

TEST_F(guild_activity, is_asked_for_last_and_hints_at_who_did_something) {
  on(activity_path,
     answer_of(
         200, test::activity_body(guild, {{anna, ago(1h)}, {{}, ago(2h)}, {{}, ago(3h)}}),
         today));
  sync(known_guild());
  EXPECT_EQ(asked(), (paths{guild_path, guild_path + "/roster", activity_path}));
  EXPECT_EQ(gateway_script_.asked[2].priority, domain::priority::roster);
  EXPECT_EQ(gateway_script_.asked[2].if_modified_since, "");
  expect_guild_is_well();
  const auto& outcome = store.guilds()[0].outcome;
  ASSERT_EQ(outcome.hints.size(), 1u);
  EXPECT_EQ(outcome.hints[0].bnet_id, bnet_character_id{anna.id});
  EXPECT_EQ(outcome.hints[0].said, time_point{std::chrono::milliseconds{ago(1h)}});
  ASSERT_TRUE(outcome.activity.arrived);
  EXPECT_EQ(outcome.activity.arrived->last_modified, today);
  EXPECT_EQ(outcome.activity.arrived->body, "") << "nothing of it is kept";
  EXPECT_EQ(
      outcome.raid_moments, (std::vector{
                                time_point{std::chrono::milliseconds{ago(2h)}},
                                time_point{std::chrono::milliseconds{ago(3h)}}}));
}

TEST_F(guild_activity, counts_a_raid_once_as_time_in_which_the_guild_plays) {
  const auto body = test::activity_body(guild, {{{}, ago(2h)}, {{}, ago(40h)}});
  on(activity_path, answer_of(200, body, today));
  auto work = known_guild();
  work.activity_document = test::stored(document::activity, yesterday);
  sync(work);
  EXPECT_EQ(
      store.finished().at(0).played,
      (std::vector{time_point{std::chrono::milliseconds{ago(2h)}}}))
      << "the other one was told of before";
}

TEST_F(guild_activity, counts_no_raid_that_will_be_told_of_again) {
  on(activity_path, answer_of(200, test::activity_body(guild, {{{}, ago(2h)}}), today));
  store.on<domain::apply_guild>(
      [](const domain::apply_guild&) -> result<domain::guild_applied> {
        return fail(ec::database_down);
      });
  sync(known_guild());
  EXPECT_TRUE(store.finished().at(0).played.empty());
}

TEST_F(guild_activity, that_has_not_changed_says_nothing) {
  on_versioned(activity_path, test::activity_body(guild, {{anna, ago(1h)}}), yesterday);
  auto work = known_guild();
  work.activity_document = test::stored(document::activity, yesterday);
  work.activity_document.fetched_at = world.wall() - 24h;
  sync(work);
  expect_guild_is_well();
  EXPECT_TRUE(store.guilds()[0].outcome.activity.unchanged);
  EXPECT_TRUE(store.guilds()[0].outcome.hints.empty());
}

TEST_F(guild_activity, that_fails_is_noted_and_the_guild_is_well) {
  const test::body_guild other{71, "Other Guild", "other-guild", {}};
  const std::vector<std::pair<battlenet::answer, failure_class>> answers_of_it{
      {answer_of(404), failure_class::not_found},
      {answer_of(403), failure_class::forbidden},
      {answer_of(502), failure_class::transient},
      {answer_of(200, "{}", today), failure_class::malformed},
      {answer_of(200, "[1", today), failure_class::malformed},
      {answer_of(200, test::activity_body(other, {{anna, ago(1h)}}), today),
       failure_class::malformed}};
  for (const auto& [answer, why] : answers_of_it) {
    on(activity_path, answer);
    store.forget<domain::apply_guild>();
    store.forget<domain::finish_guild>();
    sync(known_guild());
    expect_guild_is_well();
    const auto& told = store.guilds().at(0).outcome.activity;
    EXPECT_FALSE(told.arrived);
    ASSERT_TRUE(told.failed);
    EXPECT_EQ(told.failed->error_class, why);
    EXPECT_TRUE(store.guilds()[0].outcome.hints.empty());
  }
}

TEST_F(guild_activity, that_cannot_be_asked_for_is_no_failure) {
  on(activity_path, [](const auto&) { return fetch_reply{fail(ec::budget_exhausted)}; });
  sync(known_guild());
  expect_guild_is_well();
  EXPECT_FALSE(store.guilds()[0].outcome.activity.failed);
}

TEST_F(guild_activity, that_is_not_shown_is_not_asked_for_before_its_time) {
  auto work = known_guild();
  work.activity_document.retry_at = world.wall() + 1h;
  sync(work);
  EXPECT_EQ(times_asked(activity_path), 0u);
  expect_guild_is_well();
}

TEST_F(guild_activity, is_not_asked_for_when_the_roster_failed) {
  on(guild_path + "/roster", answer_of(502));
  sync(known_guild());
  EXPECT_EQ(times_asked(activity_path), 0u);
}

} // namespace
} // namespace guildhall::actors
