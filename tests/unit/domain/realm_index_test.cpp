#include "domain/realm_index.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

const std::vector<realm>& europe() {
  static const std::vector<realm> realms{
      {realm_id{550}, "stormrage", {"Stormrage"}},
      {realm_id{506}, "draenor", {"Draenor"}},
      {realm_id{588}, "kelthuzad", {"Kel'Thuzad"}},
      {realm_id{1413}, "aggra-português", {"Aggra (Português)"}},
      {realm_id{1309}, "pozzo-delleternità", {"Pozzo dell'Eternità"}},
      {realm_id{503}, "azjolnerub", {"Azjol-Nerub"}},
      {realm_id{1602}, "gordunni", {"Gordunni", "Гордунни"}},
      {realm_id{1604}, "soulflayer", {"Soulflayer", "Свежеватель Душ"}},
      {realm_id{1611}, "festung-der-stürme", {"Festung der Stürme"}},
  };
  return realms;
}

std::string found(std::string_view wanted) {
  const auto slug = find_realm(europe(), wanted);
  return slug ? *slug : "refused: " + slug.error().message;
}

TEST(realm_index, a_slug_is_itself_in_any_case) {
  EXPECT_EQ(found("stormrage"), "stormrage");
  EXPECT_EQ(found("STORMRAGE"), "stormrage");
  EXPECT_EQ(found("aggra-português"), "aggra-português");
}

TEST(realm_index, accents_do_not_count) {
  EXPECT_EQ(found("aggra-portugues"), "aggra-português");
  EXPECT_EQ(found("Aggra (Portugues)"), "aggra-português");
  EXPECT_EQ(found("aggra-portugue\u0302s"), "aggra-português"); // e and a mark of its own
  EXPECT_EQ(found("festung-der-sturme"), "festung-der-stürme");
}

TEST(realm_index, apostrophes_blanks_and_hyphens_do_not_count) {
  for (const auto* spelt :
       {"Kel'Thuzad", "Kel\u2019Thuzad", "kel-thuzad", "Kel Thuzad", "KELTHUZAD",
        " kel`thuzad "})
    EXPECT_EQ(found(spelt), "kelthuzad") << spelt;
  EXPECT_EQ(found("Pozzo dell\u2019Eternita"), "pozzo-delleternità");
  EXPECT_EQ(found("azjol-nerub"), "azjolnerub");
}

TEST(realm_index, a_name_in_another_language_is_the_realms) {
  EXPECT_EQ(found("Гордунни"), "gordunni");
  EXPECT_EQ(found("ГОРДУННИ"), "gordunni");
  EXPECT_EQ(found("свежеватель-душ"), "soulflayer");
}

TEST(realm_index, what_is_misspelt_is_refused_with_what_comes_near) {
  const auto slug = find_realm(europe(), "stormrag");
  ASSERT_FALSE(slug);
  EXPECT_EQ(slug.error().code, ec::validation);
  EXPECT_EQ(
      slug.error().message,
      "There is no realm \"stormrag\" in this region; the nearest are stormrage");
  EXPECT_TRUE(slug.error().fields.contains("realm"));
}

TEST(realm_index, what_is_like_nothing_is_refused_without_a_guess) {
  EXPECT_EQ(found("???"), "refused: There is no realm \"???\" in this region");
  EXPECT_EQ(
      found("a realm of another game"),
      "refused: There is no realm \"a realm of another game\" in this region");
  EXPECT_TRUE(found("\xff").starts_with("refused"));
}

TEST(realm_index, the_sentence_shows_nothing_that_is_not_to_be_printed) {
  EXPECT_EQ(
      find_realm(europe(), "stromrage").error().message,
      "There is no realm \"stromrage\" in this region; the nearest are stormrage");
  EXPECT_EQ(
      find_realm(europe(), "a\n\x1b[2J").error().message,
      "There is no realm \"a\uFFFD\uFFFD[2J\" in this region");
  const auto endless = find_realm(europe(), std::string(100'000, 'x'));
  ASSERT_FALSE(endless);
  EXPECT_LT(endless.error().message.size(), 200u);
}

TEST(realm_index, a_name_of_two_realms_is_refused_with_both) {
  auto two = europe();
  two.push_back({realm_id{9}, "draenor-2", {"Draenor"}});
  two.push_back({realm_id{10}, "draenor-3", {"Sturm"}});
  two.push_back({realm_id{11}, "draenor-4", {"Sturm"}});
  EXPECT_EQ(find_realm(two, "draenor").value(), "draenor"); // a slug comes before any name
  EXPECT_EQ(
      find_realm(two, "sturm").error().message, "\"sturm\" may be one of draenor-3, draenor-4");
}

TEST(realm_index, is_read_with_all_languages_or_with_one) {
  const auto realms = parse_realm_index(
      R"({"realms":[{"id":1602,"slug":"gordunni","name":{"en_US":"Gordunni","ru_RU":"Гордунни",)"
      R"("de_DE":"Gordunni"}},{"id":550,"slug":"stormrage","name":"Stormrage"}]})");
  ASSERT_TRUE(realms);
  ASSERT_EQ(realms->realms.size(), 2u);
  EXPECT_EQ(realms->realms[0].names, (std::vector<std::string>{"Gordunni", "Гордунни"}));
  EXPECT_EQ(realms->realms[1].names, (std::vector<std::string>{"Stormrage"}));
}

TEST(realm_index, one_odd_realm_costs_itself_and_none_at_all_is_malformed) {
  const auto realms = parse_realm_index(
      R"({"realms":[{"id":0,"slug":"a"},7,{"id":2},{"id":3,"slug":"c"},{"id":4,"slug":"c"}]})");
  ASSERT_TRUE(realms);
  ASSERT_EQ(realms->realms.size(), 1u);
  EXPECT_EQ(realms->realms[0].slug, "c");
  EXPECT_FALSE(realms->whole);
  const auto slugs = parse_realm_index(
      R"({"realms":[{"id":2,"slug":"Area-52"},{"id":3,"slug":"a b"},{"id":4,"slug":""}]})");
  ASSERT_TRUE(slugs);
  EXPECT_EQ(slugs->realms.size(), 1u);
  EXPECT_EQ(slugs->realms[0].slug, "area-52");
  EXPECT_TRUE(parse_realm_index(R"({"realms":[{"id":2,"slug":"a"}]})")->whole);
  for (
      const auto* body :
      {"{}", "[]", R"({"realms":[]})", R"({"realms":7})",
       R"({"_links":{"self":{"href":"/data/wow/connected-realm/11"}},"realms":[{"id":3,"slug":"c"}]})",
       R"({"code":503,"reason":"x"})", ""})
    EXPECT_FALSE(parse_realm_index(body)) << body;
}

TEST(realm_index, is_no_other_document) {
  constexpr std::string_view realms{R"("realms":[{"id":1,"slug":"a"}]})"};
  const auto from = [&](std::string_view path) {
    return parse_realm_index(
        R"({"_links":{"self":{"href":"https://eu.api)" + std::string{path} + R"("}},)"
        + std::string{realms});
  };
  EXPECT_TRUE(from("/data/wow/realm/"));
  EXPECT_FALSE(from("/data/wow/connected-realm/509"));
}

} // namespace
} // namespace guildhall::domain
