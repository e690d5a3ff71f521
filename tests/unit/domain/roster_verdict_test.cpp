#include "domain/roster.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

const guild_identity ours{region::eu, realm_id{550}, bnet_guild_id{7}};

roster_view roster_of(std::size_t size, bool with_master = true) {
  roster_view roster;
  roster.guild_id = ours.bnet_id;
  roster.guild_realm.id = ours.realm_id;
  for (std::size_t i = 0; i < size; ++i) {
    roster_member member;
    member.id = bnet_character_id{static_cast<std::int64_t>(i) + 1};
    member.rank = with_master && i == 0 ? 0 : 5;
    roster.members.push_back(member);
  }
  return roster;
}

roster_context context(std::size_t open_members) {
  roster_context out;
  out.expected = ours;
  out.open_members = open_members;
  out.last_modified = "Sat, 7 Mar 2020 09:41:14 GMT";
  out.now = time_point{1'000'000s};
  return out;
}

TEST(roster_verdict, takes_an_ordinary_roster) {
  EXPECT_EQ(judge_roster(roster_of(100), context(100)), roster_verdict::plausible);
  EXPECT_EQ(judge_roster(roster_of(1), context(0)), roster_verdict::plausible);
  EXPECT_EQ(judge_roster(roster_of(90), context(100)), roster_verdict::plausible);
  EXPECT_EQ(judge_roster(roster_of(150), context(100)), roster_verdict::plausible);
}

TEST(roster_verdict, counts_entries_that_cannot_be_read) {
  auto roster = roster_of(89);
  roster.unreadable = {{realm_id{550}, bnet_character_id{900}}};
  EXPECT_EQ(judge_roster(roster, context(100)), roster_verdict::plausible);
  roster.unreadable.clear();
  EXPECT_EQ(judge_roster(roster, context(100)), roster_verdict::suspect);
  roster.unidentified = 1;
  EXPECT_EQ(judge_roster(roster, context(100)), roster_verdict::plausible);
}

TEST(roster_verdict, does_not_miss_a_master_whose_entry_cannot_be_read) {
  auto roster = roster_of(99, false);
  roster.unidentified = 1;
  EXPECT_EQ(judge_roster(roster, context(100)), roster_verdict::plausible);
}

TEST(roster_verdict, knows_another_guilds_roster) {
  auto roster = roster_of(100);
  roster.guild_id = bnet_guild_id{8};
  EXPECT_EQ(judge_roster(roster, context(100)), roster_verdict::foreign);
  roster = roster_of(100);
  roster.guild_realm.id = realm_id{551};
  EXPECT_EQ(judge_roster(roster, context(100)), roster_verdict::foreign);
}

TEST(roster_verdict, suspects_an_empty_roster_whatever_the_guild_counts) {
  auto facts = context(100);
  EXPECT_EQ(judge_roster(roster_of(0), facts), roster_verdict::suspect);
  facts.member_count = 0;
  EXPECT_EQ(judge_roster(roster_of(0), facts), roster_verdict::suspect);
}

TEST(roster_verdict, suspects_a_guild_without_a_master) {
  auto facts = context(100);
  EXPECT_EQ(judge_roster(roster_of(100, false), facts), roster_verdict::suspect);
  facts.member_count = 100;
  EXPECT_EQ(judge_roster(roster_of(100, false), facts), roster_verdict::plausible);
}

TEST(roster_verdict, suspects_a_roster_of_20_that_lacks_more_than_a_tenth) {
  EXPECT_EQ(judge_roster(roster_of(89), context(100)), roster_verdict::suspect);
  EXPECT_EQ(judge_roster(roster_of(18), context(20)), roster_verdict::plausible);
  EXPECT_EQ(judge_roster(roster_of(17), context(20)), roster_verdict::suspect);
  EXPECT_EQ(judge_roster(roster_of(2), context(19)), roster_verdict::plausible);
}

TEST(roster_verdict, believes_the_guild_document_that_counts_the_same) {
  auto facts = context(1'000);
  facts.member_count = 105;
  EXPECT_EQ(judge_roster(roster_of(100), facts), roster_verdict::plausible);
  facts.member_count = 106;
  EXPECT_EQ(judge_roster(roster_of(100), facts), roster_verdict::suspect);
  facts.member_count = 1'000;
  EXPECT_EQ(judge_roster(roster_of(100), facts), roster_verdict::suspect);
}

roster_context with_earlier(std::string last_modified, time_point seen, std::int64_t members) {
  auto facts = context(100);
  facts.earlier = suspicion{std::move(last_modified), seen, members};
  return facts;
}

TEST(roster_verdict, waits_ten_minutes_for_another_answer_or_six_hours) {
  const auto same = context(0).last_modified;
  const auto now = context(0).now;
  EXPECT_EQ(
      judge_roster(roster_of(40), with_earlier(same, now - 1h, 40)), roster_verdict::suspect);
  EXPECT_EQ(
      judge_roster(roster_of(40), with_earlier(same, now - 6h, 40)), roster_verdict::plausible);
  EXPECT_EQ(
      judge_roster(roster_of(40), with_earlier("another", now - 10min, 40)),
      roster_verdict::plausible);
  for (const std::size_t size : {40u, 0u})
    EXPECT_EQ(
        judge_roster(
            roster_of(size),
            with_earlier("another", now - 9min, static_cast<std::int64_t>(size))),
        roster_verdict::suspect)
        << "seconds later the same fault answers";
}

TEST(roster_verdict, believes_no_second_answer_for_six_hours_while_the_guild_counts_them_all) {
  auto facts = with_earlier("another", context(0).now - 5h, 40);
  facts.member_count = 100;
  EXPECT_EQ(judge_roster(roster_of(40), facts), roster_verdict::suspect);
  facts.earlier->first_seen -= 1h;
  EXPECT_EQ(judge_roster(roster_of(40), facts), roster_verdict::plausible);
}

TEST(roster_verdict, believes_no_empty_roster_for_six_hours_whoever_counts_nobody) {
  const auto now = context(0).now;
  auto facts = with_earlier("another", now - 5h, 0);
  for (const std::optional<std::int64_t> counted : {std::optional<std::int64_t>{0}, {}}) {
    facts.member_count = counted;
    EXPECT_EQ(judge_roster(roster_of(0), facts), roster_verdict::suspect);
  }
  facts.earlier->first_seen = now - 6h;
  EXPECT_EQ(judge_roster(roster_of(0), facts), roster_verdict::plausible);
}

TEST(roster_verdict, wants_a_second_answer_that_agrees) {
  const auto now = context(0).now;
  EXPECT_EQ(
      judge_roster(roster_of(40), with_earlier("another", now - 7h, 20)),
      roster_verdict::suspect);
  EXPECT_EQ(
      judge_roster(roster_of(0), with_earlier("another", now - 7h, 40)),
      roster_verdict::suspect);
}

TEST(roster_verdict, takes_no_answer_without_last_modified_for_another_one) {
  auto facts = with_earlier("", context(0).now - 1h, 40);
  facts.last_modified.clear();
  EXPECT_EQ(judge_roster(roster_of(40), facts), roster_verdict::suspect);
}

TEST(forgotten, ends_with_another_name_that_can_be_asked_for) {
  roster_member listed;
  listed.realm.slug = "stormrage";
  listed.name = "Mork";
  const time_point then{1'000'000s};
  forgotten_character gone;
  gone.since = then;
  gone.address = address_sum("stormrage", "mork");
  const auto again = [&](std::chrono::days later, bool newer = true) {
    return is_there_again(gone, listed, then + (newer ? 1s : -1s), then + later);
  };
  using std::chrono::days;
  EXPECT_FALSE(again(days{1})) << "a roster that is late";
  EXPECT_FALSE(again(days{31}, false)) << "and has not changed since";
  EXPECT_TRUE(again(days{31})) << "a month is long enough for a mistake";
  EXPECT_FALSE(is_there_again(gone, listed, std::nullopt, then + days{31}));
  listed.name = "Mork12af";
  EXPECT_FALSE(again(days{31})) << "the dead keep their name and get a suffix";
  listed.name.clear();
  EXPECT_FALSE(again(days{31}));
  listed.name = "Gork";
  EXPECT_TRUE(again(days{0}));
  listed.name = "Mork";
  listed.realm.slug = "draenor";
  EXPECT_TRUE(again(days{0})) << "on another realm";

  gone.address.reset(); // a person asked
  EXPECT_FALSE(again(days{400}));
}

RC_GTEST_PROP(roster_verdict, never_loses_more_than_a_tenth_of_a_guild_on_one_answer, ()) {
  const auto before = *rc::gen::inRange<std::size_t>(20, 2'000);
  const auto now = *rc::gen::inRange<std::size_t>(0, before);
  const auto verdict = judge_roster(roster_of(now), context(before));
  RC_ASSERT((verdict == roster_verdict::suspect) == (10 * (before - now) > before));
}

} // namespace
} // namespace guildhall::domain
