#include "store/import/rules.hpp"

#include <gtest/gtest.h>

namespace guildhall::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

constexpr sys_days may_13{std::chrono::year{2025} / 5 / 13};

TEST(old_moment, without_a_zone_is_utc) {
  EXPECT_EQ(old_values::moment("2025-05-13 18:30:15"), may_13 + 18h + 30min + 15s);
  EXPECT_EQ(old_values::moment("2025-05-13T18:30"), may_13 + 18h + 30min);
  EXPECT_EQ(old_values::moment("2025-05-13 18:30:15.25"), may_13 + 18h + 30min + 15'250ms);
  EXPECT_EQ(old_values::moment("2025-05-13"), may_13);
}

TEST(old_moment, heeds_its_zone) {
  EXPECT_EQ(old_values::moment("2025-05-13T18:00:00.000Z"), may_13 + 18h);
  EXPECT_EQ(old_values::moment("2025-05-13 18:00:00+00"), may_13 + 18h);
  EXPECT_EQ(old_values::moment("2025-05-13 18:00:00+02"), may_13 + 16h);
  EXPECT_EQ(old_values::moment("2025-05-13T18:00:00-05:30"), may_13 + 23h + 30min);
}

TEST(old_moment, refuses_what_is_none) {
  for (const auto* text :
       {"", "tomorrow", "infinity", "2025-13-01", "2025-02-30", "2025-05-13 24:00",
        "2025-05-13 18", "2025-05-13 18:61", "0044-03-15 12:00:00 BC", "2025-05-13 18:00:00.",
        "2025-05-13 18:00+", "20255-05-13", "2025-05-13x"})
    EXPECT_EQ(old_values::moment(text), std::nullopt) << text;
}

TEST(old_sign_up_status, is_read_in_any_letter_case) {
  EXPECT_EQ(old_values::sign_up_status("Confirmed"), "Confirmed");
  EXPECT_EQ(old_values::sign_up_status("ACCEPTED"), "Confirmed");
  EXPECT_EQ(old_values::sign_up_status(" tentative "), "Tentative");
  EXPECT_EQ(old_values::sign_up_status("dEcLiNeD"), "Declined");
  for (const auto* text : {"", "maybe", "confirmed!"})
    EXPECT_EQ(old_values::sign_up_status(text), std::nullopt) << text;
}

TEST(old_names, are_read_in_any_letter_case) {
  EXPECT_EQ(old_values::event_type("raid"), "Raid");
  EXPECT_EQ(old_values::event_type("PvP"), std::nullopt);
  EXPECT_EQ(old_values::roster_role("dps"), "DPS");
  EXPECT_EQ(old_values::roster_role("Support"), std::nullopt);
  EXPECT_EQ(old_values::user_role("Admin"), "admin");
  EXPECT_EQ(old_values::user_role("guild_leader"), "guild_leader");
  EXPECT_EQ(old_values::user_role("superuser"), "user");
}

TEST(old_address, is_a_region_in_any_letter_case) {
  EXPECT_EQ(old_values::region(" EU "), domain::region::eu);
  for (const auto* text : {"", "cn", "europe"})
    EXPECT_EQ(old_values::region(text), std::nullopt) << text;
}

TEST(old_address, has_slugs_whether_slug_or_name_is_stored) {
  EXPECT_EQ(old_values::realm_slug("stormrage"), "stormrage");
  EXPECT_EQ(old_values::realm_slug("Area 52"), "area-52");
  EXPECT_EQ(old_values::realm_slug("Kel'Thuzad"), "kelthuzad");
  EXPECT_EQ(old_values::guild_slug("Mythical Warriors"), "mythical-warriors");
  EXPECT_EQ(old_values::guild_slug("Экзорсус"), "экзорсус");
  for (const auto* text : {"", "   ", "a/b", "\xff"})
    EXPECT_EQ(old_values::realm_slug(text), std::nullopt) << text;
}

TEST(old_ids, are_whole_numbers) {
  EXPECT_EQ(old_values::row_id("12"), 12);
  EXPECT_EQ(old_values::bnet_id(" 115248327"), 115248327);
  EXPECT_EQ(old_values::bnet_id("9007199254740991"), 9007199254740991);
  for (const auto* text : {"", "0", "-5", "abc", "12.0", "12a", "9007199254740992", "1e3"})
    EXPECT_EQ(old_values::bnet_id(text), std::nullopt) << text;
}

TEST(old_rank, has_a_name_of_its_own_unless_it_is_the_default_one) {
  EXPECT_TRUE(old_values::is_default_rank_name(0, "Guild Master"));
  EXPECT_TRUE(old_values::is_default_rank_name(3, "Rank 3"));
  EXPECT_FALSE(old_values::is_default_rank_name(3, "Rank 4"));
  EXPECT_FALSE(old_values::is_default_rank_name(3, "Guild Master"));
  EXPECT_FALSE(old_values::is_default_rank_name(0, "Warchief"));
}

TEST(old_event_title, is_made_long_enough_and_short_enough) {
  EXPECT_EQ(old_values::event_title(" Molten Core ", "Raid"), "Molten Core");
  EXPECT_EQ(old_values::event_title("MC", "Raid"), "Raid: MC");
  EXPECT_EQ(old_values::event_title("  ", "Dungeon"), "Dungeon");
  EXPECT_EQ(old_values::event_title(std::string(300, 'x'), "Raid"), std::string(100, 'x'));
}

TEST(old_text, is_shortened_by_characters_and_not_by_bytes) {
  EXPECT_EQ(old_values::shortened("écarlate", 2), "éc");
  EXPECT_EQ(old_values::shortened("ab", 50), "ab");
  EXPECT_EQ(old_values::trimmed("  a b\n"), "a b");
}

} // namespace
} // namespace guildhall::store
