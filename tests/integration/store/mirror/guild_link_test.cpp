#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

/// Which guild a character is in, by its profile and by rosters.
class guild_link : public mirror {};

// The back end before this one wrote Battle.net's guild id into the foreign key: the log said
// "Guild with ID 115248327 not found" and every such character failed with
// "violates foreign key constraint characters_guild_id_fkey".
TEST_F(guild_link, an_unknown_guild_fails_nobody_and_becomes_a_candidate) {
  const auto work = claim_own();
  ASSERT_TRUE(apply(outcome_of(work, {.who = lonely, .guild = 115'248'327}, 1)));
  EXPECT_EQ(scalar("select guild_id from characters where bnet_character_id = 555"), "");
  EXPECT_EQ(
      scalar("select profile_json is not null and last_synced_at is not null from characters"),
      "t");
  EXPECT_EQ(scalar("select bnet_guild_id from guild_candidates"), "115248327");
  EXPECT_EQ(count("select count(*) from guilds"), 0);
  EXPECT_EQ(
      scalar("select candidate_id = (select id from guild_candidates) from characters"), "t");
}

TEST_F(guild_link, the_foreign_key_holds_the_local_key_of_the_battle_net_guild) {
  // Local ids never meet Battle.net's: the guild row 1 has the Battle.net id of the seed.
  track();
  const auto guild = scan(crowd(10), 1, {.guild = 115'248'327}).guild;
  ASSERT_NE(guild.value, 115'248'327);
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely, .guild = 115'248'327}, 100)));
  EXPECT_EQ(
      scalar("select guild_id from characters where bnet_character_id = 555"),
      std::to_string(guild.value));
  EXPECT_EQ(count("select count(*) from guild_candidates"), 0);
  // A local id that equals a Battle.net id is not that guild.
  const auto local_id = guild.value;
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely, .guild = local_id}, 101)));
  EXPECT_EQ(scalar("select guild_id from characters where bnet_character_id = 555"), "");
  EXPECT_EQ(scalar("select bnet_guild_id from guild_candidates"), std::to_string(local_id));
}

TEST_F(guild_link, tracking_a_candidate_links_those_who_wait_for_it) {
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely, .guild = 115'248'327}, 1)));
  track();
  const auto guild = scalar("select id from guilds where bnet_guild_id = 115248327");
  ASSERT_NE(guild, "");
  EXPECT_EQ(scalar("select guild_id from characters where bnet_character_id = 555"), guild);
  EXPECT_EQ(count("select count(*) from guild_candidates"), 0);
  const auto applied = scan(crowd(10), 2, {.guild = 115'248'327});
  EXPECT_EQ(std::to_string(applied.guild.value), guild);
  EXPECT_TRUE(applied.first_scan);
}

TEST_F(guild_link, a_guild_fetched_under_another_address_links_them_too) {
  ASSERT_TRUE(apply(outcome_of(
      claim_own(), {.who = lonely, .guild = bnet_guild, .guild_name = "Old Name"}, 1)));
  track();
  EXPECT_EQ(count("select count(*) from guilds"), 0);
  const auto guild = scan(crowd(10), 2).guild;
  EXPECT_EQ(
      scalar("select guild_id from characters where bnet_character_id = 555"),
      std::to_string(guild.value));
}

TEST_F(guild_link, whom_a_roster_lists_is_in_that_guild_whatever_the_profile_says) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  ASSERT_TRUE(
      apply(outcome_of(claim_member(guild, 1'003), {.who = members[3], .guild = 424'242}, 50)));
  EXPECT_EQ(
      scalar("select guild_id from characters where bnet_character_id = 1003"),
      std::to_string(guild.value));
  EXPECT_EQ(count("select count(*) from guild_candidates"), 0);
}

TEST_F(guild_link, a_profile_older_than_the_roster_does_not_bring_a_leaver_back) {
  track();
  auto members = crowd(30);
  const auto guild = scan(members, 10).guild;
  db->exec(
      "insert into users (bnet_account_id) values (1);"
      "update characters set user_id = (select id from users) where bnet_character_id = 1029");
  const auto leaver = members.back();
  members.pop_back();
  scan(members, 20);
  const auto own = [&] {
    db->exec(
        "update sync_queue set due_at = app_now() where guild_id is null and character_id is "
        "not null");
    return db->ask(domain::claim_characters{std::nullopt, 10, lease_time}).value().front();
  };
  ASSERT_TRUE(apply(outcome_of(own(), {.who = leaver, .guild = bnet_guild}, 15)));
  EXPECT_EQ(scalar("select guild_id from characters where bnet_character_id = 1029"), "");
  ASSERT_TRUE(apply(outcome_of(own(), {.who = leaver, .guild = bnet_guild}, 30)));
  EXPECT_EQ(
      scalar("select guild_id from characters where bnet_character_id = 1029"),
      std::to_string(guild.value));
}

TEST_F(guild_link, a_guild_that_cannot_be_read_does_not_take_the_character_out_of_its_own) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  ASSERT_TRUE(apply(outcome_of(claim_own(), {.who = lonely, .guild = bnet_guild}, 100)));
  auto outcome = outcome_of(claim_own(), {.who = lonely}, 101);
  outcome.profile->guild_unclear = true;
  ASSERT_TRUE(apply(outcome));
  EXPECT_EQ(
      scalar("select guild_id from characters where bnet_character_id = 555"),
      std::to_string(guild.value));
}

} // namespace guildhall::test
