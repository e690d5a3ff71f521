#include "actors/sync/guild_step.hpp"
#include "tests/actors/support/guild_fixture.hpp"

/// A stranger answers at the guild's address.
namespace guildhall::actors {
namespace {

using namespace std::chrono_literals;
using test::answer_of;
using test::today;
using test::yesterday;

class guild_dispute_test : public test::guild_fixture {
protected:
  /// Members who can be asked, and the guild that each one's profile shows.
  void members_show(
      const std::vector<std::optional<test::body_guild>>& shown, const std::string& written) {
    std::vector<domain::character_address> list;
    std::int64_t id = 9'100;
    for (const auto& guild_shown : shown) {
      const auto name = name_of(++id);
      list.push_back({domain::region::eu, "stormrage", name});
      on("/profile/wow/character/stormrage/" + name,
         answer_of(200, test::profile_body({.id = id, .name = name}, guild_shown), written));
    }
    store.on<domain::some_members>([list](const auto&) { return list; });
  }
  void stranger_answers() {
    on(guild_path, answer_of(200, test::guild_body(stranger, 50), today));
    on(guild_path + "/roster", answer_of(200, test::roster_body(stranger, {bert}), today));
  }
  domain::guild_work odd_for(std::chrono::hours passed) {
    auto work = known_guild();
    work.not_found_since = world.wall() - passed;
    work.disputed = domain::dispute{
        {domain::region::eu, realm_id{60}, bnet_guild_id{stranger.id}}, world.wall() - passed};
    for (auto* record : {&work.guild_document, &work.roster_document})
      record->checked_at = world.wall() - passed - 24h;
    return work;
  }
  const test::body_guild stranger{4'711, "The Guild", "the-guild", {}};
  const test::body_guild another{999, "Other", "other", {}};
};

TEST_F(guild_dispute_test, is_told_and_nothing_of_the_stranger_is_taken) {
  stranger_answers();
  sync(known_guild());
  const auto& outcome = store.guilds().at(0).outcome;
  EXPECT_FALSE(outcome.guild);
  EXPECT_FALSE(outcome.guild_document);
  ASSERT_TRUE(outcome.stranger);
  EXPECT_EQ(outcome.stranger->id, bnet_guild_id{stranger.id});
  EXPECT_EQ(times_asked(guild_path + "/roster"), 0u);
  EXPECT_GE(outcome.next_due, world.wall() + 6h);
  EXPECT_LE(outcome.next_due, world.wall() + 7h);
}

TEST_F(guild_dispute_test, a_304_hides_a_stranger_whose_roster_gives_him_away) {
  on_versioned(guild_path, test::guild_body(stranger, 50), yesterday);
  on(guild_path + "/roster", answer_of(200, test::roster_body(stranger, {bert}), today));
  sync(known_guild());
  EXPECT_EQ(times_asked(guild_path), 2u) << "once more, whole";
  const auto& outcome = store.guilds().at(0).outcome;
  EXPECT_TRUE(outcome.stranger);
  EXPECT_FALSE(outcome.roster);
  EXPECT_TRUE(outcome.unchanged.empty());
}

TEST_F(guild_dispute_test, is_handed_over_when_three_members_are_elsewhere) {
  stranger_answers();
  members_show({another, std::nullopt, std::nullopt}, today);
  sync(odd_for(7h));
  EXPECT_EQ(store.count<domain::hand_over_guild>(), 1u);
  // The address is asked again as one where nobody is known, and applied.
  const auto& outcome = store.guilds().at(0).outcome;
  EXPECT_FALSE(outcome.work.guild);
  EXPECT_FALSE(outcome.work.identity);
  ASSERT_TRUE(outcome.guild_document);
  EXPECT_EQ(outcome.guild_document->id, bnet_guild_id{stranger.id});
  EXPECT_TRUE(outcome.roster_document);
  EXPECT_FALSE(outcome.stranger);
}

TEST_F(guild_dispute_test, is_not_handed_over_on_the_first_evening) {
  stranger_answers();
  members_show({another, std::nullopt, std::nullopt}, today);
  sync(odd_for(5h));
  EXPECT_EQ(store.count<domain::hand_over_guild>(), 0u);
  EXPECT_TRUE(store.guilds().at(0).outcome.stranger);
}

TEST_F(guild_dispute_test, a_renamed_guild_whose_name_was_taken_the_same_evening_is_followed) {
  stranger_answers();
  const test::body_guild renamed{guild.id, "New Name", "new-name", guild.realm};
  on("/data/wow/guild/stormrage/new-name", answer_of(200, test::guild_body(renamed, 2), today));
  on("/data/wow/guild/stormrage/new-name/roster",
     answer_of(200, test::roster_body(renamed, {anna, bert}), today));
  members_show({another, renamed}, today);
  sync(odd_for(7h));
  const auto move = store.last<domain::move_guild>();
  EXPECT_EQ(move.to.name_slug, "new-name");
  ASSERT_TRUE(move.left_behind) << "the stranger becomes a candidate";
  EXPECT_EQ(move.left_behind->id, bnet_guild_id{stranger.id});
  const auto& outcome = store.guilds().at(0).outcome;
  EXPECT_TRUE(outcome.guild_document);
  EXPECT_FALSE(outcome.stranger);
}

TEST_F(guild_dispute_test, a_place_where_our_guild_does_not_answer_is_no_place) {
  stranger_answers();
  const test::body_guild renamed{guild.id, "New Name", "new-name", guild.realm};
  on("/data/wow/guild/stormrage/new-name", answer_of(200, test::guild_body(another, 2), today));
  members_show({renamed}, today);
  sync(odd_for(7h));
  EXPECT_EQ(store.count<domain::move_guild>(), 0u);
  EXPECT_EQ(store.count<domain::hand_over_guild>(), 0u);
}

TEST_F(guild_dispute_test, a_guild_that_three_show_on_another_realm_moves_there) {
  const test::body_guild moved{guild.id, "The Guild", "the-guild", {61, "draenor"}};
  on("/data/wow/guild/draenor/the-guild", answer_of(200, test::guild_body(moved, 2), today));
  on("/data/wow/guild/draenor/the-guild/roster",
     answer_of(200, test::roster_body(moved, {anna, bert}), today));
  members_show({moved, moved, moved}, today);
  sync(known_guild());
  const auto move = store.last<domain::move_guild>();
  EXPECT_EQ(move.to, (domain::guild_address{domain::region::eu, "draenor", "the-guild"}));
  EXPECT_EQ(move.identity.realm_id, realm_id{61});
  EXPECT_EQ(store.guilds().at(0).outcome.work.identity, move.identity);
  EXPECT_TRUE(store.guilds()[0].outcome.roster_document);
}

TEST_F(guild_dispute_test, a_merged_realm_leaves_the_guild_where_it_is) {
  const test::body_guild merged{guild.id, "The Guild", "the-guild", {88, "stormrage"}};
  on(guild_path, answer_of(200, test::guild_body(merged, 2), today));
  on(guild_path + "/roster", answer_of(200, test::roster_body(merged, {anna, bert}), today));
  sync(known_guild());
  EXPECT_EQ(store.last<domain::move_guild>().identity.realm_id, realm_id{88});
  EXPECT_TRUE(store.guilds().at(0).outcome.roster_document);
}

} // namespace
} // namespace guildhall::actors
