#include "core/text.hpp"
#include "domain/address.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace guildhall::domain {
namespace {

TEST(region, is_read_as_it_is_written) {
  for (const auto where : {region::us, region::eu, region::kr, region::tw})
    EXPECT_EQ(parse_region(to_string(where)), where);
}

TEST(region, refuses_everything_else) {
  for (const auto* text : {"", "cn", "EU", "eu ", "europe"})
    EXPECT_EQ(parse_region(text), std::nullopt) << text;
}

TEST(canonical_slug, takes_letters_of_every_script) {
  EXPECT_EQ(canonical_slug("stormrage"), "stormrage");
  EXPECT_EQ(canonical_slug("la-croisade-écarlate"), "la-croisade-écarlate");
  EXPECT_EQ(canonical_slug("экзорсус"), "экзорсус");
  EXPECT_EQ(canonical_slug("아즈샤라"), "아즈샤라");
  EXPECT_EQ(canonical_slug("眾星之子"), "眾星之子");
  EXPECT_EQ(canonical_slug("area-52"), "area-52");
}

TEST(canonical_slug, lowers_and_composes) {
  EXPECT_EQ(canonical_slug("ЭКЗОРСУС"), "экзорсус");
  EXPECT_EQ(canonical_slug("E\u0301carlate"), "\u00e9carlate");
}

TEST(canonical_slug, refuses_what_no_slug_holds) {
  for (const auto* text :
       {"", "a b", "a/b", "..", "a.b", "a'b", "a%20b", "a?b", "a\tb", "🐲", "a\u00a0b", "\xff"})
    EXPECT_EQ(canonical_slug(text), std::nullopt) << text;
  EXPECT_EQ(canonical_slug(std::string("a\0b", 3)), std::nullopt);
}

TEST(canonical_slug, is_at_most_128_bytes_long) {
  EXPECT_TRUE(canonical_slug(std::string(128, 'a')));
  EXPECT_FALSE(canonical_slug(std::string(129, 'a')));
  EXPECT_FALSE(canonical_slug(std::string(1u << 20, 'a')));
}

RC_GTEST_PROP(canonical_slug, answers_the_same_when_asked_again, (const std::string& text)) {
  const auto slug = canonical_slug(text);
  if (slug)
    RC_ASSERT(canonical_slug(*slug) == slug);
}

TEST(guild_name_slug, follows_the_known_pairs) {
  EXPECT_EQ(guild_name_slug("Mythical Warriors"), "mythical-warriors");
  EXPECT_EQ(guild_name_slug("I CANT RELEASE"), "i-cant-release");
  EXPECT_EQ(guild_name_slug("Экзорсус"), "экзорсус");
}

TEST(guild_name_slug, drops_apostrophes) {
  EXPECT_EQ(guild_name_slug("Kel'Thuzad’s Own"), "kelthuzads-own");
  for (const auto* name : {"Kel`s Own", "Kel´s Own", "Kelʼs Own", "Kel‘s Own", "Kel＇s Own"})
    EXPECT_EQ(guild_name_slug(name), "kels-own") << name;
}

TEST(guild_name_slug, counts_blanks_once_and_between_words_only) {
  EXPECT_EQ(guild_name_slug("  Mythical \t Warriors\u00a0"), "mythical-warriors");
  EXPECT_EQ(guild_name_slug("' Own"), "own");
  EXPECT_EQ(guild_name_slug(" "), "");
}

RC_GTEST_PROP(guild_name_slug, survives_any_bytes, (const std::string& name)) {
  RC_ASSERT(text::is_utf8(guild_name_slug(name)));
}

TEST(is_askable_name, takes_names_of_players) {
  for (const auto* name : {"Sheday", "Альвеоняша", "Märtini", "Ðeath"})
    EXPECT_TRUE(is_askable_name(name)) << name;
}

TEST(is_askable_name, refuses_dead_characters_and_placeholders) {
  for (const auto* name :
       {"", "Vanstr7A268A", "Bregal932B58", "a%b", "a$b", "a\"b", "a b", "٣", "\xd0"})
    EXPECT_FALSE(is_askable_name(name)) << name;
}

} // namespace
} // namespace guildhall::domain
