#include "domain/control.hpp"
#include "domain/onboarding.hpp"
#include "store/mirror/retention.hpp"
#include "store/people/users.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;

namespace {

constexpr auto all_guilds = "select from guilds order by id for no key update";
/// Somebody else has just fetched the guild that a character waits for.
constexpr auto a_new_guild =
    "insert into guilds (region, realm_id, bnet_guild_id, realm, name, name_key) values "
    "('eu', 1, 80001, 'stormrage', 'Other', 'other')";

} // namespace

/// docs/rules.md: guilds are locked before characters. While somebody holds every guild, each
/// transaction comes to wait for one; whoever waits for a guild holds no character.
class lock_order : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    if (!db)
      return;
    track();
    members = crowd(30);
    guild = scan(members, 1).guild;
    db->exec("insert into users (bnet_account_id, last_login_at) values (77, app_now());"
             "update characters set user_id = (select id from users) "
             "where bnet_character_id = 1000");
    user = user_id{count("select id from users")};
  }

  template <class Operation>
  void waits_for_the_guild_without_a_character(
      const Operation& what, const std::string& held = all_guilds) {
    const auto everybody = count("select count(*) from characters");
    std::size_t free = 0;
    EXPECT_TRUE(while_held(
        held,
        [&](store::session& s) {
          const auto done = what(s);
          EXPECT_TRUE(done) << done.error().message;
        },
        [&](store::session& s) {
          free = s.exec_raw("select id from characters for no key update skip locked").size();
        }))
        << "it locks no guild";
    EXPECT_EQ(static_cast<std::int64_t>(free), everybody);
  }
  template <class Operation>
  void asked_waits_for_the_guild_without_a_character(
      const Operation& what, const std::string& held = all_guilds) {
    waits_for_the_guild_without_a_character(
        [&](store::session& s) { return store::run(s, what); }, held);
  }

  /// While somebody holds these rows of the queue, whoever waits for one holds nothing that the
  /// holder of a lease comes to lock.
  template <class Operation>
  void waits_for_the_queue_without_the_rest(const Operation& what, const std::string& rows) {
    EXPECT_TRUE(while_held(
        "select from sync_queue where " + rows + " order by id for update",
        [&](store::session& s) {
          const auto done = what(s);
          EXPECT_TRUE(done) << done.error().message;
        },
        [&](store::session& s) {
          for (const std::string table : {"guilds", "characters", "tracked_guilds", "jobs"}) {
            const auto all = s.exec_raw("select from " + table).size();
            EXPECT_EQ(
                s.exec_raw("select from " + table + " for no key update skip locked").size(),
                all)
                << table;
          }
        }))
        << "it does not wait for the queue";
  }

  void wait_for_a_candidate(std::int64_t bnet_id) {
    db->exec(
        "insert into guild_candidates (region, realm_id, bnet_guild_id, realm, name, "
        "name_slug) "
        "values ('eu', 1, 80001, 'stormrage', 'Other', 'other');"
        "update guild_members set left_at = app_now() where character_id = (select id from "
        "characters where bnet_character_id = "
        + std::to_string(bnet_id)
        + "); update characters set candidate_id = (select id from guild_candidates), guild_id "
          "= null where bnet_character_id = "
        + std::to_string(bnet_id));
  }

  std::vector<member> members;
  guild_id guild;
  user_id user;
  const domain::discovery tracked{.of_users = true, .max_guilds = 10};
};

TEST_F(lock_order, holds_for_an_account_list) {
  domain::account_list list{domain::region::eu, {}};
  for (const auto& one : {members[3], member{.id = 9'000, .name = members[4].name}})
    list.characters.push_back(
        {bnet_character_id{one.id}, one.name, {realm_id{1}, "stormrage", ""}, 80, 1});
  asked_waits_for_the_guild_without_a_character(domain::onboard{{user, {list}, true}, {}});
  EXPECT_EQ(count("select count(*) from characters where user_id is not null"), 3)
      << "one list does not unlink";
}

TEST_F(lock_order, holds_for_the_guilds_that_a_login_discovers) {
  wait_for_a_candidate(1'000);
  db->exec("update guild_members set left_at = app_now()"); // the list itself touches no guild
  domain::account_list list{domain::region::eu, {}};
  list.characters.push_back(
      {bnet_character_id{1'000}, members[0].name, {realm_id{1}, "stormrage", ""}, 80, 1});
  asked_waits_for_the_guild_without_a_character(
      domain::onboard{{user, {list}, true}, tracked}, a_new_guild);
  EXPECT_EQ(count("select count(*) from tracked_guilds where name_slug = 'other'"), 1);
  EXPECT_EQ(count("select count(*) from users where sealed_tokens is not null"), 0);
}

TEST_F(lock_order, holds_for_the_guilds_that_a_profile_discovers) {
  const auto work = claim_member(guild, 1'000);
  wait_for_a_candidate(1'000);
  auto outcome =
      outcome_of(work, {.who = members[0], .guild = 80'001, .guild_name = "Other"}, 3);
  ASSERT_TRUE(outcome.work.user);
  asked_waits_for_the_guild_without_a_character(
      domain::apply_character{outcome, true, tracked}, a_new_guild);
  EXPECT_EQ(
      scalar(
          "select g.bnet_guild_id from characters c join guilds g on g.id = c.guild_id where "
          "bnet_character_id = 1000"),
      "80001");
}

TEST_F(lock_order, holds_for_a_transfer) {
  members[5].id = 60'000;
  const auto work = claim_again();
  const auto applied = apply(outcome_of(work, members, 3, {}));
  ASSERT_EQ(applied.transfers.size(), 1u);
  asked_waits_for_the_guild_without_a_character(
      domain::settle_transfer{work.lease, applied.transfers.front(), true});
  EXPECT_EQ(events("transferred"), 1);
}

TEST_F(lock_order, holds_for_a_roster_that_takes_members) {
  const domain::guild_address other{domain::region::eu, "stormrage", "rivals"};
  track(other);
  auto work = claim_again();
  for (; work.address != other; work = claim())
    finish(work, guild);
  auto rivals = crowd(10, 4'000);
  rivals.push_back(members[9]);
  asked_waits_for_the_guild_without_a_character(
      domain::apply_guild{outcome_of(work, rivals, 20, {.guild = 70'002, .name = "Rivals"})});
  EXPECT_EQ(events("listed_elsewhere"), 1);
}

TEST_F(lock_order, holds_for_whoever_is_gone) {
  domain::character_outcome gone;
  gone.work = claim_member(guild, 1'004);
  gone.gone = true;
  gone.next_due = in(24h);
  asked_waits_for_the_guild_without_a_character(domain::apply_character{gone});
}

TEST_F(lock_order, holds_for_the_sweep) {
  db->exec("update characters set verified_at = app_now() - interval '40 days'");
  asked_waits_for_the_guild_without_a_character(domain::sweep{50, 29 * 24h});
}

TEST_F(lock_order, holds_for_a_sweep_that_erases_documents_of_another_guild) {
  db->exec("update characters set verified_at = app_now() - interval '40 days';"
           "insert into guilds (region, realm_id, bnet_guild_id, realm, name, guild_data_json, "
           "created_at) values ('eu', 1, 80001, 'stormrage', 'Other', '{}', app_now() - "
           "interval '40 days')");
  asked_waits_for_the_guild_without_a_character(
      domain::sweep{50, 29 * 24h},
      "select from guilds where bnet_guild_id = 80001 for no key update");
}

TEST_F(lock_order, holds_for_everything_that_is_forgotten) {
  const character_id one{count("select id from characters where bnet_character_id = 1004")};
  waits_for_the_guild_without_a_character(
      [&](store::session& s) { return store::forget_character(s, one); });
  waits_for_the_guild_without_a_character(
      [&](store::session& s) { return store::forget_user(s, user); });
  waits_for_the_guild_without_a_character(
      [&](store::session& s) { return store::forget_guild(s, guild); });
}

TEST_F(lock_order, makes_two_rosters_count_what_the_other_one_left) {
  const domain::guild_address other{domain::region::eu, "stormrage", "rivals"};
  track(other);
  auto work = claim_again();
  for (; work.address != other; work = claim())
    finish(work, guild);
  auto rivals = crowd(10, 4'000);
  rivals.push_back(members[9]);
  const auto outcome = outcome_of(work, rivals, 20, {.guild = 70'002, .name = "Rivals"});
  const auto id = std::to_string(guild.value);
  // The first guild's own roster is being applied: somebody leaves it meanwhile.
  EXPECT_TRUE(while_held(
      all_guilds,
      [&](store::session& s) { EXPECT_TRUE(store::run(s, domain::apply_guild{outcome})); },
      [&](store::session& s) {
        s.exec_raw(
            "update guild_members set left_at = app_now() where character_id = (select id from "
            "characters where bnet_character_id = 1012); update guilds set member_count = 29 "
            "where id = "
            + id);
      }));
  EXPECT_EQ(scalar("select member_count from guilds where id = " + id), "28");
  EXPECT_EQ(
      count("select count(*) from guild_members where left_at is null and guild_id = " + id),
      28);
}

// Whoever holds a lease writes with the queue's row locked: nobody comes to it with what that
// one needs.
TEST_F(lock_order, begins_with_the_queues_rows_of_characters) {
  const character_id one{count("select id from characters where bnet_character_id = 1004")};
  const character_id own{count("select id from characters where bnet_character_id = 1000")};
  domain::account_list list{domain::region::eu, {}};
  list.characters.push_back(
      {bnet_character_id{1'000}, members[0].name, {realm_id{1}, "stormrage", ""}, 80, 1});
  const auto onboard = [&](store::session& s) {
    return store::run(s, domain::onboard{{user, {list}, true}, {}});
  };
  waits_for_the_queue_without_the_rest(onboard, "character_id = " + std::to_string(own.value));
  waits_for_the_queue_without_the_rest(
      [&](store::session& s) { return store::forget_character(s, one); },
      "character_id = " + std::to_string(one.value));
  db->exec(
      "update sync_queue set guild_id = null where character_id = "
      + std::to_string(own.value));
  waits_for_the_queue_without_the_rest(
      [&](store::session& s) { return store::forget_user(s, user); },
      "character_id = " + std::to_string(own.value));
  waits_for_the_queue_without_the_rest(
      [&](store::session& s) { return store::forget_guild(s, guild); },
      "character_id is not null");
}

TEST_F(lock_order, begins_with_the_queues_row_of_a_guild) {
  waits_for_the_queue_without_the_rest(
      [&](store::session& s) { return store::run(s, domain::sync_guild{guild}); },
      "tracked_guild_id is not null");
  waits_for_the_queue_without_the_rest(
      [&](store::session& s) {
        return store::run(s, domain::track{address, "x"});
      },
      "tracked_guild_id is not null");
  waits_for_the_queue_without_the_rest(
      [&](store::session& s) { return store::run(s, domain::untrack{address}); },
      "tracked_guild_id is not null");
  track();
  waits_for_the_queue_without_the_rest(
      [&](store::session& s) { return store::forget_guild(s, guild); },
      "tracked_guild_id is not null");
}

} // namespace guildhall::test
