#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;

/// Leavers and joiners who may be one person under two ids.
class transfers : public mirror {};

TEST_F(transfers, wait_for_the_leavers_status_and_move_what_this_guild_gave) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  db->exec(
      "insert into users (bnet_account_id, battletag) values (1, 'A#1');"
      "update characters set user_id = (select id from users) where bnet_character_id = "
      + std::to_string(members[6].id)
      + ";insert into rosters (guild_id, name) select id, 'Raid' from guilds;"
        "insert into roster_members (roster_id, character_id) select r.id, c.id from rosters "
        "r, "
        "characters c where user_id is not null;"
        "update guild_members set is_main = true where character_id = (select id from "
        "characters where user_id is not null)");
  members[6].id = 90'000; // another id on another realm, same name and class
  members[6].realm_id = 2;
  members[6].realm = "draenor";
  const auto waiting = scan(members, 2).transfers;
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(events("transferred"), 0);

  const auto work = claim_again();
  ASSERT_TRUE(db->ask(domain::settle_transfer{work.lease, waiting.front(), true}));
  EXPECT_EQ(events("transferred"), 1);
  EXPECT_EQ(
      scalar("select user_id is not null from characters where bnet_character_id = 90000"), "f")
      << "whose it is, only an account list says";
  EXPECT_EQ(
      scalar("select is_main from guild_members m join characters c on c.id = "
             "m.character_id where bnet_character_id = 90000"),
      "t");
  EXPECT_EQ(
      scalar("select bnet_character_id from roster_members r join characters c on c.id = "
             "r.character_id"),
      "90000");
  EXPECT_EQ(count("select count(*) from pending_transfers"), 0);
}

TEST_F(transfers, of_which_nobody_ever_hears_are_given_up) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  members[6].id = 90'000;
  members[6].realm_id = 2;
  members[6].realm = "draenor";
  EXPECT_EQ(scan(members, 2).transfers.size(), 1u);
  db->shift_clock(13 * 24h);
  EXPECT_EQ(scan(members, 3).transfers.size(), 1u);
  db->shift_clock(2 * 24h);
  EXPECT_EQ(scan(members, 4).transfers.size(), 0u);
  EXPECT_EQ(count("select count(*) from pending_transfers"), 0);
}

TEST_F(transfers, move_nothing_of_other_guilds_and_no_sign_up) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  db->exec(
      "insert into users (bnet_account_id, battletag) values (1, 'A#1');"
      "insert into guilds (region, realm_id, bnet_guild_id, realm, name) values ('eu', 1, 5, "
      "'stormrage', 'Elsewhere');"
      "insert into rosters (guild_id, name) select id, 'Theirs' from guilds where name = "
      "'Elsewhere';"
      "insert into roster_members (roster_id, character_id) select r.id, c.id from rosters r, "
      "characters c where bnet_character_id = "
      + std::to_string(members[6].id)
      + ";insert into events (guild_id, title, event_type, start_time, end_time, created_by) "
        "select g.id, 'Raid', 'Raid', app_now(), app_now() + interval '1 hour', u.id from "
        "guilds "
        "g, users u where g.name <> 'Elsewhere';"
        "insert into event_subscriptions (event_id, user_id, character_id, status) select "
        "e.id, "
        "u.id, c.id, 'Confirmed' from events e, users u, characters c where bnet_character_id "
        "= "
      + std::to_string(members[6].id));
  members[6].id = 90'000;
  const auto waiting = scan(members, 2).transfers;
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_TRUE(waiting.front().same_address);
  EXPECT_EQ(waiting.front().joiner_bnet_id, bnet_character_id{90'000});
  const auto work = claim_again();
  ASSERT_TRUE(db->ask(domain::settle_transfer{work.lease, waiting.front(), true}));
  for (const auto* table : {"roster_members", "event_subscriptions"})
    EXPECT_NE(
        scalar(
            "select bnet_character_id from " + std::string{table}
            + " r join characters c on c.id = r.character_id"),
        "90000")
        << table;
}

TEST_F(transfers, need_a_leaver_who_is_nowhere_any_more) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  members[6].id = 90'000;
  scan(members, 2);
  const auto work = claim_again();
  const auto waiting = apply(outcome_of(work, members, 2, {})).transfers; // of the scan before
  ASSERT_EQ(waiting.size(), 1u);
  ASSERT_TRUE(db->ask(domain::settle_transfer{work.lease, waiting.front(), false}));
  EXPECT_EQ(events("transferred"), 0);
  EXPECT_EQ(count("select count(*) from pending_transfers"), 0);
}

} // namespace guildhall::test
