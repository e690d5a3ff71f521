#include "mirror.hpp"
#include "store/guild_writes.hpp"
#include "store/tracking.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;

class guild_sync : public mirror {};

TEST_F(guild_sync, the_first_scan_stores_everybody_and_logs_no_joins) {
  track();
  const auto members = crowd(30);
  const auto applied = scan(members, 1);
  EXPECT_TRUE(applied.first_scan);
  EXPECT_EQ(applied.members, 30);
  EXPECT_EQ(open_rows(), 30);
  EXPECT_EQ(count("select count(*) from guild_events"), 0);
  EXPECT_EQ(count("select count(*) from guild_members where joined_at is not null"), 0);
  EXPECT_EQ(count("select count(*) from characters where guild_id is null"), 0);
  EXPECT_EQ(scalar("select member_count from guilds"), "30");
  EXPECT_EQ(scalar("select state from tracked_guilds"), "active");
  // Everybody is due at once, and the guild with them.
  EXPECT_EQ(
      count("select count(*) from sync_queue where character_id is not null and due_at <= "
            "app_now()"),
      30);
  EXPECT_EQ(
      count("select count(*) from sync_queue where tracked_guild_id is not null and "
            "due_at <= app_now()"),
      1);
}

TEST_F(guild_sync, a_roster_is_stored_as_received) {
  track();
  const auto members = crowd(3);
  scan(members, 1);
  EXPECT_EQ(
      scalar(
          "select roster_json = '" + roster_body(bnet_guild, members) + "'::jsonb from guilds"),
      "t");
  EXPECT_EQ(
      count("select count(*) from guild_members m join characters c on c.id = m.character_id "
            "where member_data_json #>> '{character,name}' = c.name"),
      3);
  EXPECT_EQ(
      scalar("select last_modified from document_states where document = 'roster'"),
      version(1));
}

TEST_F(guild_sync, joining_leaving_and_returning_keep_one_row) {
  track();
  auto members = crowd(30);
  const auto guild = scan(members, 1).guild;
  const auto gone = members.back();
  members.pop_back();
  members.push_back({.id = 5'000, .name = "Newcomer"});
  auto applied = scan(members, 2);
  EXPECT_EQ(applied.joined, 1);
  EXPECT_EQ(applied.left, 1);
  EXPECT_EQ(events("joined"), 1);
  EXPECT_EQ(events("left"), 1);
  EXPECT_EQ(count("select count(*) from guild_members where joined_at is not null"), 1);
  const auto row = scalar("select id from guild_members where left_at is not null");
  EXPECT_EQ(
      scalar(
          "select guild_id from characters where bnet_character_id = "
          + std::to_string(gone.id)),
      "");

  members.push_back(gone);
  applied = scan(members, 3);
  EXPECT_EQ(applied.returned, 1);
  EXPECT_EQ(events("returned"), 1);
  EXPECT_EQ(
      scalar(
          "select left_at is null and joined_at is not null from guild_members where id = "
          + row),
      "t");
  EXPECT_EQ(
      scalar(
          "select guild_id from characters where bnet_character_id = "
          + std::to_string(gone.id)),
      std::to_string(guild.value));
  EXPECT_EQ(open_rows(), 31);
}

TEST_F(guild_sync, the_same_roster_again_changes_nothing) {
  track();
  const auto members = crowd(30);
  scan(members, 1);
  const auto before =
      scalar("select string_agg(xmin::text, ',' order by id) from guild_members");
  const auto characters =
      scalar("select string_agg(xmin::text, ',' order by id) from characters");
  const auto applied = scan(members, 2);
  EXPECT_FALSE(applied.first_scan);
  EXPECT_EQ(applied.joined + applied.left + applied.renamed + applied.rank_changes, 0);
  EXPECT_EQ(
      scalar("select string_agg(xmin::text, ',' order by id) from guild_members"), before);
  EXPECT_EQ(
      scalar("select string_agg(xmin::text, ',' order by id) from characters"), characters);
  EXPECT_EQ(count("select count(*) from guild_events"), 0);
}

TEST_F(guild_sync, an_event_says_between_which_scans_it_happened) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  const auto first = scalar("select checked_at from document_states where document = 'roster'");
  members.pop_back();
  scan(members, 2);
  EXPECT_EQ(scalar("select seen_after from guild_events where kind = 'left'"), first);
  EXPECT_EQ(scalar("select seen_at > seen_after from guild_events where kind = 'left'"), "t");
}

TEST_F(guild_sync, events_are_append_only) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  members.pop_back();
  scan(members, 2);
  EXPECT_THROW(db->exec("delete from guild_events"), std::runtime_error);
  EXPECT_THROW(db->exec("update guild_events set kind = 'joined'"), std::runtime_error);
  EXPECT_NO_THROW(db->exec("update guild_events set old_name = null, new_name = null"));
}

TEST_F(guild_sync, a_promotion_is_an_event_and_recounts_the_ranks) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  members[7].rank = 1;
  const auto applied = scan(members, 2);
  EXPECT_EQ(applied.rank_changes, 1);
  EXPECT_EQ(scalar("select new_rank from guild_events where kind = 'rank_changed'"), "1");
  EXPECT_EQ(
      count("select count(*) from ranks r where member_count <> (select count(*) from "
            "guild_members m where m.guild_id = r.guild_id and m.rank = r.rank_id and left_at "
            "is null)"),
      0);
  EXPECT_EQ(scalar("select rank_name from ranks where rank_id = 0"), "Guild Master");
  EXPECT_EQ(scalar("select rank_name from ranks where rank_id = 1"), "Rank 1");
}

TEST_F(guild_sync, a_named_rank_stays_when_it_is_empty) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  db->exec("update ranks set rank_name = 'Raiders', is_custom = true where rank_id = 2");
  for (auto& m : members)
    if (m.rank == 2)
      m.rank = 3;
  scan(members, 2);
  EXPECT_EQ(
      scalar("select rank_name || member_count from ranks where rank_id = 2"), "Raiders0");
}

TEST_F(guild_sync, a_rename_keeps_the_row_and_its_address_follows) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  const auto old = members[4].name;
  members[4].name = "Ærwyn";
  EXPECT_EQ(scan(members, 2).renamed, 1);
  EXPECT_EQ(
      scalar(
          "select name_key from characters where bnet_character_id = "
          + std::to_string(members[4].id)),
      "ærwyn");
  EXPECT_EQ(
      scalar("select old_name || '>' || new_name from guild_events where kind = 'renamed'"),
      old + ">Ærwyn");
  EXPECT_EQ(count("select count(*) from guild_members where character_name = 'Ærwyn'"), 1);
}

TEST_F(guild_sync, two_members_swap_their_names) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  std::swap(members[4].name, members[5].name);
  const auto applied = scan(members, 2);
  EXPECT_EQ(applied.renamed, 2);
  EXPECT_EQ(applied.addresses_taken_over, 0);
  EXPECT_EQ(
      scalar(
          "select name from characters where bnet_character_id = "
          + std::to_string(members[4].id)),
      members[4].name);
  EXPECT_EQ(count("select count(*) from characters where name_key is null"), 0);
}

TEST_F(guild_sync, a_name_that_another_identity_has_now_is_taken_over) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  const auto old_holder = members.back();
  members.pop_back();
  scan(members, 2); // left, and erased nothing
  db->exec(
      "insert into sync_queue (character_id, priority, due_at) select id, 2, 'infinity' "
      "from characters where bnet_character_id = "
      + std::to_string(old_holder.id));
  members.push_back({.id = 9'999, .name = old_holder.name});
  const auto applied = scan(members, 3);
  EXPECT_EQ(applied.addresses_taken_over, 1);
  EXPECT_EQ(events("address_taken_over"), 1);
  EXPECT_EQ(
      scalar(
          "select name_key is null and name is not null from characters where "
          "bnet_character_id = "
          + std::to_string(old_holder.id)),
      "t");
  EXPECT_EQ(
      scalar(
          "select due_at <= app_now() from sync_queue q join characters c on c.id = "
          "q.character_id where bnet_character_id = "
          + std::to_string(old_holder.id)),
      "t");
}

TEST_F(guild_sync, two_of_one_name_on_one_realm_are_both_stored) {
  track();
  auto members = crowd(5);
  members[3].name = members[2].name;
  scan(members, 1);
  EXPECT_EQ(open_rows(), 5);
  EXPECT_EQ(count("select count(*) from characters where name_key is null"), 1);
}

TEST_F(guild_sync, a_transfer_waits_for_the_leavers_status_and_moves_what_people_gave) {
  track();
  auto members = crowd(30);
  const auto guild = scan(members, 1).guild;
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
  EXPECT_EQ(scan(members, 2).transfers_to_check, 1);
  const auto waiting =
      db->run([&](store::session& s) { return store::pending_transfers(s, guild); });
  ASSERT_TRUE(waiting);
  ASSERT_EQ(waiting->size(), 1u);
  EXPECT_EQ(events("transferred"), 0);

  db->exec("update sync_queue set due_at = app_now() where tracked_guild_id is not null;"
           "update tracked_guilds set roster_due_at = app_now()");
  const auto work = claim();
  ASSERT_TRUE(db->run([&](store::session& s) {
    return store::settle_transfer(s, work.lease, waiting->front(), true);
  }));
  EXPECT_EQ(events("transferred"), 1);
  EXPECT_EQ(
      scalar("select user_id is not null from characters where bnet_character_id = 90000"),
      "t");
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

TEST_F(guild_sync, a_leaver_who_still_exists_is_somebody_else) {
  track();
  auto members = crowd(30);
  const auto guild = scan(members, 1).guild;
  members[6].id = 90'000;
  scan(members, 2);
  db->exec("update sync_queue set due_at = app_now() where tracked_guild_id is not null;"
           "update tracked_guilds set roster_due_at = app_now()");
  const auto work = claim();
  const auto waiting =
      db->run([&](store::session& s) { return store::pending_transfers(s, guild); });
  ASSERT_EQ(waiting->size(), 1u);
  ASSERT_TRUE(db->run([&](store::session& s) {
    return store::settle_transfer(s, work.lease, waiting->front(), false);
  }));
  EXPECT_EQ(events("transferred"), 0);
  EXPECT_EQ(count("select count(*) from pending_transfers"), 0);
}

TEST_F(guild_sync, a_guild_that_is_renamed_stays_the_same_row) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  db->exec("update tracked_guilds set roster_due_at = app_now();"
           "update sync_queue set due_at = app_now() where tracked_guild_id is not null");
  const auto work = claim();
  ASSERT_TRUE(
      db->run([&](store::session& s) { return store::guild_renamed(s, work, "new-dawn"); }));
  auto moved = outcome_of(work, members, 2, {.name = "New Dawn"});
  moved.work.address.name_slug = "new-dawn";
  EXPECT_EQ(apply(moved).guild, guild);
  EXPECT_EQ(scalar("select name_key from guilds"), "new-dawn");
  EXPECT_EQ(scalar("select name_slug || ' ' || state from tracked_guilds"), "new-dawn active");
  EXPECT_EQ(events("guild_renamed"), 1);
}

TEST_F(guild_sync, a_suspicious_roster_changes_nothing_until_another_agrees) {
  track();
  const auto members = crowd(40);
  scan(members, 1);
  const std::vector<member> half(members.begin(), members.begin() + 15);
  // The guild document still counts 40.
  for (const auto& roster : {std::vector<member>{}, half}) {
    scan(roster, 2, {.count = 40});
    EXPECT_EQ(open_rows(), 40);
    EXPECT_EQ(events("left"), 0);
    EXPECT_EQ(scalar("select state from document_states where document = 'roster'"), "suspect");
    EXPECT_EQ(
        scalar("select last_modified from document_states where document = 'roster'"),
        version(1));
    EXPECT_EQ(scalar("select jsonb_array_length(roster_json -> 'members') from guilds"), "40");
  }
  // The same answer is no second opinion; one with another Last-Modified is.
  scan(half, 2, {.count = 40});
  EXPECT_EQ(open_rows(), 40);
  scan(half, 3, {.count = 40});
  EXPECT_EQ(open_rows(), 15);
  EXPECT_EQ(events("left"), 25);
  EXPECT_EQ(scalar("select state from document_states where document = 'roster'"), "ok");
  EXPECT_EQ(scalar("select suspect_first_seen from guilds"), "");
}

TEST_F(guild_sync, a_suspicious_roster_is_believed_when_it_says_the_same_six_hours_later) {
  track();
  const auto members = crowd(40);
  scan(members, 1);
  const std::vector<member> half(members.begin(), members.begin() + 15);
  scan(half, 2, {.count = 40});
  db->shift_clock(5h);
  scan(half, 2, {.count = 40});
  EXPECT_EQ(open_rows(), 40);
  db->shift_clock(2h);
  scan(half, 2, {.count = 40});
  EXPECT_EQ(open_rows(), 15);
}

TEST_F(guild_sync, a_404_closes_nothing_and_is_gone_after_14_days) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  const auto answer_404 = [&] {
    db->exec("update tracked_guilds set roster_due_at = app_now();"
             "update sync_queue set due_at = app_now() where tracked_guild_id is not null");
    domain::guild_outcome outcome;
    outcome.work = claim();
    outcome.failed = {
        {domain::document::guild, domain::failure_class::not_found, "404", in(24h)}};
    outcome.next_due = in(24h);
    apply(outcome);
    finish(outcome.work, guild);
    return scalar("select state from tracked_guilds");
  };
  EXPECT_EQ(answer_404(), "not_found");
  EXPECT_EQ(open_rows(), 10);
  db->shift_clock(15 * 24h);
  EXPECT_EQ(answer_404(), "gone");
  EXPECT_EQ(open_rows(), 10);
  EXPECT_EQ(scalar("select guild_data_json is not null from guilds"), "t");
  scan(members, 2);
  EXPECT_EQ(
      scalar("select state || coalesce(not_found_since::text, '') from tracked_guilds"),
      "active");
}

TEST_F(guild_sync, a_foreign_guild_at_the_address_overwrites_nothing) {
  track();
  const auto members = crowd(10);
  scan(members, 1);
  scan(crowd(5, 7'000), 2, {.guild = 88'888, .name = "Avalerion"});
  EXPECT_EQ(count("select count(*) from guilds"), 1);
  EXPECT_EQ(open_rows(), 10);
  EXPECT_EQ(scalar("select state from tracked_guilds"), "not_found");
}

TEST_F(guild_sync, two_addresses_of_one_identity_share_the_row) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  track({domain::region::eu, "stormrage", "avalerión"});
  const auto work = claim();
  EXPECT_EQ(work.address.name_slug, "avalerión");
  EXPECT_EQ(apply(outcome_of(work, members, 1, {})).guild, guild);
  EXPECT_EQ(count("select count(*) from guilds"), 1);
  EXPECT_EQ(count("select count(distinct guild_id) from tracked_guilds"), 1);
  EXPECT_EQ(open_rows(), 10);
}

TEST_F(guild_sync, a_character_is_in_the_guild_whose_roster_is_newer) {
  track();
  const auto first = scan(crowd(10), 10).guild;
  db->exec(
      "update sync_queue set due_at = 'infinity'; update tracked_guilds set roster_due_at = "
      "'infinity'");
  const domain::guild_address other{domain::region::eu, "stormrage", "rivals"};
  track(other);
  auto rivals = crowd(10, 4'000);
  rivals.push_back(crowd(10)[5]); // listed by both
  const auto with = [&](int n) {
    db->exec(
        "update sync_queue set due_at = app_now() where tracked_guild_id = (select id from "
        "tracked_guilds where name_slug = 'rivals'); update tracked_guilds set roster_due_at "
        "= app_now() where name_slug = 'rivals'");
    const auto work = claim();
    const auto applied =
        apply(outcome_of(work, rivals, n, {.guild = 70'002, .name = "Rivals"}));
    finish(work, applied.guild);
    return applied;
  };
  with(5); // older than the first guild's
  EXPECT_EQ(open_rows(), 20);
  EXPECT_EQ(
      scalar("select guild_id from characters where bnet_character_id = 1005"),
      std::to_string(first.value));
  EXPECT_EQ(
      scalar("select last_modified from document_states d join guilds g on g.id = "
             "d.guild_id where document = 'roster' and g.name = 'Rivals'"),
      "")
      << "the next answer must be a whole one";

  const auto second = with(20).guild; // newer
  EXPECT_EQ(open_rows(), 20);
  EXPECT_EQ(
      scalar("select guild_id from characters where bnet_character_id = 1005"),
      std::to_string(second.value));
  EXPECT_EQ(
      scalar("select guild_id from guild_events where kind = 'listed_elsewhere'"),
      std::to_string(first.value));
  EXPECT_EQ(
      scalar("select member_count from guilds where id = " + std::to_string(first.value)), "9");
}

TEST_F(guild_sync, a_body_that_jsonb_refuses_is_malformed_and_the_rest_is_stored) {
  track();
  const auto members = crowd(10);
  scan(members, 1);
  db->exec("update tracked_guilds set roster_due_at = app_now();"
           "update sync_queue set due_at = app_now() where tracked_guild_id is not null");
  for (const std::string bad : {R"("\u0000")", R"("\ud800")", "1e999999"}) {
    const auto work = claim();
    auto outcome = outcome_of(work, crowd(12), 2, {});
    outcome.roster->body.insert(outcome.roster->body.size() - 1, R"(,"x":)" + bad);
    const auto applied = apply(outcome);
    EXPECT_EQ(applied.joined, 0) << bad;
    finish(work, applied.guild);
    db->exec("update tracked_guilds set roster_due_at = app_now();"
             "update sync_queue set due_at = app_now() where tracked_guild_id is not null");
    EXPECT_EQ(open_rows(), 10) << bad;
    EXPECT_EQ(
        scalar("select state from document_states where document = 'roster'"), "malformed")
        << bad;
    EXPECT_EQ(scalar("select jsonb_array_length(roster_json -> 'members') from guilds"), "10");
    EXPECT_EQ(
        scalar("select last_modified from document_states where document = 'guild'"),
        version(2));
  }
}

TEST_F(guild_sync, the_leader_is_the_user_of_the_guild_master) {
  track();
  auto members = crowd(10);
  scan(members, 1);
  EXPECT_EQ(scalar("select leader_id from guilds"), "");
  db->exec(
      "insert into users (bnet_account_id) values (1);"
      "update characters set user_id = (select id from users) where bnet_character_id = 1000");
  members[1].level = 79;
  scan(members, 2);
  EXPECT_EQ(scalar("select leader_id = (select id from users) from guilds"), "t");
}

TEST_F(guild_sync, names_that_cannot_be_asked_for_are_not_due) {
  track();
  auto members = crowd(10);
  members[3].name = "deadbeef012";
  members[4].name = "";
  scan(members, 1);
  EXPECT_EQ(count("select count(*) from sync_queue where due_at = 'infinity'"), 2);
  members[3].name = "Returned";
  scan(members, 2);
  EXPECT_EQ(count("select count(*) from sync_queue where due_at = 'infinity'"), 1);
}

} // namespace guildhall::test
