#include "domain/control.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;

class jobs : public mirror {
protected:
  domain::job_row read(job_id id) {
    return db->ask(domain::job_by_id{id}).value();
  }
};

TEST_F(jobs, tracking_answers_a_job_whose_progress_can_be_watched) {
  const auto job = track();
  EXPECT_EQ(job.kind, "track");
  EXPECT_EQ(job.target, "eu/stormrage/avalerion");
  EXPECT_EQ(job.state, domain::job_state::queued);
  EXPECT_EQ(job.total, 0);

  const auto members = crowd(10);
  const auto work = claim();
  EXPECT_EQ(read(job.id).state, domain::job_state::running);
  const auto guild = apply(outcome_of(work, members, 1, {})).guild;
  EXPECT_EQ(read(job.id).total, 10);
  EXPECT_EQ(read(job.id).guild_id, guild);
  finish(work, guild);
  EXPECT_EQ(read(job.id).state, domain::job_state::running) << "ten characters are to do";

  const auto characters = claim_members(guild, 4);
  ASSERT_EQ(characters.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto who =
        std::ranges::find(members, characters[i].identity.bnet_id.value, &member::id);
    ASSERT_TRUE(apply(outcome_of(characters[i], {.who = *who}, 1)));
  }
  domain::character_outcome failed;
  failed.work = characters[3];
  failed.failed = {
      {domain::document::profile, domain::failure_class::transient, "500", in(1min)}};
  failed.next_due = in(1min);
  ASSERT_TRUE(apply(failed));
  EXPECT_EQ(read(job.id).done, 3);
  EXPECT_EQ(read(job.id).failed, 1);

  sync_members(guild, members, 1);
  finish(claim(), guild);
  const auto done = read(job.id);
  EXPECT_EQ(done.state, domain::job_state::done);
  EXPECT_EQ(done.total, 10);
  EXPECT_EQ(done.done, 9);
  EXPECT_EQ(done.failed, 1);
  EXPECT_TRUE(done.finished_at);
}

TEST_F(jobs, an_open_job_of_the_same_target_is_joined) {
  const auto first = track();
  EXPECT_EQ(track().id, first.id);
  const auto guild = scan(crowd(10), 1).guild;
  const auto joined = db->ask(domain::sync_guild{guild});
  EXPECT_EQ(joined->id, first.id);
}

TEST_F(jobs, a_guild_that_is_not_there_fails_its_job_with_a_reason) {
  const auto job = track();
  domain::guild_outcome outcome;
  outcome.work = claim();
  outcome.failed = {
      {domain::document::guild, domain::failure_class::not_found, "404 Not Found", in(24h)}};
  outcome.next_due = in(24h);
  EXPECT_FALSE(apply(outcome).guild);
  finish(outcome.work, std::nullopt, true);
  const auto failed = read(job.id);
  EXPECT_EQ(failed.state, domain::job_state::failed);
  EXPECT_EQ(failed.message, "There is no guild avalerion on the realm stormrage (eu)");
}

TEST_F(jobs, a_guild_that_is_not_there_is_told_with_the_names_that_come_near) {
  track();
  scan(crowd(10), 1); // avalerion
  db->exec(
      "insert into guild_candidates (region, realm_id, bnet_guild_id, realm, realm_name, name, "
      "name_slug) values ('eu', 1, 4711, 'stormrage', 'Stormrage', 'Avalerians', "
      "'avalerians'), "
      "('eu', 1, 4712, 'stormrage', 'Stormrage', 'Zzz', 'zzz'), "
      "('eu', 2, 4713, 'draenor', 'Draenor', 'Avaleria', 'avaleria')");
  const domain::guild_address wrong{domain::region::eu, "stormrage", "avalerian"};
  const auto job = track(wrong);
  domain::guild_outcome outcome;
  outcome.work = claim();
  outcome.failed = {
      {domain::document::guild, domain::failure_class::not_found, "404 Not Found", in(24h)}};
  outcome.next_due = in(24h);
  apply(outcome);
  finish(outcome.work, std::nullopt, true);
  EXPECT_EQ(
      read(job.id).message,
      "There is no guild avalerian on the realm stormrage (eu); known there: avalerians, "
      "avalerion");
  EXPECT_EQ(
      scalar("select last_error from tracked_guilds where name_slug = 'avalerian'"),
      read(job.id).message);
}

TEST_F(jobs, a_failure_that_may_pass_keeps_the_job_running) {
  const auto job = track();
  domain::guild_outcome outcome;
  outcome.work = claim();
  outcome.failed = {
      {domain::document::guild, domain::failure_class::transient, "503", in(1min)}};
  apply(outcome);
  finish(outcome.work, std::nullopt, true);
  EXPECT_EQ(read(job.id).state, domain::job_state::running);
  EXPECT_EQ(read(job.id).message, "guild: 503");
}

TEST_F(jobs, one_characters_job_ends_with_its_sync) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  sync_members(guild, members, 1);
  const character_id id{count("select min(id) from characters")};
  const auto job = db->ask(domain::sync_character{id});
  ASSERT_TRUE(job);
  const auto work = claim_members(guild);
  ASSERT_EQ(work.size(), 1u);
  EXPECT_TRUE(work.front().forced);
  EXPECT_EQ(read(job->id).state, domain::job_state::running);
  ASSERT_TRUE(apply(outcome_of(work.front(), {.who = members[0]}, 2)));
  EXPECT_EQ(read(job->id).state, domain::job_state::done);
}

TEST_F(jobs, unknown_things_are_not_found) {
  EXPECT_EQ(db->ask(domain::job_by_id{job_id{1}}).error().code, ec::not_found);
  EXPECT_EQ(db->ask(domain::sync_guild{guild_id{1}}).error().code, ec::not_found);
  EXPECT_EQ(db->ask(domain::sync_character{character_id{1}}).error().code, ec::not_found);
  EXPECT_EQ(db->ask(domain::untrack{address}).error().code, ec::not_found);
}

class tracking : public mirror {
protected:
  result<domain::tracked_guild_row> tracked(const domain::guild_address& where) {
    return db->ask(domain::tracked_guild_at{where});
  }
};

TEST_F(tracking, untracking_stops_the_sync_and_keeps_the_data) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  db->exec(
      "insert into users (bnet_account_id) values (1);"
      "update characters set user_id = (select id from users) where bnet_character_id = 1003");
  ASSERT_TRUE(db->ask(domain::untrack{address}));
  EXPECT_EQ(open_rows(), 10);
  EXPECT_EQ(scalar("select count(*) || ' ' || count(guild_id) from sync_queue"), "1 0")
      << "a player's own character goes on";
  // Tracked again, it starts where it stopped.
  track();
  EXPECT_EQ(scalar("select guild_id from tracked_guilds"), std::to_string(guild.value));
  EXPECT_EQ(claim_members(guild).size(), 10u);
}

TEST_F(tracking, what_is_not_tracked_is_told_with_the_tracked_names_that_come_near) {
  track();
  const auto untracked =
      db->ask(domain::untrack{{domain::region::eu, "stormrage", "avalerian"}});
  ASSERT_FALSE(untracked);
  EXPECT_EQ(
      untracked.error().message,
      "Guild eu/stormrage/avalerian is not tracked; tracked there: avalerion");
}

TEST_F(tracking, one_guild_is_shown_by_the_name_of_its_realm) {
  ASSERT_TRUE(db->ask(domain::set_realms{
      domain::region::eu, {{realm_id{1}, "stormrage", {"Stormrage", "Sturm Zorn"}}}, true}));
  track();
  track({domain::region::eu, "stormrage", "zzz"});
  const auto seen = tracked({domain::region::eu, "Sturm Zorn", "zzz"});
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->address.name_slug, "zzz");
  EXPECT_EQ(tracked({domain::region::eu, "stormrage", "none"}).error().code, ec::not_found);
}

TEST_F(tracking, no_realm_is_taken_for_one_whatever_its_name_holds) {
  for (const bool listed : {false, true}) {
    if (listed) {
      ASSERT_TRUE(db->ask(domain::set_realms{
          domain::region::eu, {{realm_id{1}, "stormrage", {"Stormrage"}}}, true}));
    }
    for (const auto& realm :
         {std::string{}, std::string{"a\nb"}, std::string{"\xff\xfe"},
          std::string(100'000, 'x'), std::string{"\x1b[2J"}}) {
      const domain::guild_address where{domain::region::eu, realm, "avalerion"};
      for (const auto& why :
           {db->ask(domain::track{where, "test"}).error(),
            db->ask(domain::untrack{where}).error(), tracked(where).error()}) {
        EXPECT_TRUE(why.code == ec::validation || why.code == ec::not_found);
        EXPECT_LT(why.message.size(), 700u);
        EXPECT_EQ(why.message.find_first_of("\n\x1b\xff"), std::string::npos) << why.message;
      }
    }
  }
  EXPECT_EQ(count("select count(*) from tracked_guilds"), 0);
}

TEST_F(tracking, a_pause_is_remembered_and_nothing_is_claimed_meanwhile) {
  track();
  const auto claimed = [&] {
    return db->ask(domain::claim_guilds{domain::priority::person, 10, lease_time}).value();
  };
  ASSERT_TRUE(db->ask(domain::set_paused{true}));
  EXPECT_TRUE(claimed().paused);
  EXPECT_TRUE(claimed().guilds.empty());
  ASSERT_TRUE(db->ask(domain::set_paused{false}));
  const auto after = claimed();
  EXPECT_FALSE(after.paused);
  EXPECT_EQ(after.guilds.size(), 1u);
}

TEST_F(tracking, the_overview_counts_and_shows_what_fails_first) {
  track();
  track({domain::region::eu, "stormrage", "zzz"});
  const auto guild = scan(crowd(10), 1).guild;
  auto work = claim_members(guild, 3);
  domain::character_outcome failed;
  failed.work = work.front();
  failed.failed = {
      {domain::document::profile, domain::failure_class::transient, "timeout", in(1min)}};
  failed.next_due = in(1min);
  ASSERT_TRUE(apply(failed));
  db->exec(
      "update tracked_guilds set last_error = 'guild: 503', last_error_at = app_now() where "
      "name_slug = 'zzz'");
  const auto seen = db->ask(domain::overview_of_sync{});
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->characters_running, 2);
  EXPECT_EQ(seen->characters_due, 7);
  ASSERT_EQ(seen->guilds.size(), 2u);
  EXPECT_EQ(seen->guilds.front().address.name_slug, "zzz");
  ASSERT_EQ(seen->last_errors.size(), 1u);
  EXPECT_EQ(seen->last_errors.front().detail, "timeout");
}

} // namespace guildhall::test
