#include "domain/guild_dispute.hpp"
#include "tests/support/battlenet_bodies.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

constexpr time_point noon{std::chrono::seconds{1'767'700'800}}; // Tue, 6 Jan 2026 12:00 GMT
const std::string this_morning = "Tue, 6 Jan 2026 09:00:00 GMT";
const std::string last_week = "Tue, 30 Dec 2025 09:00:00 GMT";
const std::string last_month = "Tue, 2 Dec 2025 09:00:00 GMT";
const test::body_member anna{.id = 9'001, .name = "Anna"};
const guild_identity ours{region::eu, realm_id{60}, bnet_guild_id{70}};
const guild_identity stranger{region::eu, realm_id{60}, bnet_guild_id{71}};
const guild_identity moved_to{region::eu, realm_id{61}, bnet_guild_id{70}};

/// Last seen two days ago; its address has been odd for seven hours.
guild_work our_guild() {
  guild_work work;
  work.address = {region::eu, "stormrage", "the-guild"};
  work.guild = guild_id{50};
  work.identity = ours;
  work.guild_document.checked_at = noon - 48h;
  work.roster_document.checked_at = noon - 48h;
  work.not_found_since = noon - 7h;
  work.disputed = dispute{stranger, noon - 7h};
  return work;
}

witness_word
hear(const std::optional<test::body_guild>& guild, const std::string& written = this_morning) {
  return hear_witness(our_guild(), std::nullopt, test::profile_body(anna, guild), written);
}
const std::optional<test::body_guild> no_guild;
const test::body_guild same{70, "The Guild", "the-guild", {}};
const test::body_guild renamed{70, "New Name", "new-name", {}};
const test::body_guild on_draenor{70, "The Guild", "the-guild", {61, "draenor"}};
const test::body_guild refounded{99, "The Guild", "the-guild", {61, "draenor"}};
const test::body_guild another{99, "Other", "other", {}};

guild_place place(const guild_identity& who, std::string realm, std::string slug) {
  return {{region::eu, std::move(realm), std::move(slug)}, who};
}

// --- what one member says

TEST(hear_witness, shows_our_guild_under_a_new_name_or_on_another_realm) {
  EXPECT_EQ(hear(renamed).place, place(ours, "stormrage", "new-name"));
  EXPECT_EQ(hear(on_draenor).place, place(moved_to, "draenor", "the-guild"));
  EXPECT_EQ(hear(same).place, place(ours, "stormrage", "the-guild"));
}

TEST(hear_witness, shows_another_guild_or_none) {
  for (const auto& guild : {no_guild, std::optional{another}}) {
    EXPECT_FALSE(hear(guild).place);
    EXPECT_FALSE(hear(guild).unclear);
  }
}

TEST(hear_witness, is_as_old_as_its_profile) {
  EXPECT_EQ(hear(same, this_morning).written, noon - 3h);
  EXPECT_LT(hear(same, last_week).written, noon - 48h);
}

TEST(hear_witness, whoever_could_not_be_asked_leaves_it_open) {
  for (const auto why :
       {failure_class::transient, failure_class::throttled, failure_class::malformed})
    EXPECT_TRUE(hear_witness(our_guild(), why, {}, {}).unclear);
  EXPECT_TRUE(hear_witness(our_guild(), std::nullopt, R"({"id":9001,)", {}).unclear);
}

TEST(hear_witness, somebody_elses_profile_is_no_word_of_hers) {
  const auto heard_of = [](const std::string& name) {
    return hear_witness(
        our_guild(), std::nullopt, test::profile_body(anna, another), this_morning,
        reading_at(noon, {region::eu, "stormrage", name}));
  };
  EXPECT_FALSE(heard_of("anna").unclear);
  EXPECT_TRUE(heard_of("bert").unclear);
}

TEST(is_everybody_refused, says_that_battle_net_shows_nobody) {
  const auto refused = hear_witness(our_guild(), failure_class::not_found, {}, {});
  const auto hidden = hear_witness(our_guild(), failure_class::forbidden, {}, {});
  const auto busy = hear_witness(our_guild(), failure_class::transient, {}, {});
  EXPECT_TRUE(is_everybody_refused({refused, hidden, refused}));
  EXPECT_FALSE(is_everybody_refused({refused, refused})) << "two may have been deleted";
  EXPECT_FALSE(is_everybody_refused({refused, hear(same), refused, refused}));
  EXPECT_FALSE(is_everybody_refused({refused, refused, busy}));
  EXPECT_FALSE(is_everybody_refused({}));
}

TEST(hear_witness, whoever_is_gone_or_hidden_does_not) {
  EXPECT_FALSE(hear_witness(our_guild(), failure_class::not_found, {}, {}).unclear);
  EXPECT_FALSE(hear_witness(our_guild(), failure_class::forbidden, {}, {}).unclear);
}

// --- where to look

using places = std::vector<guild_place>;
using words = std::vector<witness_word>;

TEST(places_to_look, a_new_name_on_one_word) {
  EXPECT_EQ(
      places_to_look(our_guild(), words{hear(no_guild), hear(renamed)}, true),
      (places{place(ours, "stormrage", "new-name")}));
}

TEST(places_to_look, nowhere_on_the_word_of_the_old_address) {
  EXPECT_TRUE(places_to_look(our_guild(), words{hear(same), hear(no_guild)}, true).empty());
}

TEST(places_to_look, another_realm_on_the_word_of_three) {
  auto heard = words{hear(on_draenor), hear(no_guild), hear(on_draenor), hear(another)};
  EXPECT_TRUE(places_to_look(our_guild(), heard, true).empty());
  heard.push_back(hear(on_draenor));
  const places there{place(moved_to, "draenor", "the-guild")};
  EXPECT_EQ(places_to_look(our_guild(), heard, true), there);
  EXPECT_EQ(places_to_look(our_guild(), heard, false), there);
  EXPECT_EQ(places_to_look(our_guild(), words{hear(on_draenor)}, true), there)
      << "or of all there are";
}

TEST(places_to_look, another_id_there_only_if_nobody_answers_here) {
  const auto heard = words{hear(refounded), hear(refounded), hear(refounded)};
  EXPECT_EQ(places_to_look(our_guild(), heard, true).size(), 1u);
  EXPECT_TRUE(places_to_look(our_guild(), heard, false).empty());
}

// --- whose the address is

bool handed(const words& heard, const guild_work& work = our_guild()) {
  return is_handed_over(work, stranger, heard, noon);
}

TEST(is_handed_over, when_three_who_played_since_show_another_guild_or_none) {
  EXPECT_TRUE(handed({hear(another), hear(no_guild), hear(no_guild)}));
  EXPECT_FALSE(handed({hear(another), hear(no_guild), hear(no_guild, last_week)}));
  EXPECT_TRUE(handed({hear(no_guild)})) << "all where there are fewer";
}

TEST(is_handed_over, not_while_one_who_played_since_shows_ours) {
  EXPECT_FALSE(handed({hear(another), hear(no_guild), hear(no_guild), hear(renamed)}));
}

TEST(is_handed_over, what_absent_members_show_does_not_hinder) {
  EXPECT_TRUE(handed({hear(another), hear(no_guild), hear(no_guild), hear(same, last_week)}));
}

TEST(is_handed_over, not_within_six_hours_of_the_first_odd_answer) {
  auto work = our_guild();
  work.not_found_since = noon - 5h;
  EXPECT_FALSE(handed({hear(another), hear(no_guild), hear(no_guild)}, work));
  work.not_found_since.reset(); // this is the first
  EXPECT_FALSE(handed({hear(another), hear(no_guild), hear(no_guild)}, work));
}

TEST(is_handed_over, without_evidence_after_14_days_of_the_same_stranger) {
  auto work = our_guild();
  work.disputed->since = noon - 14 * 24h;
  EXPECT_TRUE(handed({}, work));
  EXPECT_TRUE(handed({hear(same, last_month)}, work)) << "nobody played meanwhile";
  EXPECT_FALSE(handed({hear(same, last_week)}, work)) << "he played meanwhile";
  work.disputed->by = ours;
  EXPECT_FALSE(handed({}, work));
  EXPECT_FALSE(handed({}));
}

TEST(next_dispute_look, once_it_can_be_decided_then_daily) {
  auto work = our_guild();
  work.not_found_since.reset();
  EXPECT_GE(next_dispute_look(work, noon, 0.5), noon + 6h);
  EXPECT_LE(next_dispute_look(work, noon, 0.5), noon + 7h);
  EXPECT_GE(next_dispute_look(our_guild(), noon, 0.5), noon + 24h);
}

} // namespace
} // namespace guildhall::domain
