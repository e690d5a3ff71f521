#include "domain/document_kinds.hpp"
#include "domain/guild_reads.hpp"
#include "tests/integration/store/mirror.hpp"

namespace guildhall::test {

using namespace std::chrono_literals;

class guild_sync : public mirror {
protected:
  /// A scan with more entries, of any kind, in front of the members.
  domain::guild_applied
  scan_with(const std::string& entries, const std::vector<member>& members, int n) {
    const auto work = claim_again();
    auto outcome = outcome_of(work, members, n, {});
    auto& body = outcome.roster->body;
    const std::string list{R"("members":[)"};
    body.insert(body.find(list) + list.size(), entries + ",");
    outcome.roster_document = domain::parse_roster(body).value();
    outcome.roster->left_out = outcome.roster_document->left_out;
    const auto applied = apply(outcome);
    finish(work, applied.guild);
    return applied;
  }
  std::string roster_state(const std::string& column) {
    return scalar("select " + column + " from document_states where document = 'roster'");
  }
};

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

TEST_F(guild_sync, who_is_listed_unreadably_has_not_left_and_the_rest_is_applied) {
  track();
  auto members = crowd(30);
  const auto guild = scan(members, 1).guild;
  const auto odd = members.back();
  members.pop_back();
  members.pop_back();
  members[4].rank = 9;
  const auto applied = scan_with(
      R"({"character":{"id":)" + std::to_string(odd.id) + R"(,"realm":{"id":1}},"rank":"x"})",
      members, 2);
  EXPECT_EQ(applied.left, 1);
  EXPECT_EQ(applied.rank_changes, 1);
  EXPECT_EQ(open_rows(), 29);
  EXPECT_EQ(roster_state("state || left_out"), "ok1");
  EXPECT_EQ(roster_state("error_detail"), "members[0].character.realm.slug: missing");
  const auto fresh = db->ask(domain::freshness_of{guild}).value();
  const auto judged = domain::judge_freshness(domain::guild_documents, fresh.documents);
  EXPECT_EQ(judged.state, "partial");
  EXPECT_EQ(judged.reason, "roster: 1 part of it cannot be read");
  // It heals.
  members.push_back(odd);
  EXPECT_TRUE(scan(members, 2).changed) << "freshness has";
  EXPECT_EQ(roster_state("state || left_out || error_detail"), "ok0");
  EXPECT_EQ(open_rows(), 29);
}

TEST_F(guild_sync, one_entry_that_the_database_could_not_keep_costs_itself) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  members.pop_back();
  const auto endless = noise(9'000);
  const auto applied = scan_with(
      R"({"character":{"id":1,"name":"Rank","realm":{"id":1,"slug":"stormrage"}},"rank":100},)"
      R"({"character":{"id":2,"name":")"
          + endless + R"(","realm":{"id":1,"slug":"stormrage"}},"rank":3},)"
          + R"({"character":{"id":3,"name":"Slug","realm":{"id":1,"slug":")" + endless
          + R"("}},"rank":3})",
      members, 2);
  EXPECT_EQ(applied.joined, 0);
  EXPECT_EQ(applied.left, 1);
  EXPECT_EQ(roster_state("state || left_out"), "ok3");
}

TEST_F(guild_sync, what_a_guild_document_does_not_say_stays) {
  track();
  const auto members = crowd(10);
  scan(members, 1);
  const auto row = [&] {
    return scalar("select realm || realm_name || name || name_key || faction from guilds");
  };
  const auto before = row();
  const auto work = claim_again();
  auto outcome = outcome_of(work, members, 2, {});
  outcome.guild->body =
      R"({"id":70001,"name":7,"faction":[],"member_count":1e20,"realm":{"id":1,"slug":"a b"}})";
  outcome.guild_document = domain::parse_guild(outcome.guild->body).value();
  finish(work, apply(outcome).guild);
  EXPECT_EQ(row(), before);
  EXPECT_EQ(events("guild_renamed"), 0);
  // Its count is none, also where a 304 says later that it holds.
  const auto again = claim_again();
  auto unchanged = outcome_of(again, members, 3, {});
  unchanged.guild.reset();
  unchanged.guild_document.reset();
  unchanged.unchanged = {domain::document::guild};
  finish(again, apply(unchanged).guild);
  EXPECT_EQ(roster_state("last_modified"), version(3));
}

TEST_F(guild_sync, nobody_leaves_while_an_entry_does_not_say_whose_it_is) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  const auto gone = members.back();
  members.pop_back();
  members.push_back({.id = 5'000, .name = "Newcomer"});
  auto applied =
      scan_with(R"(null,7,{"character":{"id":"x"}},{"character":7,"rank":1})", members, 2);
  EXPECT_EQ(applied.left, 0);
  EXPECT_EQ(applied.joined, 1);
  EXPECT_EQ(events("left"), 0);
  EXPECT_EQ(roster_state("left_out"), "4");
  applied = scan(members, 3);
  EXPECT_EQ(applied.left, 1);
  EXPECT_EQ(open_rows(), 30);
}

TEST_F(guild_sync, of_a_member_who_is_listed_twice_the_last_entry_counts) {
  track();
  auto members = crowd(10);
  scan(members, 1);
  members[3].name = "Newname";
  auto applied = scan_with(
      R"({"character":{"id":)" + std::to_string(members[3].id)
          + R"(,"name":"Oldname","realm":{"id":1,"slug":"stormrage"}},"rank":7})",
      members, 2);
  EXPECT_EQ(applied.renamed, 1);
  EXPECT_EQ(applied.rank_changes, 0);
  EXPECT_EQ(open_rows(), 10);
  EXPECT_EQ(count("select count(*) from characters"), 10);
  EXPECT_EQ(
      count("select count(*) from guild_members where character_name = 'Newname' and "
            "member_data_json #>> '{character,name}' = 'Newname'"),
      1);
  EXPECT_EQ(roster_state("left_out"), "1");
}

TEST_F(guild_sync, what_a_roster_does_not_say_of_a_member_stays) {
  track();
  auto members = crowd(5);
  scan(members, 1);
  auto odd = members.back();
  members.pop_back();
  scan_with(
      R"({"character":{"id":)" + std::to_string(odd.id) + R"(,"name":")" + odd.name
          + R"(","realm":{"id":1,"slug":"stormrage"},"level":"x","playable_class":null},"rank":)"
          + std::to_string(odd.rank) + "}",
      members, 2);
  EXPECT_EQ(
      scalar(
          "select level || ' ' || class_id from characters where bnet_character_id = "
          + std::to_string(odd.id)),
      "80 1");
}

TEST_F(guild_sync, without_last_modified_the_same_content_is_no_change) {
  track();
  const auto members = crowd(10);
  const auto scan_without = [&](const std::string& version, const std::vector<member>& list) {
    const auto work = claim_again();
    auto outcome = outcome_of(work, list, 1, {});
    for (auto* document : {&*outcome.guild, &*outcome.roster}) {
      document->last_modified.clear();
      document->version = "digest:" + version;
    }
    const auto applied = apply(outcome);
    finish(work, applied.guild);
    return applied;
  };
  scan_without("a", members);
  const auto changed_at = [&] {
    return scalar(
        "select string_agg(changed_at::text, ' ' order by document) from document_states");
  };
  const auto before = changed_at();
  db->shift_clock(5h);
  EXPECT_FALSE(scan_without("a", members).changed);
  EXPECT_EQ(changed_at(), before);
  EXPECT_TRUE(scan_without("b", members).changed);
  EXPECT_NE(changed_at(), before);
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

TEST_F(guild_sync, an_address_comes_back_when_its_taker_has_left_it) {
  track();
  auto members = crowd(30);
  scan(members, 1);
  auto taker = members[3];
  taker.id = 9'999;
  members.push_back(taker); // both are listed under one name
  scan(members, 2);
  const auto key_of = [&](std::int64_t id) {
    return scalar(
        "select name_key from characters where bnet_character_id = " + std::to_string(id));
  };
  EXPECT_EQ(key_of(members[3].id), "");
  EXPECT_NE(key_of(9'999), "");
  members.back().name = "Another";
  scan(members, 3);
  EXPECT_NE(key_of(members[3].id), "");
  EXPECT_EQ(key_of(9'999), "another");
}

TEST_F(guild_sync, two_of_one_name_on_one_realm_are_both_stored) {
  track();
  auto members = crowd(5);
  members[3].name = members[2].name;
  scan(members, 1);
  EXPECT_EQ(open_rows(), 5);
  EXPECT_EQ(count("select count(*) from characters where name_key is null"), 1);
}

TEST_F(guild_sync, whoever_loses_its_address_is_looked_at_and_its_guild_with_it) {
  track();
  const auto members = crowd(10);
  scan(members, 1);
  db->exec("update sync_queue set due_at = app_now() + interval '4 hours'");
  track({domain::region::eu, "stormrage", "rivals"});
  auto rivals = crowd(5, 4'000);
  rivals[1].name = members[3].name; // the same name on the same realm, another id
  const auto work = claim();
  ASSERT_EQ(work.address.name_slug, "rivals");
  apply(outcome_of(work, rivals, 2, {.guild = 70'002, .name = "Rivals"}));
  EXPECT_EQ(events("address_taken_over"), 1);
  EXPECT_EQ(
      scalar("select due_at <= app_now() from sync_queue q join tracked_guilds t on t.id = "
             "q.tracked_guild_id where t.name_slug = 'avalerion'"),
      "t");
}

} // namespace guildhall::test
