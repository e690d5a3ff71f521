#include "domain/control.hpp"
#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;
using domain::document;
using domain::failure_class;

class doubts : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    members = crowd(10);
    guild = mirrored(members);
    db->exec("update sync_queue set due_at = app_now() where character_id is not null");
    for (const auto& work : claim_members(guild))
      work_of.push_back(work);
  }

  /// The nth member's profile failed like this and waits for a day.
  void fail_profile(std::size_t nth, failure_class why, bool in_question = false) {
    domain::character_outcome failed;
    failed.work = work_of.at(nth);
    failed.failed = {{document::profile, why, "x", in(24h), in_question}};
    failed.next_due = in(24h);
    ASSERT_TRUE(apply(failed));
  }
  void shift(const std::string& by) {
    db->exec("update app_clock set shift = shift + interval '" + by + "'");
  }
  std::int64_t report(bool over, std::chrono::seconds lasted, domain::region where) {
    const auto due = db->ask(domain::report_doubt{where, "profile", lasted, over});
    EXPECT_TRUE(due) << due.error().message;
    return due.value_or(-1);
  }
  std::int64_t over(std::chrono::seconds lasted, domain::region where = domain::region::eu) {
    return report(true, lasted, where);
  }
  /// Characters that are due within three minutes, and whose profile then is.
  std::int64_t soon_due() {
    return count("select count(*) from sync_queue q join document_states d on d.character_id = "
                 "q.character_id and d.document = 'profile' where q.lease_token is null and "
                 "q.due_at <= app_now() + interval '3 min' and d.retry_at <= app_now()");
  }

  std::vector<member> members;
  guild_id guild;
  std::vector<domain::character_work> work_of;
};

TEST_F(doubts, what_failed_in_doubt_and_the_verdicts_before_are_due_again_when_it_ends) {
  fail_profile(0, failure_class::forbidden); // long before
  shift("40 min");
  fail_profile(1, failure_class::not_found); // shortly before
  shift("25 min");
  fail_profile(2, failure_class::transient); // in doubt
  fail_profile(3, failure_class::not_found, true);
  fail_profile(4, failure_class::malformed);
  shift("1 min");
  EXPECT_EQ(over(2min, domain::region::us), 0);
  EXPECT_EQ(over(2min), 3);
  EXPECT_EQ(soon_due(), 3);
  EXPECT_EQ(over(2min), 0) << "once";
  EXPECT_LE(
      count("select extract(epoch from due_at - app_now())::bigint from sync_queue where "
            "tracked_guild_id is not null"),
      180)
      << "whoever looks after them is, too";
}

TEST_F(doubts, whoever_is_worked_on_is_made_due_a_little_later) {
  fail_profile(0, failure_class::transient);
  db->exec("update sync_queue set lease_token = 1, leased_until = app_now() + interval '1 min' "
           "where character_id = (select character_id from document_states where state = "
           "'failed')");
  EXPECT_EQ(over(1min), 0);
  db->exec("update sync_queue set lease_token = null, leased_until = null");
  EXPECT_EQ(over(1min), 1);
}

TEST_F(doubts, guilds_that_were_not_found_are_due_again) {
  domain::guild_outcome outcome;
  outcome.work = claim_again();
  outcome.failed = {{document::guild, failure_class::not_found, "404", in(24h)}};
  outcome.next_due = in(24h);
  apply(outcome);
  ASSERT_TRUE(db->ask(domain::finish_guild{
      .lease = outcome.work.lease,
      .tracked = outcome.work.tracked,
      .guild = guild,
      .next_roster_due = in(24h),
      .failed = true,
      .failed_as = failure_class::not_found}));
  track({domain::region::eu, "stormrage", "never-fetched"});
  db->exec(
      "update tracked_guilds set last_error = 'guild: 404', last_error_at = app_now(), "
      "roster_due_at = app_now() + interval '1 hour' where guild_id is null;"
      "update sync_queue set due_at = app_now() + interval '1 hour' where tracked_guild_id "
      "= (select id from tracked_guilds where guild_id is null)");
  EXPECT_EQ(over(1min), 2);
  EXPECT_EQ(
      count("select count(*) from tracked_guilds t join sync_queue q on q.tracked_guild_id = "
            "t.id where t.roster_due_at <= app_now() + interval '3 min' and q.due_at <= "
            "app_now() + interval '3 min'"),
      2);
}

TEST_F(doubts, the_overview_says_so_while_somebody_renews_it) {
  EXPECT_EQ(report(false, 0s, domain::region::eu), 0);
  EXPECT_EQ(report(false, 61s, domain::region::eu), 0);
  const auto seen = db->ask(domain::overview_of_sync{});
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->doubts.size(), 1u);
  EXPECT_EQ(seen->doubts[0].region, domain::region::eu);
  EXPECT_EQ(seen->doubts[0].document, "profile");
  EXPECT_LE(seen->doubts[0].since, in(-60s));
  shift("16 min");
  EXPECT_TRUE(db->ask(domain::overview_of_sync{})->doubts.empty()) << "an instance that died";
  report(false, 17min, domain::region::eu);
  over(17min);
  EXPECT_TRUE(db->ask(domain::overview_of_sync{})->doubts.empty());
}

TEST_F(doubts, the_overview_says_what_is_left_alone) {
  EXPECT_TRUE(db->ask(domain::overview_of_sync{})->pauses.empty());
  db->exec("insert into api_region_pauses values ('kr', app_now() + interval '5 min'), "
           "('us', app_now() - interval '1 s')");
  db->exec("update api_budget set paused_until = app_now() + interval '10 s'");
  const auto seen = db->ask(domain::overview_of_sync{});
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->pauses.size(), 2u);
  EXPECT_EQ(seen->pauses[0].region, std::nullopt);
  EXPECT_EQ(seen->pauses[1].region, domain::region::kr);
  EXPECT_GT(seen->pauses[1].until, in(4min));
}

TEST_F(doubts, a_guild_waits_for_its_own_time_whatever_its_characters_are) {
  fail_profile(0, failure_class::transient);
  db->exec(
      "update sync_queue set due_at = app_now() + interval '25 h', not_before = app_now() + "
      "interval '24 h' where tracked_guild_id is not null");
  EXPECT_EQ(over(1min), 1);
  EXPECT_EQ(
      scalar("select due_at >= not_before from sync_queue where tracked_guild_id is not null"),
      "t");
}

TEST_F(doubts, others_hear_of_it_while_it_is_renewed) {
  const auto heard = [&](domain::region where) {
    return db->ask(domain::doubts_in{where}).value_or(std::vector<std::string>{"no answer"});
  };
  const std::vector<std::string> none;
  EXPECT_EQ(heard(domain::region::eu), none);
  report(false, 1min, domain::region::eu);
  EXPECT_EQ(heard(domain::region::eu), std::vector<std::string>{"profile"});
  EXPECT_EQ(heard(domain::region::us), none);
  shift("16 min"); // whoever said so is gone
  EXPECT_EQ(heard(domain::region::eu), none);
  report(false, 20min, domain::region::eu);
  EXPECT_EQ(heard(domain::region::eu), std::vector<std::string>{"profile"});
  over(21min);
  EXPECT_EQ(heard(domain::region::eu), none);
}

} // namespace guildhall::test
