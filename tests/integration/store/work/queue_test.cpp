#include "domain/control.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>
#include <future>
#include <set>

namespace guildhall::test {

using namespace std::chrono_literals;
using domain::priority;

class leases : public mirror {
protected:
  std::vector<domain::guild_work> claim_from(store::connection& c, priority what, int limit) {
    std::vector<domain::guild_work> out;
    test_database::run_on(c, [&](store::session& s) {
      out = store::run(s, domain::claim_guilds{what, limit, lease_time}).value().guilds;
    });
    return out;
  }
  std::vector<domain::guild_work> claim_all(priority what, int limit = 100) {
    return db->ask(domain::claim_guilds{what, limit, lease_time}).value().guilds;
  }
};

TEST_F(leases, two_claimers_never_share) {
  constexpr int guilds = 60;
  for (int i = 0; i < guilds; ++i)
    track({domain::region::eu, "stormrage", "guild-" + std::to_string(i)});
  std::vector<std::future<std::vector<tracked_guild_id>>> claimers;
  for (int i = 0; i < 6; ++i)
    claimers.push_back(std::async(std::launch::async, [&] {
      const auto connection = db->connect();
      std::vector<tracked_guild_id> mine;
      for (;;) {
        const auto batch = claim_from(*connection, priority::person, 3);
        if (batch.empty())
          return mine;
        for (const auto& work : batch)
          mine.push_back(work.tracked);
      }
    }));
  std::multiset<std::int64_t> seen;
  for (auto& claimer : claimers)
    for (const auto id : claimer.get())
      seen.insert(id.value);
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(guilds));
  EXPECT_EQ(std::set<std::int64_t>(seen.begin(), seen.end()).size(), seen.size());
}

TEST_F(leases, a_stalled_holder_writes_nothing) {
  track();
  const auto members = crowd(10);
  const auto stalled = claim();
  db->shift_clock(61s);
  const auto taken_over = claim();
  EXPECT_EQ(taken_over.tracked, stalled.tracked);
  EXPECT_NE(taken_over.lease.token, stalled.lease.token);

  auto late = db->ask(domain::apply_guild{outcome_of(stalled, crowd(3), 1, {})});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ec::lease_lost);
  EXPECT_EQ(count("select count(*) from guilds"), 0);

  EXPECT_EQ(apply(outcome_of(taken_over, members, 1, {})).members, 10);
  auto finish_late = db->ask(domain::finish_guild{
      .lease = stalled.lease, .tracked = stalled.tracked, .guild = std::nullopt});
  EXPECT_EQ(finish_late.error().code, ec::lease_lost);
  EXPECT_EQ(
      scalar("select lease_token from sync_queue where tracked_guild_id is not null"),
      std::to_string(taken_over.lease.token.value));
}

TEST_F(leases, a_result_waits_for_a_takeover_under_way_and_then_writes_nothing) {
  track();
  const auto work = claim();
  const auto other = db->connect();
  // Another instance is just taking the row over and has not committed yet.
  std::promise<void> locked;
  std::promise<void> go_on;
  auto takeover = std::async(std::launch::async, [&] {
    test_database::run_on(*other, [&](store::session& s) {
      (void)s.transaction([&]() -> result<void> {
        s.exec_raw("update sync_queue set lease_token = nextval('lease_tokens')");
        locked.set_value();
        go_on.get_future().wait();
        return {};
      });
    });
  });
  locked.get_future().wait();
  auto writing = std::async(std::launch::async, [&] {
    const auto connection = db->connect();
    ec code = ec::none;
    test_database::run_on(*connection, [&](store::session& s) {
      const auto applied =
          store::run(s, domain::apply_guild{outcome_of(work, crowd(3), 1, {})});
      code = applied ? ec::none : applied.error().code;
    });
    return code;
  });
  EXPECT_EQ(writing.wait_for(200ms), std::future_status::timeout);
  go_on.set_value();
  takeover.get();
  EXPECT_EQ(writing.get(), ec::lease_lost);
  EXPECT_EQ(count("select count(*) from guilds"), 0);
}

TEST_F(leases, renewing_keeps_what_is_held_and_names_what_is_lost) {
  track();
  const auto work = claim();
  db->shift_clock(50s);
  const auto renewed = db->ask(
      domain::renew{{work.lease, {work.lease.entry, lease_token{999'999}}}, lease_time});
  ASSERT_TRUE(renewed);
  ASSERT_EQ(renewed->size(), 1u);
  EXPECT_EQ(renewed->front().token, work.lease.token);
  db->shift_clock(50s);
  EXPECT_TRUE(claim_all(priority::person).empty());
  db->shift_clock(11s);
  EXPECT_EQ(claim_all(priority::person).size(), 1u);
}

TEST_F(leases, renewing_touches_no_index) {
  track();
  const auto work = claim();
  db->exec("select pg_stat_force_next_flush()");
  const auto hot =
      count("select coalesce(sum(n_tup_hot_upd), 0) from pg_stat_user_tables where relname = "
            "'sync_queue'");
  ASSERT_TRUE(db->ask(domain::renew{{work.lease}, lease_time}));
  db->exec("select pg_stat_force_next_flush()");
  EXPECT_EQ(
      count("select sum(n_tup_hot_upd) from pg_stat_user_tables where relname = "
            "'sync_queue'"),
      hot + 1);
}

TEST_F(leases, what_is_given_back_is_due_again_at_once) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  const auto work = claim_members(guild);
  EXPECT_EQ(work.size(), 10u);
  EXPECT_TRUE(claim_members(guild).empty());
  std::vector<domain::lease> held;
  for (const auto& one : work)
    held.push_back(one.lease);
  db->exec(
      "update sync_queue set due_at = app_now() + interval '1 hour' where tracked_guild_id is "
      "not null");
  ASSERT_TRUE(db->ask(domain::release{held}));
  EXPECT_EQ(claim_members(guild).size(), 10u);
  EXPECT_EQ(claim_all(priority::character).size(), 1u)
      << "the guild is due with its characters";
}

TEST_F(leases, a_guild_is_due_when_any_of_its_characters_is) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  auto work = claim(); // its characters had been due
  EXPECT_FALSE(work.roster_due);
  ASSERT_TRUE(db->ask(
      domain::finish_guild{.lease = work.lease, .tracked = work.tracked, .guild = guild}));
  EXPECT_TRUE(claim_all(priority::character).empty());
  EXPECT_TRUE(claim_all(priority::roster).empty());
  db->shift_clock(4h + 1min); // the roster's interval
  EXPECT_EQ(claim_all(priority::roster).size(), 1u);
}

TEST_F(leases, what_crashed_instances_held_comes_back_by_itself) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  EXPECT_EQ(claim_members(guild).size(), 10u);
  auto work = claim();
  finish(work, guild);
  EXPECT_TRUE(claim_all(priority::character).empty());
  db->shift_clock(61s);
  const auto again = claim_all(priority::character);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_FALSE(again.front().roster_due);
  EXPECT_EQ(claim_members(guild).size(), 10u);
}

TEST_F(leases, expired_ones_are_looked_for_once_in_some_seconds_by_whoever_comes_first) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  EXPECT_EQ(claim_members(guild).size(), 10u);
  db->shift_clock(61s);
  db->exec("update lease_sweep set swept_at = app_now()"); // another instance has just looked
  claim_all(priority::person);
  EXPECT_TRUE(claim_members(guild).empty());
  db->shift_clock(4s);
  claim_all(priority::person);
  EXPECT_EQ(claim_members(guild).size(), 10u) << "within 5 s of their end";
  EXPECT_EQ(
      count(
          "select count(*) from lease_sweep where swept_at > app_now() - interval '1 minute'"),
      1);
}

TEST_F(leases, a_claim_does_not_wait_for_one_that_looks_for_expired_ones) {
  track();
  const auto other = db->connect();
  std::promise<void> locked;
  std::promise<void> go_on;
  auto looking = std::async(std::launch::async, [&] {
    test_database::run_on(*other, [&](store::session& s) {
      (void)s.transaction([&]() -> result<void> {
        s.exec_raw("update lease_sweep set swept_at = swept_at");
        locked.set_value();
        go_on.get_future().wait();
        return {};
      });
    });
  });
  locked.get_future().wait();
  EXPECT_EQ(claim_all(priority::person).size(), 1u);
  go_on.set_value();
  looking.get();
}

TEST_F(leases, a_clock_that_went_back_keeps_no_lease_for_ever) {
  track();
  db->shift_clock(10h);
  claim();
  db->shift_clock(-9h);
  db->exec("update sync_queue set leased_until = app_now() - interval '1 second', "
           "due_at = app_now() where lease_token is not null");
  EXPECT_EQ(claim_all(priority::person).size(), 1u);
}

TEST_F(leases, only_checked_characters_touch_neither_their_row_nor_the_guilds) {
  track();
  const auto members = crowd(30);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  db->exec("update sync_queue set due_at = app_now() where character_id is not null");
  const auto rows = [&] {
    return scalar("select string_agg(xmin::text, ',' order by id) from characters")
         + scalar("select string_agg(xmin::text, ',' order by id) from guild_members");
  };
  const auto before = rows();
  const auto newest_before =
      scalar("select max(checked_at) from document_states where document = 'profile'");
  std::vector<domain::checked_character> checked;
  for (const auto& work : claim_members(guild))
    checked.push_back({work.lease, work.character, {domain::document::profile}, in(8h)});
  ASSERT_EQ(checked.size(), 30u);
  checked.back().lease.token = lease_token{1}; // lost meanwhile
  ASSERT_TRUE(db->ask(domain::checked_characters{checked}));
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(
      count(
          "select count(*) from document_states where document = 'profile' and checked_at "
          "> '"
          + newest_before + "'"),
      29);
  EXPECT_EQ(
      count("select count(*) from sync_queue where character_id is not null and lease_token "
            "is null and due_at > app_now() + interval '7 hours'"),
      29);
}

TEST_F(leases, sync_now_makes_everything_due_and_goes_first) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  finish(claim(), guild);
  EXPECT_TRUE(claim_all(priority::person).empty());
  const auto job = db->ask(domain::sync_guild{guild});
  ASSERT_TRUE(job);
  EXPECT_EQ(job->state, domain::job_state::queued);
  const auto work = claim_all(priority::person);
  ASSERT_EQ(work.size(), 1u);
  EXPECT_TRUE(work.front().forced);
  EXPECT_TRUE(work.front().roster_due);
  const auto characters = claim_members(guild);
  ASSERT_EQ(characters.size(), 10u);
  EXPECT_TRUE(characters.front().forced);
}

TEST_F(leases, sync_now_while_somebody_is_at_it_makes_it_due_again_after) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  finish(claim(), guild); // ends the job that tracked it
  db->exec("update sync_queue set due_at = app_now() where tracked_guild_id is not null");
  const auto work = claim();
  ASSERT_TRUE(db->ask(domain::sync_guild{guild}));
  EXPECT_TRUE(claim_all(priority::person).empty());
  finish(work, guild);
  const auto again = claim_all(priority::person);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_TRUE(again.front().forced);
}

TEST_F(leases, a_budget_that_says_when_is_obeyed_whatever_is_due) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  const auto work = claim();
  ASSERT_TRUE(db->ask(domain::finish_guild{
      .lease = work.lease, .tracked = work.tracked, .guild = guild, .not_before = in(10min)}));
  EXPECT_TRUE(claim_all(priority::character).empty());
  EXPECT_TRUE(claim_all(priority::roster).empty());
  db->shift_clock(11min);
  EXPECT_EQ(claim_all(priority::character).size(), 1u);
}

} // namespace guildhall::test
