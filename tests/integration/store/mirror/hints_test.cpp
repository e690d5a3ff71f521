#include "core/text.hpp"
#include "domain/character_plan.hpp"
#include "domain/document_kinds.hpp"
#include "domain/guild_reads.hpp"
#include "domain/last_modified.hpp"
#include "tests/integration/store/mirror.hpp"

#include <cmath>

namespace guildhall::test {

using namespace std::chrono_literals;

/// Whom a guild's activity, its roster and their own other characters make due.
class hints : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    if (!db)
      return;
    members = crowd(30);
    guild = mirrored(members);
    db->exec("update sync_queue set due_at = app_now() + interval '10 hours'");
  }

  static time_point at(int n) {
    return domain::parse_last_modified(version(n)).value();
  }
  static domain::activity_hint told(std::int64_t bnet_id, time_point said) {
    return {.realm_id = realm_id{1}, .bnet_id = bnet_character_id{bnet_id}, .said = said};
  }
  /// A guild step whose guild and roster are as they were, with this activity.
  domain::guild_outcome step() {
    domain::guild_outcome outcome;
    outcome.work = claim_again();
    outcome.unchanged = {domain::document::guild, domain::document::roster};
    outcome.made_at = in(0s);
    outcome.next_due = outcome.made_at + 4h;
    return outcome;
  }
  domain::guild_applied apply_and_finish(const domain::guild_outcome& outcome) {
    const auto applied = apply(outcome);
    finish(outcome.work, applied.guild);
    return applied;
  }
  void hint(std::vector<domain::activity_hint> some) {
    auto outcome = step();
    outcome.hints = std::move(some);
    apply_and_finish(outcome);
  }
  std::string row(std::int64_t bnet_id, const std::string& column) {
    return scalar(
        "select " + column
        + " from sync_queue q join characters c on c.id = q.character_id "
          "where c.bnet_character_id = "
        + std::to_string(bnet_id));
  }
  void set_row(std::int64_t bnet_id, const std::string& what) {
    db->exec(
        "update sync_queue set " + what
        + " where character_id = (select id from characters where bnet_character_id = "
        + std::to_string(bnet_id) + ")");
  }
  bool is_due(std::int64_t bnet_id) {
    return row(bnet_id, "q.due_at <= app_now()") == "t";
  }
  bool guild_is_due() {
    return scalar("select due_at <= app_now() from sync_queue where tracked_guild_id is not "
                  "null")
        == "t";
  }
  std::int64_t due() {
    return count("select count(*) from sync_queue where character_id is not null and due_at <= "
                 "app_now()");
  }
  std::string tries(std::int64_t bnet_id) {
    return row(bnet_id, "coalesce(q.hint_tries::text || (q.hinted_at is not null), '')");
  }

  std::vector<member> members;
  guild_id guild;
};

TEST_F(hints, make_those_due_whose_profile_is_older_and_their_guild) {
  hint({told(1'001, at(2)), told(1'002, at(1)), told(1'003, at(0)), told(9'999, at(2))});
  EXPECT_TRUE(is_due(1'001));
  EXPECT_EQ(row(1'001, "q.hinted_at = '2020-03-07 10:00:02+00'"), "t");
  EXPECT_EQ(due(), 1) << "the others' profiles are as new as what was said";
  EXPECT_EQ(tries(1'002), "0false");
  EXPECT_TRUE(guild_is_due());
}

TEST_F(hints, find_a_character_by_its_address) {
  const auto at_address = [&](const char* realm, const member& who) {
    return domain::activity_hint{{}, {}, realm, guildhall::text::name_key(who.name), at(2)};
  };
  hint({at_address("stormrage", members[4]), at_address("elsewhere", members[5])});
  EXPECT_TRUE(is_due(members[4].id));
  EXPECT_EQ(due(), 1);
}

TEST_F(hints, of_one_moment_are_used_once_and_newer_ones_begin_anew) {
  hint({told(1'001, at(2)), told(1'001, at(3))});
  EXPECT_EQ(row(1'001, "q.hinted_at = '2020-03-07 10:00:03+00'"), "t");
  set_row(1'001, "hint_tries = 4, due_at = app_now() + interval '5 hours'");
  hint({told(1'001, at(3)), told(1'001, at(2))});
  EXPECT_FALSE(is_due(1'001));
  EXPECT_EQ(tries(1'001), "4true");
  hint({told(1'001, at(4))});
  EXPECT_TRUE(is_due(1'001));
  EXPECT_EQ(tries(1'001), "0true");
}

TEST_F(hints, pass_no_waiting_time_and_disturb_nobody_who_is_being_looked_at) {
  set_row(1'001, "attempts = 1, attempts_class = 'throttled'");
  set_row(1'002, "lease_token = 77, leased_until = app_now() + interval '1 min'");
  set_row(1'003, "due_at = 'infinity'");
  hint({told(1'001, at(2)), told(1'002, at(2)), told(1'003, at(2))});
  EXPECT_EQ(due(), 0);
  EXPECT_EQ(row(1'003, "q.due_at = 'infinity'"), "t");
  EXPECT_EQ(tries(1'001), "0true") << "it is known when its time comes";
  EXPECT_EQ(tries(1'002), "0true");
}

TEST_F(hints, about_others_than_the_guilds_own_are_not_heard) {
  set_row(1'001, "guild_id = null");
  hint({told(1'001, at(2))});
  EXPECT_EQ(due(), 0);
}

TEST_F(hints, wait_for_no_row_that_is_locked) {
  auto outcome = step();
  outcome.hints = {told(1'001, at(2)), told(1'002, at(2))};
  EXPECT_FALSE(while_held(
      "select from sync_queue q join characters c on c.id = q.character_id where "
      "c.bnet_character_id = 1001 for update of q",
      [&](store::session& s) { EXPECT_TRUE(store::run(s, domain::apply_guild{outcome})); },
      [](store::session&) {}));
  EXPECT_TRUE(is_due(1'002));
}

TEST_F(hints, come_with_the_claim_and_what_a_look_found_goes_back) {
  hint({told(1'001, at(2))});
  auto work = claim_member(guild, 1'001);
  ASSERT_TRUE(work.hint);
  EXPECT_EQ(*work.hint, (domain::change_hint{.said = at(2), .tries = 0}));
  // In vain.
  ASSERT_TRUE(db->ask(domain::checked_characters{
      {{.lease = work.lease,
        .character = work.character,
        .unchanged = {domain::document::profile},
        .next_due = in(30min),
        .hint = domain::hint_answer{at(2), 1},
        .made_at = in(0s)}}}));
  EXPECT_EQ(tries(1'001), "1true");
  // Found.
  work = claim_member(guild, 1'001);
  EXPECT_EQ(work.hint->tries, 1);
  auto outcome = outcome_of(work, {.who = members[1], .guild = bnet_guild}, 3);
  outcome.hint = domain::hint_answer{.said = at(2)};
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(tries(1'001), "0false");
  EXPECT_FALSE(claim_member(guild, 1'001).hint);
}

TEST_F(hints, that_come_while_somebody_looks_are_kept) {
  hint({told(1'001, at(2))});
  const auto work = claim_member(guild, 1'001);
  set_row(1'001, "hinted_at = '2020-03-07 11:00:00+00'");
  auto outcome = outcome_of(work, {.who = members[1], .guild = bnet_guild}, 3);
  outcome.hint = domain::hint_answer{.said = at(2)};
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(tries(1'001), "0true");
  // Nor does a look end one that knew of none.
  const auto again = claim_member(guild, 1'002);
  set_row(1'002, "hinted_at = '2020-03-07 11:00:00+00', hint_tries = 2");
  ASSERT_TRUE(db->ask(domain::checked_characters{
      {{.lease = again.lease,
        .character = again.character,
        .unchanged = {domain::document::profile},
        .next_due = in(8h),
        .made_at = in(0s)}}}));
  EXPECT_EQ(tries(1'002), "2true");
}

// --- the roster

TEST_F(hints, are_levels_and_classes_that_the_profile_did_not_tell) {
  members[1].level = 79;
  members[2].class_id = 8;
  members[3].rank = 7;
  scan(members, 2);
  EXPECT_TRUE(is_due(1'001));
  EXPECT_TRUE(is_due(1'002));
  EXPECT_EQ(due(), 2);
  EXPECT_EQ(row(1'001, "q.hinted_at = '2020-03-07 10:00:02+00'"), "t");
}

TEST_F(hints, are_not_what_an_older_roster_says) {
  sync_members(guild, members, 1);
  db->exec("update document_states set modified_at = '2021-01-01' where document = 'profile'");
  members[1].level = 79;
  scan(members, 2);
  EXPECT_EQ(due(), 0);
}

// --- the activity document itself

TEST_F(hints, leave_of_their_document_how_it_stands_and_the_guild_as_it_was) {
  const auto state = [&](const std::string& column) {
    return scalar("select " + column + " from document_states where document = 'activity'");
  };
  auto outcome = step();
  outcome.activity.failed = domain::document_failure{
      domain::document::activity, domain::failure_class::not_found, "404",
      outcome.made_at + 24h};
  EXPECT_FALSE(apply_and_finish(outcome).changed);
  EXPECT_EQ(state("state || failures"), "not_found1");
  EXPECT_EQ(scalar("select state || last_error from tracked_guilds"), "active");

  outcome = step();
  EXPECT_EQ(outcome.work.activity_document.state, domain::document_state::not_found);
  EXPECT_GT(outcome.work.activity_document.retry_at, in(23h));
  outcome.activity = {};
  outcome.activity.arrived =
      domain::fetched_document{domain::document::activity, "", version(5), "1"};
  EXPECT_FALSE(apply_and_finish(outcome).changed);
  EXPECT_EQ(state("state || failures || last_modified"), "ok0" + version(5));

  outcome = step();
  EXPECT_EQ(outcome.work.activity_document.last_modified, version(5));
  outcome.activity.unchanged = true;
  EXPECT_FALSE(apply_and_finish(outcome).changed);
  EXPECT_EQ(state("state"), "ok");
  // Nobody sees it.
  const auto fresh = db->ask(domain::freshness_of{guild}).value();
  const auto judged = domain::judge_freshness(domain::guild_documents, fresh.documents);
  EXPECT_EQ(judged.state, "complete");
}

// --- others of the same user

class hints_of_others : public hints {
protected:
  void SetUp() override {
    hints::SetUp();
    if (!db)
      return;
    db->exec("insert into users (bnet_account_id) values (77); update characters set user_id = "
             "(select id from users) where bnet_character_id between 1001 and 1005");
    set_row(1'003, "attempts = 1, attempts_class = 'not_found'");
    set_row(1'004, "lease_token = 77, leased_until = app_now() + interval '1 min'");
    set_row(1'005, "due_at = 'infinity'");
  }

  /// Looked at; the times of everybody else stay.
  void look(int n) {
    db->exec("create table before as select character_id, due_at from sync_queue");
    auto work = claim_member(guild, 1'001);
    db->exec("update sync_queue q set due_at = b.due_at from before b "
             "where b.character_id = q.character_id and q.lease_token is not null; "
             "drop table before");
    db->exec("update sync_queue set lease_token = null, leased_until = null where character_id "
             "in (select id from characters where bnet_character_id not in (1001, 1004))");
    auto outcome = outcome_of(work, {.who = members[1], .guild = bnet_guild}, n);
    ASSERT_TRUE(outcome.work.user);
    domain::plan_context context;
    context.now = in(0s);
    context.terms.price = 1;
    outcome.look = domain::plan_next_check(outcome, context, 0.5).look;
    ASSERT_TRUE(apply(outcome));
  }
  double waits(std::int64_t bnet_id) {
    return std::stod(row(bnet_id, "extract(epoch from q.due_at - app_now()) / 3600"));
  }
};

TEST_F(hints_of_others, a_change_makes_them_wait_as_if_they_weighed_twice_as_much) {
  look(2);
  EXPECT_NEAR(waits(1'002), 10 * std::sqrt(0.5), 0.1);
  EXPECT_NEAR(waits(1'003), 10, 0.1) << "it waits for its retry";
  EXPECT_NEAR(waits(1'004), 10, 0.1) << "it is being looked at";
  EXPECT_EQ(row(1'005, "q.due_at = 'infinity'"), "t");
  EXPECT_NEAR(waits(1'006), 10, 0.1) << "it is somebody else's";
  EXPECT_LT(
      count("select extract(epoch from due_at - app_now())::bigint from sync_queue where "
            "tracked_guild_id is not null"),
      8 * 3'600)
      << "the guild is due with the first of them";
}

TEST_F(hints_of_others, what_has_not_changed_tells_nothing) {
  look(1);
  EXPECT_NEAR(waits(1'002), 10, 0.1);
}

} // namespace guildhall::test
