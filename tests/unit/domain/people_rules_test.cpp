#include "domain/events.hpp"
#include "domain/sign_ups.hpp"

#include <gtest/gtest.h>

/// What people may write, where no database is needed to say so.
namespace guildhall::domain {
namespace {

TEST(people_rules, one_author_has_room_up_to_each_limit) {
  EXPECT_FALSE(why_no_more({}));
  EXPECT_FALSE(
      why_no_more({max_events_ahead - 1, max_events_a_day - 1, max_events_of_author - 1}));
  EXPECT_TRUE(why_no_more({max_events_ahead, 0, 0}));
  EXPECT_TRUE(why_no_more({0, max_events_a_day, 0}));
  EXPECT_TRUE(why_no_more({0, 0, max_events_of_author}));
  EXPECT_FALSE(why_none_ahead({0, max_events_a_day, max_events_of_author}));
  EXPECT_LT(max_events_of_author, max_events_per_guild / 2);
}

TEST(people_rules, whoever_leads_removes_what_is_not_theirs) {
  standing leader;
  leader.id = user_id{1};
  leader.guilds = {{.guild = guild_id{7}, .is_leader = true}};
  event_row event;
  event.guild_id = guild_id{7};
  event.created_by = user_id{2};
  EXPECT_TRUE(may_remove(leader, event));
  EXPECT_FALSE(may_edit(leader, event));
  event.created_by.reset();
  EXPECT_TRUE(may_remove(leader, event)) << "of somebody who is gone";
  event.guild_id = guild_id{8};
  EXPECT_FALSE(may_remove(leader, event)) << "another guild's";
}

TEST(people_rules, stepping_back_needs_neither_a_place_nor_the_character) {
  const character_id listed{5};
  const sign_up_change declined{"Declined", listed, std::nullopt};
  const sign_up_change tentative{"Tentative", listed, std::nullopt};
  const sign_up_change confirmed{"Confirmed", listed, std::nullopt};
  const std::optional<listed_place> known{{listed, false}};
  for (const auto& back : {declined, tentative}) {
    EXPECT_FALSE(must_be_own(known, back));
    EXPECT_FALSE(needs_place(known, back));
    EXPECT_TRUE(must_be_own(std::nullopt, back));
    EXPECT_TRUE(must_be_own(listed_place{character_id{6}, false}, back));
  }
  EXPECT_TRUE(must_be_own(known, confirmed));
  EXPECT_TRUE(needs_place(known, confirmed));
  EXPECT_TRUE(needs_place(std::nullopt, confirmed));
  EXPECT_FALSE(needs_place(listed_place{listed, true}, confirmed)) << "has one";
}

TEST(people_rules, what_an_author_may_see_is_their_guilds_or_everybodys) {
  author by;
  by.who.guilds = {{.guild = guild_id{7}}};
  EXPECT_TRUE(by.may_see(guild_id{7}));
  EXPECT_FALSE(by.may_see(guild_id{8}));
  by.reads_all = true;
  EXPECT_TRUE(by.may_see(guild_id{8}));
  EXPECT_FALSE(by.belongs_to(guild_id{8}));
  by.who.role = "admin";
  EXPECT_TRUE(by.belongs_to(guild_id{8}));
}

} // namespace
} // namespace guildhall::domain
