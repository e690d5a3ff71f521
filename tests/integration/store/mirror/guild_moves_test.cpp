#include "domain/control.hpp"
#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;

/// A tracked guild of ten, whose master is a user's character.
class guild_moves : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    track();
    guild = scan(members, 1).guild;
    db->exec(
        "insert into users (bnet_account_id, battletag) values (1, 'A#1');"
        "update characters set user_id = (select id from users) where bnet_character_id = "
        + std::to_string(members[0].id)
        + ";update guilds set leader_id = (select id from users);"
          "insert into rosters (guild_id, name) select id, 'Raid' from guilds");
  }

  /// The address answers as another guild.
  void dispute(std::int64_t stranger = 88'888) {
    domain::guild_outcome outcome;
    outcome.work = claim_again();
    outcome.stranger = domain::parse_guild(guild_body(stranger, "Avalerion", 50)).value();
    outcome.failed = {
        {domain::document::guild, domain::failure_class::not_found, "another", in(6h)}};
    outcome.next_due = in(6h);
    apply(outcome);
    finish(outcome.work, guild);
  }
  std::string tracked(const std::string& columns) {
    return scalar("select " + columns + " from tracked_guilds");
  }

  const std::vector<member> members = crowd(10);
  guild_id guild;
};

TEST_F(guild_moves, a_dispute_frees_the_address_and_leaves_all_else) {
  dispute();
  EXPECT_EQ(tracked("state || ' ' || disputed_bnet_id"), "disputed 88888");
  EXPECT_EQ(scalar("select coalesce(name_key, 'free') from guilds"), "free");
  EXPECT_EQ(scalar("select leader_id is not null from guilds"), "t");
  EXPECT_EQ(open_rows(), 10);
  EXPECT_EQ(count("select count(*) from guilds"), 1);
  EXPECT_EQ(events("guild_address_taken_over"), 1);
  EXPECT_EQ(scalar("select state from document_states where document = 'guild'"), "disputed");
  EXPECT_EQ(events("left"), 0);
}

TEST_F(guild_moves, a_dispute_is_remembered_from_its_first_day_and_per_stranger) {
  dispute();
  const auto since = tracked("disputed_since");
  db->shift_clock(25h);
  dispute();
  EXPECT_EQ(tracked("disputed_since"), since);
  EXPECT_EQ(events("guild_address_taken_over"), 1) << "once";
  const auto work = claim_again();
  ASSERT_TRUE(work.disputed);
  EXPECT_EQ(work.disputed->by.bnet_id, bnet_guild_id{88'888});
  EXPECT_LE(work.disputed->since, in(-25h) + 1min);
  ASSERT_TRUE(db->ask(domain::release{{work.lease}}));
  dispute(99'999);
  EXPECT_NE(tracked("disputed_since"), since) << "another one";
}

TEST_F(guild_moves, a_dispute_ends_when_our_guild_answers_again) {
  dispute();
  scan(members, 2);
  EXPECT_EQ(tracked("state"), "active");
  EXPECT_EQ(tracked("num_nonnulls(disputed_realm_id, disputed_bnet_id, disputed_since)"), "0");
  EXPECT_EQ(scalar("select name_key from guilds"), "avalerion");
  EXPECT_EQ(scalar("select state from document_states where document = 'guild'"), "ok");
}

TEST_F(guild_moves, a_hand_over_ends_memberships_and_rights_and_keeps_the_history) {
  dispute();
  const auto work = claim_again();
  ASSERT_TRUE(db->ask(domain::hand_over_guild{work}));
  EXPECT_EQ(open_rows(), 0);
  EXPECT_EQ(scalar("select coalesce(leader_id, 0) + member_count from guilds"), "0");
  EXPECT_EQ(events("left"), 10);
  EXPECT_EQ(events("guild_handed_over"), 1);
  EXPECT_EQ(count("select count(*) from characters where guild_id is not null"), 0);
  EXPECT_EQ(tracked("state || coalesce(guild_id, 0)"), "pending0");
  EXPECT_EQ(count("select count(*) from sync_queue where guild_id is not null"), 0);
  EXPECT_EQ(scalar("select guild_id from rosters"), std::to_string(guild.value));

  // Whoever answers at the address is a guild of its own.
  auto next = work;
  next.guild.reset();
  next.identity.reset();
  const auto newcomers = crowd(5, 7'000);
  const auto other =
      apply(outcome_of(next, newcomers, 2, {.guild = 88'888, .name = "Avalerion"})).guild;
  EXPECT_NE(other, guild);
  EXPECT_EQ(tracked("guild_id"), std::to_string(other.value));
  EXPECT_EQ(open_rows(), 5);
  EXPECT_EQ(
      count(
          "select count(*) from guild_events where guild_id = " + std::to_string(other.value)),
      0)
      << "a first scan logs no joins, and nothing of the old guild is its own";
}

TEST_F(guild_moves, to_track_a_disputed_address_again_decides_at_once) {
  dispute();
  track();
  EXPECT_EQ(open_rows(), 0);
  EXPECT_EQ(events("guild_handed_over"), 1);
  EXPECT_EQ(tracked("state || coalesce(guild_id, 0)"), "pending0");
  track();
  EXPECT_EQ(events("guild_handed_over"), 1);
}

TEST_F(guild_moves, a_guild_that_is_renamed_stays_the_same_row) {
  const auto work = claim_again();
  ASSERT_TRUE(db->ask(
      domain::move_guild{work, {address.region, "stormrage", "new-dawn"}, *work.identity}));
  auto moved = outcome_of(work, members, 2, {.name = "New Dawn"});
  moved.work.address.name_slug = "new-dawn";
  EXPECT_EQ(apply(moved).guild, guild);
  EXPECT_EQ(scalar("select name_key from guilds"), "new-dawn");
  EXPECT_EQ(tracked("name_slug || ' ' || state"), "new-dawn active");
  EXPECT_EQ(events("guild_renamed"), 1);
  EXPECT_EQ(open_rows(), 10);
}

TEST_F(guild_moves, whoever_took_the_name_of_a_renamed_guild_becomes_a_candidate) {
  dispute();
  const auto work = claim_again();
  const auto stranger = domain::parse_guild(guild_body(88'888, "Avalerion", 50)).value();
  ASSERT_TRUE(db->ask(domain::move_guild{
      work, {address.region, "stormrage", "new-dawn"}, *work.identity, stranger}));
  EXPECT_EQ(
      scalar("select bnet_guild_id || ' ' || name_slug from guild_candidates"),
      "88888 avalerion");
  EXPECT_EQ(tracked("name_slug || ' ' || state"), "new-dawn active");
}

TEST_F(guild_moves, a_guild_on_another_realm_keeps_row_rights_and_history) {
  const auto work = claim_again();
  const domain::guild_identity there{address.region, realm_id{2}, bnet_guild_id{bnet_guild}};
  ASSERT_TRUE(
      db->ask(domain::move_guild{work, {address.region, "draenor", "avalerion"}, there}));
  EXPECT_EQ(
      scalar("select id || ' ' || realm_id || ' ' || realm || ' ' || name_key from guilds"),
      std::to_string(guild.value) + " 2 draenor avalerion");
  EXPECT_EQ(tracked("realm || ' ' || state"), "draenor active");
  EXPECT_EQ(events("guild_moved"), 1);
  EXPECT_EQ(open_rows(), 10);
  EXPECT_EQ(scalar("select leader_id is not null from guilds"), "t");
}

TEST_F(guild_moves, an_address_that_is_tracked_on_its_own_is_a_conflict) {
  track({address.region, "stormrage", "new-dawn"});
  db->exec(
      "update sync_queue set due_at = app_now() + interval '1 day' where tracked_guild_id = "
      "(select id from tracked_guilds where name_slug = 'new-dawn')");
  db->exec("update tracked_guilds set roster_due_at = app_now() where name_slug = 'avalerion';"
           "update sync_queue q set due_at = app_now() from tracked_guilds t where t.id = "
           "q.tracked_guild_id and t.name_slug = 'avalerion'");
  const auto work = claim();
  const auto moved = db->ask(
      domain::move_guild{work, {address.region, "stormrage", "new-dawn"}, *work.identity});
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, ec::conflict);
  EXPECT_EQ(
      scalar("select state from tracked_guilds where name_slug = 'avalerion'"), "renamed");
}

TEST_F(guild_moves, a_guild_whose_new_identity_has_a_row_from_before_goes_on_as_that_row) {
  const domain::guild_address elsewhere{address.region, "stormrage", "new-dawn"};
  const scan_options new_dawn{.guild = 70'002, .name = "New Dawn"};
  track(elsewhere);
  auto work = claim();
  const auto before = apply(outcome_of(work, crowd(2, 5'000), 2, new_dawn)).guild;
  finish(work, before);
  ASSERT_TRUE(db->ask(domain::untrack{elsewhere}));
  work = claim_again();
  const domain::guild_identity identity{address.region, realm_id{1}, bnet_guild_id{70'002}};
  ASSERT_TRUE(db->ask(domain::move_guild{work, elsewhere, identity}));
  EXPECT_EQ(open_rows(), 2) << "nobody stays in what is not looked at any more";
  work.address = elsewhere;
  work.identity = identity;
  EXPECT_EQ(apply(outcome_of(work, members, 3, new_dawn)).guild, before);
  EXPECT_EQ(
      scalar("select count(*) || min(state) || min(name_slug) || min(guild_id) from "
             "tracked_guilds"),
      "1activenew-dawn" + std::to_string(before.value));
  EXPECT_EQ(
      scalar(
          "select count(*) from guild_members where left_at is null and guild_id = "
          + std::to_string(before.value)),
      "10");
}

TEST_F(guild_moves, members_are_asked_who_logged_in_last) {
  db->exec("update characters set last_login_at = app_now() - interval '1 day' * "
           "(bnet_character_id - 1000)");
  const auto asked = db->ask(domain::some_members{guild, 2});
  ASSERT_TRUE(asked);
  ASSERT_EQ(asked->size(), 2u);
  EXPECT_EQ(
      (*asked)[0].name_key,
      scalar("select name_key from characters where bnet_character_id = 1000"));
}

TEST_F(
    guild_moves,
    a_guild_that_is_tracked_at_its_new_address_is_not_handed_over_with_its_old_one) {
  dispute();
  const domain::guild_address moved{domain::region::eu, "stormrage", "new-dawn"};
  track(moved);
  const auto work = claim();
  ASSERT_EQ(work.address, moved);
  EXPECT_EQ(apply(outcome_of(work, members, 2, {.name = "New Dawn"})).guild, guild);
  finish(work, guild);
  track();
  EXPECT_EQ(open_rows(), 10);
  EXPECT_EQ(events("guild_handed_over"), 0);
  EXPECT_EQ(scalar("select name_key from guilds"), "new-dawn");
  EXPECT_EQ(scalar("select leader_id is not null from guilds"), "t");
  EXPECT_EQ(
      scalar("select state || coalesce(guild_id, 0) from tracked_guilds where name_slug = "
             "'avalerion'"),
      "pending0")
      << "whoever answers there now";
}

TEST_F(guild_moves, to_track_the_address_of_a_renamed_row_again_means_whoever_is_there) {
  track({domain::region::eu, "stormrage", "new-dawn"});
  db->exec(
      "update tracked_guilds set guild_id = " + std::to_string(guild.value)
      + "; update guilds set name_key = 'new-dawn';"
        "update tracked_guilds set state = 'renamed' where name_slug = 'avalerion'");
  track();
  EXPECT_EQ(
      scalar("select state || coalesce(guild_id, 0) from tracked_guilds where name_slug = "
             "'avalerion'"),
      "pending0");
  EXPECT_EQ(open_rows(), 10);
}

} // namespace guildhall::test
