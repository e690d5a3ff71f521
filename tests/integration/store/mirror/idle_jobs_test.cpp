#include "domain/control.hpp"
#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;
using domain::job_state;
using domain::priority;

/// Nothing is open for ever: each way in which a job can lose whoever works on it.
class idle_jobs : public mirror {
protected:
  domain::job_row read(job_id id) {
    return db->ask(domain::job_by_id{id}).value();
  }
  std::int64_t end_idle(std::vector<domain::region> regions = {domain::region::eu}) {
    return db->ask(domain::end_idle_jobs{std::move(regions)}).value();
  }
  std::vector<domain::guild_work>
  claim_all(priority what, std::vector<domain::region> regions = {}) {
    return db->ask(domain::claim_guilds{what, 100, lease_time, std::move(regions)})
        .value()
        .guilds;
  }
  /// A guild of ten whose sync is over.
  guild_id settled() {
    const auto guild = mirrored(members);
    finish(claim(), guild);
    return guild;
  }
  void expect_failed(job_id id, const std::string& why) {
    EXPECT_EQ(read(id).state, job_state::failed);
    EXPECT_EQ(read(id).message, why);
    EXPECT_TRUE(read(id).finished_at);
  }

  const std::vector<member> members = crowd(10);
};

TEST_F(idle_jobs, what_somebody_works_on_or_comes_back_to_stays_open) {
  const auto job = track();
  EXPECT_EQ(end_idle(), 0) << "queued";
  const auto work = claim();
  EXPECT_EQ(end_idle(), 0) << "leased";
  domain::guild_outcome outcome;
  outcome.work = work;
  outcome.failed = {{domain::document::guild, domain::failure_class::transient, "503", in(1h)}};
  apply(outcome);
  finish(work, std::nullopt, true);
  EXPECT_EQ(end_idle(), 0) << "tried again in a while";
  EXPECT_EQ(read(job.id).state, job_state::running);
}

TEST_F(idle_jobs, end_with_the_row_of_their_guild) {
  const auto job = track();
  db->exec("delete from tracked_guilds"); // whoever does so
  expect_failed(job.id, "The guild is not tracked any more");
  EXPECT_EQ(end_idle(), 0);
}

TEST_F(idle_jobs, end_with_the_conflict_of_a_guild_that_another_row_stands_for) {
  const auto guild = settled();
  track({domain::region::eu, "stormrage", "new-name"});
  db->exec("update tracked_guilds set guild_id = " + std::to_string(guild.value));
  const auto job = track(); // the old address
  db->exec("update sync_queue set due_at = 'infinity' where tracked_guild_id = 2");
  const auto work = claim();
  EXPECT_EQ(
      db->ask(domain::move_guild{
                  work, {domain::region::eu, "stormrage", "new-name"}, *work.identity})
          .error()
          .code,
      ec::conflict);
  expect_failed(job.id, "The guild was renamed to new-name, which is tracked on its own");
}

TEST_F(idle_jobs, end_of_a_renamed_row_whose_coordinator_died_after_the_conflict) {
  const auto guild = settled();
  track({domain::region::eu, "stormrage", "new-name"});
  db->exec("update tracked_guilds set guild_id = " + std::to_string(guild.value));
  const auto job = track();
  db->exec("update tracked_guilds set state = 'renamed', last_error = 'renamed to new-name' "
           "where id "
           "= 1; update jobs set state = 'running', started_at = app_now() where finished_at "
           "is null");
  EXPECT_GE(end_idle(), 1);
  expect_failed(job.id, "The guild was renamed to new-name");
}

TEST_F(idle_jobs, end_when_whoever_works_on_them_dies_again_and_again) {
  const auto job = track();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(end_idle(), 0) << i;
    ASSERT_EQ(claim_all(priority::person).size(), 1u);
    db->shift_clock(61s);
  }
  EXPECT_EQ(claim_all(priority::person).size(), 1u); // it is still tried
  EXPECT_EQ(end_idle(), 1);
  expect_failed(
      job.id, "Whoever worked on it ended five times without a word; the log may say why");
}

TEST_F(idle_jobs, whoever_asks_anew_is_not_told_of_earlier_deaths) {
  const auto job = track();
  const auto die_five_times = [&] {
    for (int i = 0; i < 5; ++i) {
      ASSERT_EQ(claim_all(priority::person).size(), 1u);
      db->shift_clock(61s);
    }
    claim_all(priority::roster); // frees the last one's lease
  };
  die_five_times();
  EXPECT_EQ(track().id, job.id) << "joined";
  EXPECT_EQ(end_idle(), 0);
  die_five_times();
  EXPECT_EQ(end_idle(), 1);
  EXPECT_NE(track().id, job.id);
  EXPECT_EQ(end_idle(), 0);
}

TEST_F(idle_jobs, survive_deaths_that_somebody_outlived) {
  track();
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(claim_all(priority::person).size(), 1u);
    db->shift_clock(61s);
  }
  const auto work = claim();
  const auto guild = apply(outcome_of(work, members, 1, {})).guild;
  finish(work, guild);
  ASSERT_EQ(claim_all(priority::character).size(), 1u);
  db->shift_clock(61s);
  EXPECT_TRUE(claim_all(priority::person).empty());
  EXPECT_EQ(end_idle(), 0);
}

TEST_F(idle_jobs, of_a_character_whose_sync_dies_again_and_again_end_too) {
  const auto guild = settled();
  const character_id id{count("select min(id) from characters")};
  const auto job = db->ask(domain::sync_character{id}).value();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(claim_members(guild).size(), 1u);
    db->shift_clock(61s);
    (void)claim_all(priority::person); // which frees what ran out
  }
  EXPECT_EQ(end_idle(), 1);
  EXPECT_EQ(read(job.id).state, job_state::failed);
}

TEST_F(idle_jobs, of_a_region_that_nobody_syncs_any_more_end_and_its_rows_wait) {
  const auto job = track({domain::region::us, "stormrage", "avalerion"});
  const std::vector<domain::region> eu{domain::region::eu};
  EXPECT_TRUE(claim_all(priority::person, eu).empty());
  EXPECT_EQ(end_idle(), 0) << "another instance may sync it";
  db->shift_clock(11min);
  EXPECT_TRUE(claim_all(priority::person, eu).empty());
  EXPECT_EQ(end_idle({domain::region::us}), 0);
  EXPECT_EQ(end_idle(), 1);
  expect_failed(job.id, "No running instance syncs the region us");
  EXPECT_EQ(claim_all(priority::person, {domain::region::us}).size(), 1u);
}

TEST_F(idle_jobs, of_a_region_wait_while_the_sync_is_paused) {
  track({domain::region::us, "stormrage", "avalerion"});
  ASSERT_TRUE(db->ask(domain::set_paused{true}));
  db->shift_clock(48h);
  EXPECT_EQ(end_idle(), 0);
  ASSERT_TRUE(db->ask(domain::set_paused{false}));
  EXPECT_EQ(end_idle(), 1);
}

TEST_F(idle_jobs, of_players_characters_in_a_region_that_is_not_synced_wait_too) {
  db->exec(
      "insert into characters (region, realm_id, bnet_character_id, realm, name, name_key) "
      "values ('us', 1, 1, 'stormrage', 'Anna', 'anna')");
  const auto job = db->ask(domain::sync_character{character_id{1}}).value();
  const auto claimed = [&](domain::region where) {
    return db->ask(domain::claim_characters{std::nullopt, 10, lease_time, {where}})
        .value()
        .size();
  };
  EXPECT_EQ(claimed(domain::region::eu), 0u);
  db->shift_clock(11min);
  EXPECT_EQ(end_idle(), 1);
  expect_failed(job.id, "No running instance syncs the region us");
  EXPECT_EQ(claimed(domain::region::us), 1u);
}

TEST_F(idle_jobs, of_a_character_without_a_name_end) {
  const auto guild = settled();
  const character_id id{count("select min(id) from characters")};
  const auto job = db->ask(domain::sync_character{id}).value();
  db->exec(
      "update characters set name = null, name_key = null where id = "
      + std::to_string(id.value));
  EXPECT_EQ(end_idle(), 1);
  expect_failed(job.id, "The character has no name that it could be asked for");
  const auto refused = db->ask(domain::sync_character{id});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::conflict);
  EXPECT_TRUE(guild);
}

TEST_F(idle_jobs, of_a_character_that_nobody_keeps_fresh_any_more_end) {
  settled();
  const character_id id{count("select min(id) from characters")};
  const auto job = db->ask(domain::sync_character{id}).value();
  ASSERT_TRUE(db->ask(domain::untrack{address}));
  expect_failed(job.id, "The character is not kept fresh any more");
}

TEST_F(idle_jobs, that_nobody_took_up_for_a_day_end) {
  const auto job = track();
  db->shift_clock(23h);
  EXPECT_EQ(end_idle(), 0);
  db->shift_clock(2h);
  EXPECT_EQ(end_idle(), 1);
  expect_failed(job.id, "Nobody has taken it up for a day");
}

class sync_now : public idle_jobs {};

TEST_F(sync_now, means_the_active_row_of_a_guild) {
  const auto guild = settled();
  track({domain::region::eu, "stormrage", "new-name"});
  db->exec(
      "update tracked_guilds set guild_id = " + std::to_string(guild.value)
      + ", state = case id when 1 then 'renamed' else 'active' end;"
        "update jobs set state = 'done', finished_at = app_now()");
  EXPECT_EQ(db->ask(domain::sync_guild{guild})->target, "eu/stormrage/new-name");
}

TEST_F(sync_now, on_a_running_job_asks_for_nobody_again) {
  const auto guild = settled();
  const auto job = db->ask(domain::sync_guild{guild}).value();
  auto work = claim();
  finish(work, guild); // the roster is done
  const auto taken = claim_members(guild, 4);
  ASSERT_EQ(taken.size(), 4u);
  for (std::size_t i = 0; i < 2; ++i)
    ASSERT_TRUE(apply(outcome_of(
        taken[i],
        {.who = members[static_cast<std::size_t>(taken[i].identity.bnet_id.value - 1'000)]},
        2)));
  EXPECT_EQ(db->ask(domain::sync_guild{guild})->id, job.id);
  // Two are done and two are under way; six are left.
  EXPECT_EQ(claim_members(guild).size(), 6u);
  for (std::size_t i = 2; i < 4; ++i)
    ASSERT_TRUE(apply(outcome_of(
        taken[i],
        {.who = members[static_cast<std::size_t>(taken[i].identity.bnet_id.value - 1'000)]},
        2)));
  EXPECT_TRUE(claim_members(guild).empty());
}

TEST_F(sync_now, on_a_running_job_leaves_its_coordinator_alone) {
  const auto guild = settled();
  const auto job = db->ask(domain::sync_guild{guild}).value();
  const auto work = claim();
  EXPECT_EQ(db->ask(domain::sync_guild{guild})->id, job.id);
  apply(outcome_of(work, members, 2, {}));
  finish(work, guild);
  EXPECT_EQ(db->ask(domain::sync_guild{guild})->id, job.id);
  const auto next = claim_all(priority::person);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_FALSE(next.front().roster_due) << "the roster was looked at since the job began";
}

TEST_F(sync_now, of_one_character_under_way_is_not_doubled) {
  const auto guild = settled();
  const character_id id{count("select min(id) from characters")};
  const auto job = db->ask(domain::sync_character{id}).value();
  const auto work = claim_members(guild);
  ASSERT_EQ(work.size(), 1u);
  EXPECT_EQ(db->ask(domain::sync_character{id})->id, job.id);
  ASSERT_TRUE(apply(outcome_of(work.front(), {.who = members[0]}, 2)));
  EXPECT_EQ(read(job.id).state, job_state::done);
  EXPECT_TRUE(claim_members(guild).empty());
}

TEST_F(sync_now, of_a_region_that_is_not_synced_is_refused_at_once) {
  const std::vector<domain::region> us{domain::region::us};
  const auto refused = db->ask(domain::track{address, "test", us});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ec::validation);
  EXPECT_EQ(
      refused.error().message,
      "The region eu is not synced here: battlenet.regions has us; add it there and restart "
      "guildhall, if it is to be");
  EXPECT_EQ(
      count("select count(*) from jobs") + count("select count(*) from tracked_guilds"), 0);
  const auto guild = settled();
  const character_id id{count("select min(id) from characters")};
  EXPECT_EQ(db->ask(domain::sync_guild{guild, us}).error().code, ec::validation);
  EXPECT_EQ(db->ask(domain::sync_character{id, us}).error().code, ec::validation);
  EXPECT_TRUE(db->ask(domain::sync_guild{guild, {domain::region::us, domain::region::eu}}));
}

} // namespace guildhall::test
