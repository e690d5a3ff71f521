#include "domain/guild_reads.hpp"
#include "tests/integration/store/mirror.hpp"

#include <algorithm>

namespace guildhall::test {

using namespace std::chrono_literals;
using domain::detail;
using domain::document;

class reads : public mirror {
protected:
  void SetUp() override {
    mirror::SetUp();
    if (!db)
      return;
    members = crowd(10);
    guild = mirrored(members);
  }
  character_id id_of(const member& who) {
    return character_id{
        count("select id from characters where bnet_character_id = " + std::to_string(who.id))};
  }

  /// Everybody, on one page.
  std::vector<domain::member_detail> page(domain::wanted_documents what) {
    const auto all = db->ask(domain::member_page_of{guild, {}, what, false}).value();
    EXPECT_FALSE(all.next);
    return all.rows;
  }

  std::vector<member> members;
  guild_id guild;
};

TEST_F(reads, a_guild_by_id_and_by_address) {
  const auto row = db->ask(domain::guild_by_id{guild, detail::lean});
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->name, "Avalerion");
  EXPECT_EQ(row->name_slug, "avalerion");
  EXPECT_EQ(row->bnet_id, bnet_guild_id{bnet_guild});
  EXPECT_EQ(row->member_count, 10);
  EXPECT_EQ(row->guild_data_json, R"({"name": "Avalerion", "member_count": 10})");
  EXPECT_FALSE(row->roster_json);
  EXPECT_EQ(row->documents.size(), 2u);
  EXPECT_TRUE(row->last_roster_sync);
  const auto at = db->ask(domain::guild_at{address, detail::full});
  ASSERT_TRUE(at);
  EXPECT_EQ(at->id, guild);
  EXPECT_NE(at->guild_data_json.find("faction"), std::string::npos);
  ASSERT_TRUE(at->roster_json);
  EXPECT_EQ(at->documents.size(), 2u);
}

TEST_F(reads, a_guild_is_found_under_the_address_that_was_tracked) {
  db->exec("update guilds set name_key = 'avalerion-other'");
  EXPECT_TRUE(db->ask(domain::guild_at{address, detail::lean}));
}

TEST_F(reads, unknown_things_are_not_found_and_say_what) {
  const auto none = db->ask(domain::guild_by_id{guild_id{7'777}, detail::lean});
  EXPECT_EQ(none.error().code, ec::not_found);
  EXPECT_EQ(none.error().message, "Guild with ID 7777 not found");
  EXPECT_EQ(
      db->ask(domain::guild_at{{domain::region::us, "x", "y"}, detail::lean}).error().message,
      "Guild with ID y-x-us not found");
  EXPECT_EQ(
      db->ask(domain::character_by_id{character_id{7'777}, detail::lean}).error().message,
      "Character with ID 7777 not found");
  EXPECT_EQ(db->ask(domain::ranks_of{guild_id{7'777}}).error().code, ec::not_found);
  EXPECT_EQ(db->ask(domain::freshness_of{guild_id{7'777}}).error().code, ec::not_found);
  EXPECT_TRUE(db->ask(domain::members_of{guild_id{7'777}})->empty());
}

TEST_F(reads, members_by_rank_and_without_those_who_left) {
  const auto gone = members.back();
  members.pop_back();
  members.front().level = 81;
  scan(members, 2);
  const auto list = db->ask(domain::members_of{guild});
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 9u);
  EXPECT_EQ(list->front().rank, 0);
  EXPECT_EQ(list->front().character_class, "Warrior");
  EXPECT_EQ(list->front().character_role, "Tank");
  EXPECT_TRUE(std::ranges::is_sorted(*list, {}, &domain::member_row::rank));
  EXPECT_TRUE(std::ranges::none_of(
      *list, [&](const auto& m) { return m.character_name == gone.name; }));
}

TEST_F(reads, details_carry_the_columns_and_the_json_only_when_asked) {
  db->exec("insert into main_overrides (guild_id, character_id, is_main) select guild_id, "
           "character_id, true "
           "from guild_members where rank = 0");
  const auto lean = db->ask(domain::member_details_of{guild});
  ASSERT_TRUE(lean);
  const auto& master = lean->front();
  EXPECT_EQ(master.explicit_main, true);
  EXPECT_TRUE(master.member.is_main);
  EXPECT_EQ(master.level, 80);
  EXPECT_EQ(master.spec_name, "Protection");
  EXPECT_EQ(master.average_item_level, 480);
  EXPECT_EQ(master.achievement_points, 12'000);
  EXPECT_TRUE(master.last_login_at);
  EXPECT_FALSE(master.profile_json);
  const auto full = page({.profile = true, .equipment = true, .member_data = true});
  EXPECT_NE(full.front().profile_json.value().find("active_spec"), std::string::npos);
  EXPECT_TRUE(full.front().equipment_json);
  EXPECT_TRUE(full.front().member_data_json);
  const auto some = page({.equipment = true});
  EXPECT_TRUE(some.front().equipment_json);
  EXPECT_FALSE(some.front().profile_json || some.front().member_data_json);
}

TEST_F(reads, members_and_characters_name_their_realm) {
  members.push_back({.id = 6'000, .name = members[0].name, .realm_id = 7, .realm = "hyjal"});
  scan(members, 2);
  const auto of_hyjal = [](const auto& rows, auto realm_of) {
    return std::ranges::find_if(
        rows, [&](const auto& row) { return realm_of(row).realm == "hyjal"; });
  };
  const auto list = db->ask(domain::members_of{guild}).value();
  EXPECT_EQ(list.front().realm, "stormrage");
  EXPECT_EQ(list.front().realm_name, "Stormrage");
  const auto itself = [](const domain::member_row& row) { return row; };
  ASSERT_NE(of_hyjal(list, itself), list.end());
  EXPECT_EQ(of_hyjal(list, itself)->realm_name, "") << "nobody has told it";
  db->exec("insert into realm_names values ('eu', 7, 'Hyjal')");
  for (const auto how : {detail::lean, detail::full}) {
    const auto details = how == detail::full
                           ? page({.profile = true})
                           : db->ask(domain::member_details_of{guild}).value();
    const auto found = of_hyjal(details, [](const auto& row) { return row.member; });
    ASSERT_NE(found, details.end());
    EXPECT_EQ(found->member.realm_name, "Hyjal");
    const auto row = db->ask(domain::character_by_id{found->member.character_id, how}).value();
    EXPECT_EQ(row.realm, "hyjal");
    EXPECT_EQ(row.realm_name, "Hyjal");
  }
}

TEST_F(reads, lists_show_the_newest_tier_and_whole_rows_all_of_them) {
  db->exec("update characters set professions = '[1]', profession_tiers = '[1,2]'");
  EXPECT_EQ(db->ask(domain::member_details_of{guild})->front().professions, "[1]");
  EXPECT_EQ(page({.all_tiers = true}).front().professions, "[1, 2]");
  const auto one = db->ask(domain::character_by_id{id_of(members[0]), detail::lean}).value();
  EXPECT_EQ(one.professions, "[1, 2]");
}

TEST_F(reads, activity_of_the_last_two_days) {
  members.pop_back();
  members.push_back({.id = 5'000, .name = "Newcomer"});
  scan(members, 2);
  auto activity = db->ask(domain::member_activity_of{guild});
  ASSERT_EQ(activity->joined.size(), 1u);
  EXPECT_EQ(activity->joined.front().member.character_name, "Newcomer");
  ASSERT_EQ(activity->left.size(), 1u);
  EXPECT_EQ(activity->left.front().level, 80);
  db->shift_clock(49h);
  activity = db->ask(domain::member_activity_of{guild});
  EXPECT_TRUE(activity->joined.empty() && activity->left.empty());
}

TEST_F(reads, ranks_of_the_roster_overlaid_by_what_officers_named) {
  db->exec("update ranks set rank_name = 'Boss', is_custom = true where rank_id = 0;"
           "delete from ranks where rank_id = 2;"
           "insert into ranks (guild_id, rank_id, rank_name, is_custom) select id, 9, "
           "'Nobody', true from "
           "guilds");
  const auto list = db->ask(domain::ranks_of{guild});
  ASSERT_TRUE(list);
  EXPECT_TRUE(std::ranges::is_sorted(*list, {}, &domain::rank_row::rank_id));
  EXPECT_EQ(list->front().rank_name, "Boss");
  EXPECT_TRUE(list->front().is_custom);
  EXPECT_EQ(list->front().member_count, 1);
  const auto second = std::ranges::find(*list, 2, &domain::rank_row::rank_id);
  ASSERT_NE(second, list->end());
  EXPECT_EQ(second->rank_name, "Rank 2");
  EXPECT_FALSE(second->id);
  EXPECT_EQ(list->back().rank_name, "Nobody");
  EXPECT_EQ(list->back().member_count, 0);
}

TEST_F(reads, a_guilds_freshness_counts_what_is_missing) {
  db->exec("update sync_queue set due_at = app_now() where character_id is not null");
  auto work = claim_members(guild, 2);
  const auto fail_with = [&](const domain::character_work& of, domain::failure_class why) {
    domain::character_outcome failed;
    failed.work = of;
    failed.failed = {{document::profile, why, "x", in(1h)}};
    failed.next_due = in(1h);
    ASSERT_TRUE(apply(failed));
  };
  fail_with(work[0], domain::failure_class::not_found);
  fail_with(work[1], domain::failure_class::transient);
  const auto seen = db->ask(domain::freshness_of{guild});
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->members, 10);
  EXPECT_EQ(seen->profiles, 10);
  EXPECT_EQ(seen->unavailable, 1);
  EXPECT_EQ(seen->failing, 1);
  EXPECT_EQ(seen->pending, 8);
  EXPECT_EQ(seen->documents.size(), 2u);
  EXPECT_TRUE(seen->next_due_at);
  EXPECT_TRUE(seen->oldest_checked_at);
}

TEST_F(reads, a_guilds_freshness_tells_how_old_is_what_is_shown_of_those_who_play) {
  const auto ages = [&] { return db->ask(domain::freshness_of{guild}).value(); };
  EXPECT_FALSE(ages().mean_age) << "nobody has played for a week";
  db->exec(
      "update characters set last_login_at = app_now() - interval '1 day' where "
      "bnet_character_id in (1001, 1002);"
      "update document_states d set checked_at = app_now() - case c.bnet_character_id "
      "when 1001 then interval '10 min' when 1002 then interval '30 min' else '9 days' end "
      "from characters c where c.id = d.character_id and d.document = 'profile';"
      "update api_budget set price = 0.25");
  const auto seen = ages();
  EXPECT_NEAR(seen.mean_age.value(), 20 * 60, 30);
  EXPECT_NEAR(seen.p90_age.value(), 28 * 60, 30);
  EXPECT_EQ(seen.price, 0.25);
  EXPECT_TRUE(seen.next_roster_at);
}

TEST_F(reads, a_character_by_id_and_by_address) {
  const auto id = id_of(members[3]);
  const auto row = db->ask(domain::character_by_id{id, detail::full});
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->name, members[3].name);
  EXPECT_EQ(row->guild_id, guild);
  EXPECT_EQ(row->role, "Tank");
  EXPECT_EQ(row->documents.size(), 2u);
  EXPECT_TRUE(row->profile_json);
  EXPECT_TRUE(row->equipment_json);
  EXPECT_FALSE(row->mythic_profile_json);
  auto key = members[3].name;
  key.front() = 'm';
  const auto at =
      db->ask(domain::character_at{{domain::region::eu, "stormrage", key}, detail::lean});
  ASSERT_TRUE(at) << at.error().message;
  EXPECT_EQ(at->id, id);
  EXPECT_FALSE(at->profile_json);
}

TEST_F(reads, times_come_back_as_they_went_in) {
  const auto row = db->ask(domain::character_by_id{id_of(members[3]), detail::lean});
  EXPECT_EQ(row->last_login_at, time_point{std::chrono::milliseconds{1'583'575'200'000}});
}

} // namespace guildhall::test
