#include "domain/control.hpp"
#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;
using domain::priority;

/// The database's clock and the instance's differ, by this.
class clocks : public mirror, public testing::WithParamInterface<std::chrono::seconds> {
protected:
  void SetUp() override {
    mirror::SetUp();
    guild = mirrored(members);
    finish(claim(), guild);
    db->shift_clock(GetParam());
    db->exec("update sync_queue set due_at = app_now() - interval '1 second';"
             "update tracked_guilds set roster_due_at = app_now() - interval '1 second'");
  }

  /// Seconds until then, by the database's clock.
  std::int64_t left(const std::string& column, const std::string& rows) {
    return count(
        "select round(extract(epoch from max(" + column + ") - app_now()))::bigint from "
        + rows);
  }
  /// The database's clock stands still from now on: what is left does not become less while
  /// the machine is busy.
  void stop_clock() {
    db->exec(
        "create or replace function app_now() returns timestamptz language sql stable parallel "
        "safe as $$ select timestamptz '"
        + scalar("select app_now()") + "' $$");
  }
  static void near(std::int64_t seconds, std::int64_t expected) {
    EXPECT_NEAR(static_cast<double>(seconds), static_cast<double>(expected), 1);
  }

  const std::vector<member> members = crowd(10);
  guild_id guild;
};

TEST_P(clocks, a_claim_tells_how_far_they_are_apart) {
  const auto claimed = db->ask(domain::claim_guilds{priority::roster, 10, lease_time}).value();
  const auto ahead = std::chrono::duration<double>(claimed.clock_ahead).count();
  EXPECT_NEAR(ahead, static_cast<double>(GetParam().count()), 5);
  ASSERT_EQ(claimed.guilds.size(), 1u);
  EXPECT_EQ(claimed.guilds.front().clock_ahead, claimed.clock_ahead);
  const auto characters = claim_members(guild, 1);
  ASSERT_EQ(characters.size(), 1u);
  EXPECT_NEAR(
      std::chrono::duration<double>(characters.front().clock_ahead).count(),
      static_cast<double>(GetParam().count()), 5);
}

TEST_P(clocks, a_character_is_due_again_when_its_instance_meant_it) {
  stop_clock();
  const auto work = claim_members(guild, 2);
  domain::character_outcome failed;
  failed.work = work[0];
  failed.made_at = wall_now();
  failed.next_due = failed.made_at + 30s;
  failed.failed = {
      {domain::document::profile, domain::failure_class::transient, "503",
       failed.made_at + 30s}};
  ASSERT_TRUE(apply(failed));
  near(
      left(
          "due_at",
          "sync_queue where character_id = " + std::to_string(work[0].character.value)),
      30);
  near(left("retry_at", "document_states where document = 'profile'"), 30);
  const auto now = wall_now();
  ASSERT_TRUE(db->ask(domain::checked_characters{
      {{.lease = work[1].lease,
        .character = work[1].character,
        .unchanged = {domain::document::profile},
        .next_due = now + 8h,
        .made_at = now}}}));
  near(
      left(
          "due_at",
          "sync_queue where character_id = " + std::to_string(work[1].character.value)),
      8 * 3'600);
}

TEST_P(clocks, what_is_due_at_once_or_in_the_past_waits_a_second) {
  stop_clock();
  const auto work = claim_members(guild, 1);
  domain::character_outcome failed;
  failed.work = work[0];
  failed.next_due = failed.made_at - 1h;
  failed.failed = {
      {domain::document::profile, domain::failure_class::transient, "503", failed.next_due}};
  ASSERT_TRUE(apply(failed));
  EXPECT_EQ(
      count(
          "select count(*) from sync_queue where character_id = "
          + std::to_string(work[0].character.value)
          + " and due_at = app_now() + interval '1 second'"),
      1);
}

TEST_P(clocks, a_guild_is_due_again_when_its_instance_meant_it) {
  stop_clock();
  db->exec(
      "update sync_queue set due_at = app_now() + interval '9 hours' where character_id is "
      "not null");
  const auto work = claim();
  auto outcome = outcome_of(work, members, 2, {});
  outcome.roster.reset();
  outcome.roster_document.reset();
  outcome.made_at = wall_now();
  outcome.failed = {
      {domain::document::roster, domain::failure_class::transient, "503",
       outcome.made_at + 90s}};
  apply(outcome);
  near(left("retry_at", "document_states where document = 'roster'"), 90);
  const auto now = wall_now();
  ASSERT_TRUE(db->ask(domain::finish_guild{
      .lease = work.lease,
      .tracked = work.tracked,
      .guild = guild,
      .next_roster_due = now + 4h,
      .not_before = now + 40s,
      .made_at = now}));
  near(left("roster_due_at", "tracked_guilds"), 4 * 3'600);
  near(left("due_at", "sync_queue where tracked_guild_id is not null"), 4 * 3'600);
  near(left("not_before", "sync_queue where tracked_guild_id is not null"), 40);
}

INSTANTIATE_TEST_SUITE_P(
    skewed, clocks, testing::Values(0s, 3s, 40s, 7'200s, -3s, -40s, -7'200s),
    [](const auto& tested) {
      const auto by = tested.param.count();
      return (by < 0 ? "behind_by_" : "ahead_by_") + std::to_string(std::abs(by));
    });

class not_before : public mirror {
protected:
  std::vector<domain::guild_work> claim_all(priority what) {
    return db->ask(domain::claim_guilds{what, 100, lease_time}).value().guilds;
  }
  std::size_t due_guilds() {
    return claim_all(priority::person).size() + claim_all(priority::roster).size()
         + claim_all(priority::character).size();
  }
};

TEST_F(not_before, holds_whatever_becomes_of_the_characters) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  const auto held = claim_members(guild);
  ASSERT_EQ(held.size(), 10u);
  const auto work = claim();
  const auto now = wall_now();
  ASSERT_TRUE(db->ask(domain::finish_guild{
      .lease = work.lease, .tracked = work.tracked, .guild = guild, .not_before = now + 24h}));
  // One is given back, one checked, one written, the others' leases run out.
  ASSERT_TRUE(db->ask(domain::release{{held[0].lease}}));
  EXPECT_EQ(due_guilds(), 0u);
  ASSERT_TRUE(db->ask(domain::checked_characters{
      {{.lease = held[1].lease,
        .character = held[1].character,
        .unchanged = {},
        .next_due = now}}}));
  EXPECT_EQ(due_guilds(), 0u);
  auto outcome = outcome_of(held[2], {.who = members[2]}, 1);
  outcome.next_due = outcome.made_at;
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(due_guilds(), 0u);
  db->shift_clock(7h);
  EXPECT_EQ(due_guilds(), 0u);
  db->shift_clock(18h);
  EXPECT_EQ(due_guilds(), 1u);
}

TEST_F(not_before, is_a_persons_to_pass) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  const auto work = claim();
  ASSERT_TRUE(db->ask(domain::finish_guild{
      .lease = work.lease,
      .tracked = work.tracked,
      .guild = guild,
      .not_before = wall_now() + 24h}));
  EXPECT_EQ(due_guilds(), 0u);
  ASSERT_TRUE(db->ask(domain::sync_guild{guild}));
  EXPECT_EQ(claim_all(priority::person).size(), 1u);
}

TEST_F(not_before, of_a_renamed_row_is_left_alone_by_its_guilds_characters) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  const auto held = claim_members(guild);
  db->exec(
      "update tracked_guilds set state = 'renamed', roster_due_at = app_now() + interval '9 h';"
      "update sync_queue set due_at = app_now() + interval '9 h' where tracked_guild_id is "
      "not null");
  ASSERT_TRUE(db->ask(domain::release{{held[0].lease}}));
  EXPECT_EQ(due_guilds(), 0u);
}

TEST_F(not_before, holds_when_a_member_or_the_guild_itself_loses_its_address) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  const domain::guild_address other{domain::region::eu, "stormrage", "rivals"};
  track(other);
  sync_members(guild, members, 1);
  db->exec(
      "update sync_queue q set due_at = app_now() + interval '25 h', not_before = app_now() "
      "+ interval '24 h' from tracked_guilds t where t.id = q.tracked_guild_id and "
      "name_slug = 'avalerion'");
  const auto row = "sync_queue q join tracked_guilds t on t.id = q.tracked_guild_id where "
                   "name_slug = 'avalerion'";
  const auto waits = [&] {
    return scalar(std::string{"select due_at >= not_before from "} + row) == "t";
  };
  ASSERT_TRUE(waits());
  // Somebody in another guild is called as one of ours, and that guild as ours.
  auto rivals = crowd(10, 4'000);
  rivals[3].name = members[3].name;
  const auto theirs = claim();
  ASSERT_EQ(theirs.address, other);
  apply(outcome_of(theirs, rivals, 2, {.guild = 70'002, .name = "Avalerion"}));
  EXPECT_EQ(events("address_taken_over"), 1);
  EXPECT_EQ(events("guild_address_taken_over"), 1);
  EXPECT_TRUE(waits()) << "a throttle is nobody's to pass";
  db->shift_clock(25h);
  EXPECT_GE(due_guilds(), 1u);
}

} // namespace guildhall::test
