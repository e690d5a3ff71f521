#include "store/mirror/erase.hpp"
#include "store/mirror/guild_row.hpp"
#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;

class guild_guards : public mirror {};

TEST_F(guild_guards, a_suspicious_roster_changes_nothing_until_another_agrees) {
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
  // The same answer is no second opinion, nor is one a moment later; one with another
  // Last-Modified is, once the guild does not count all of them any more.
  scan(half, 2, {.count = 40});
  EXPECT_EQ(open_rows(), 40);
  scan(half, 3, {.count = 30});
  EXPECT_EQ(open_rows(), 40);
  db->shift_clock(10min);
  scan(half, 4, {.count = 40});
  EXPECT_EQ(open_rows(), 40);
  scan(half, 4, {.count = 30});
  EXPECT_EQ(open_rows(), 15);
  EXPECT_EQ(events("left"), 25);
  EXPECT_EQ(scalar("select state from document_states where document = 'roster'"), "ok");
  EXPECT_EQ(scalar("select suspect_first_seen from guilds"), "");
}

TEST_F(guild_guards, a_suspicious_roster_is_looked_at_again_when_a_second_opinion_counts) {
  track();
  const auto members = crowd(40);
  scan(members, 1);
  const auto applied = scan({members.begin(), members.begin() + 15}, 2, {.count = 40});
  ASSERT_TRUE(applied.look_again);
  EXPECT_GE(*applied.look_again, in(10min));
  EXPECT_LE(*applied.look_again, in(12min));
}

TEST_F(guild_guards, a_suspicious_roster_is_believed_when_it_says_the_same_six_hours_later) {
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

TEST_F(guild_guards, a_suspicious_roster_is_believed_later_although_some_of_it_cannot_be_read) {
  track();
  const auto members = crowd(60);
  scan(members, 1);
  const std::vector<member> half(members.begin(), members.begin() + 15);
  const auto scan_half = [&] {
    const auto work = claim_again();
    auto outcome = outcome_of(work, half, 2, {.count = 60});
    for (int i = 50; i < 60; ++i)
      outcome.roster_document->unreadable.emplace_back(
          realm_id{1}, bnet_character_id{members[static_cast<std::size_t>(i)].id});
    finish(work, apply(outcome).guild);
  };
  scan_half();
  EXPECT_EQ(open_rows(), 60);
  db->shift_clock(7h);
  scan_half();
  EXPECT_EQ(open_rows(), 25);
}

TEST_F(guild_guards, a_404_closes_nothing_and_is_gone_after_14_days) {
  track();
  const auto members = crowd(10);
  const auto guild = scan(members, 1).guild;
  const auto answer_404 = [&] {
    domain::guild_outcome outcome;
    outcome.work = claim_again();
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

TEST_F(guild_guards, a_guild_whose_404_is_in_question_is_not_gone) {
  track();
  const auto guild = scan(crowd(10), 1).guild;
  domain::guild_outcome outcome;
  outcome.work = claim_again();
  outcome.failed = {
      {domain::document::guild, domain::failure_class::not_found, "404", in(15min), true}};
  outcome.next_due = in(15min);
  apply(outcome);
  finish(outcome.work, guild, true);
  EXPECT_EQ(
      scalar("select state || coalesce(not_found_since::text, '-') || last_error from "
             "tracked_guilds"),
      "active-guild: 404");
  EXPECT_EQ(scalar("select state from document_states where document = 'guild'"), "failed");
}

TEST_F(guild_guards, a_foreign_guild_at_the_address_overwrites_nothing) {
  track();
  const auto members = crowd(10);
  scan(members, 1);
  scan(crowd(5, 7'000), 2, {.guild = 88'888, .name = "Avalerion"});
  EXPECT_EQ(count("select count(*) from guilds"), 1);
  EXPECT_EQ(open_rows(), 10);
  EXPECT_EQ(scalar("select state from tracked_guilds"), "not_found");
}

TEST_F(guild_guards, two_addresses_of_one_identity_share_the_row) {
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

TEST_F(guild_guards, a_character_is_in_the_guild_whose_roster_is_newer) {
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

TEST_F(guild_guards, a_body_that_jsonb_refuses_is_malformed_and_the_rest_is_stored) {
  track();
  const auto members = crowd(10);
  scan(members, 1);
  for (const std::string bad : {R"("\u0000")", R"("\ud800")", "1e999999"}) {
    const auto work = claim_again();
    auto outcome = outcome_of(work, crowd(12), 2, {});
    outcome.roster->body.insert(outcome.roster->body.size() - 1, R"(,"x":)" + bad);
    const auto applied = apply(outcome);
    EXPECT_EQ(applied.joined, 0) << bad;
    finish(work, applied.guild);
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

TEST_F(guild_guards, the_leader_is_the_user_of_the_guild_master) {
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

TEST_F(guild_guards, names_that_cannot_be_asked_for_are_not_due) {
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

TEST_F(guild_guards, text_that_no_index_can_hold_is_refused_and_the_rest_is_stored) {
  track();
  const auto guild = scan(crowd(3), 1).guild;
  domain::guild_view view;
  view.id = bnet_guild_id{bnet_guild};
  view.realm.id = realm_id{1};
  view.name = noise(20'000);
  bool accepted = true;
  ASSERT_TRUE(db->run([&](store::session& s) {
    return s.transaction([&]() -> result<void> {
      accepted = s.accepted([&] { store::write_guild(s, address, view); });
      store::erase_guild_documents(s, guild);
      return {};
    });
  }));
  EXPECT_FALSE(accepted);
  EXPECT_EQ(scalar("select name from guilds where roster_json is null"), "Avalerion");
}

} // namespace guildhall::test
