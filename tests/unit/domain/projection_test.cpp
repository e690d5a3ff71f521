#include "domain/document_kinds.hpp"
#include "domain/projection.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

profile_view evoker() {
  profile_view view;
  view.level = 80;
  view.class_id = 13;
  view.active_spec_id = 1473;
  view.average_item_level = 700.0;
  view.last_login_at = time_point{5s};
  return view;
}

TEST(projection, takes_the_role_from_the_active_specialisation) {
  character_columns columns;
  project_profile(evoker(), columns);
  EXPECT_EQ(columns.class_name, "Evoker");
  EXPECT_EQ(columns.role, role::dps);
  EXPECT_EQ(columns.spec_name, "Augmentation");
  EXPECT_EQ(columns.level, 80);
  EXPECT_EQ(columns.average_item_level, 700.0);
  EXPECT_EQ(columns.last_login_at, time_point{5s});
}

TEST(projection, keeps_the_id_of_a_specialisation_to_come) {
  auto view = evoker();
  view.active_spec_id = 9'999;
  view.active_spec_name = "Tinkerer";
  character_columns columns;
  project_profile(view, columns);
  EXPECT_EQ(columns.spec_id, 9'999);
  EXPECT_EQ(columns.spec_name, "Tinkerer");
  EXPECT_EQ(columns.role, role::unknown);
  const auto* role_column =
      std::ranges::find(kinds::of_profile, std::string_view{"role"}, &derived_column::name);
  EXPECT_EQ(role_column->value(columns), column_value{}) << "null, and no role at all";
}

TEST(projection, calls_a_class_to_come_as_the_document_does) {
  auto view = evoker();
  view.class_id = 14;
  view.class_name = "Tinker";
  character_columns columns;
  project_profile(view, columns);
  EXPECT_EQ(columns.class_id, 14);
  EXPECT_EQ(columns.class_name, "Tinker");
  view.class_id = 1;
  view.class_name = "Krieger";
  project_profile(view, columns);
  EXPECT_EQ(columns.class_name, "Warrior") << "in English, if it is known";
}

TEST(projection, says_nothing_of_what_the_profile_leaves_out) {
  character_columns columns;
  project_profile(profile_view{}, columns);
  EXPECT_EQ(columns.class_id, std::nullopt);
  EXPECT_EQ(columns.class_name, "");
  EXPECT_EQ(columns.level, std::nullopt);
}

TEST(projection, fills_only_the_part_of_its_document) {
  character_columns columns;
  project_profile(evoker(), columns);
  project_mythic({.rating = 2323.952, .period_id = 729, .season = 14}, columns);
  project_toys({.ids = {1, 2}}, columns);
  EXPECT_EQ(columns.mythic_rating, 2323.952);
  EXPECT_EQ(columns.mythic_season, 14);
  EXPECT_EQ(columns.toys, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(columns.professions, std::nullopt);
  EXPECT_EQ(columns.class_id, 13);
  project_professions({}, columns);
  EXPECT_EQ(columns.professions, "[]");
}

/// A raid document with one boss in one raid, and room for odd things beside each of them.
std::string raids_body(
    const std::string& encounters = "", const std::string& modes = "",
    const std::string& instances = "", const std::string& expansions = "") {
  return R"({"_links":{},"character":{"id":1},"expansions":[)" + expansions
       + R"({"expansion":{"name":"Dragonflight","id":503},"instances":[)" + instances
       + R"({"instance":{"key":{"href":"x"},"name":"Vault of the Incarnates","id":1200},"modes":[)"
       + modes
       + R"({"difficulty":{"type":"HEROIC","name":"Heroic"},"status":{"type":"IN_PROGRESS"},)"
         R"("progress":{"completed_count":1,"total_count":8,"encounters":[)"
       + encounters
       + R"({"encounter":{"key":{"href":"x"},"name":"Eranog","id":2480},"completed_count":3,)"
         R"("last_kill_timestamp":1671000000000}]}}]}]}]})";
}
const std::string eranog =
    R"({"raid":1200,"boss":2480,"name":"Eranog","difficulty":"HEROIC","kills":3,)"
    R"("last_kill":1671000000000})";

std::string kills_in(const std::string& body) {
  character_columns columns;
  const auto read = read_document(document::raids, body, {}, columns);
  return read ? columns.raid_kills.value_or("") : read.error().message;
}

TEST(read_raids, does_not_know_when_a_kill_was_that_cannot_have_been_then) {
  for (const auto* at : {"0", "1", "-5", "9007199254740991", "\"x\""})
    EXPECT_EQ(
        kills_in(raids_body(
            R"({"encounter":{"id":7},"completed_count":1,"last_kill_timestamp":)"
            + std::string{at} + "},")),
        R"([{"raid":1200,"boss":7,"name":"","difficulty":"HEROIC","kills":1},)" + eranog + "]")
        << at;
}

TEST(read_raids, lists_kills_by_boss_difficulty_and_time) {
  EXPECT_EQ(kills_in(raids_body()), "[" + eranog + "]");
  EXPECT_EQ(
      kills_in(raids_body(R"({"encounter":{"id":7},"completed_count":1},)")),
      R"([{"raid":1200,"boss":7,"name":"","difficulty":"HEROIC","kills":1},)" + eranog + "]");
  EXPECT_EQ(
      kills_in(R"({"_links":{"self":{"href":"/profile/wow/character/a/b/encounters/raids"}}})"),
      "[]")
      << "who never raided has no list";
  EXPECT_EQ(
      kills_in(R"({"character":{"id":1},"expansions":{}})"), "expansions: expected an array");
}

TEST(read_raids, leaves_out_what_was_not_killed_and_what_is_listed_twice) {
  EXPECT_EQ(
      kills_in(raids_body(R"({"encounter":{"id":7},"completed_count":0},)")),
      "[" + eranog + "]");
  const auto once = raids_body();
  const auto from = once.find(R"({"expansion")");
  const auto twice = once.substr(from, once.size() - from - 2) + ',';
  EXPECT_EQ(kills_in(raids_body("", "", "", twice)), "[" + eranog + "]");
}

TEST(read_raids, drops_nothing_but_the_element_that_is_odd) {
  for (const auto* odd :
       {"null,", "7,", "[],", "\"\",", "{},",
        R"({"encounter":{"id":"x"},"completed_count":1},)",
        R"({"encounter":{"id":7},"completed_count":-1},)", R"({"encounter":{"id":7}},)",
        R"({"encounter":7,"completed_count":1},)", R"({"difficulty":{"type":1}},)",
        R"({"difficulty":{"type":"LFR"},"progress":{"encounters":5}},)",
        R"({"instance":{"id":1},"modes":"x"},)", R"({"expansion":{},"instances":{}},)"})
    for (const auto& body :
         {raids_body(odd), raids_body("", odd), raids_body("", "", odd),
          raids_body("", "", "", odd)})
      EXPECT_EQ(kills_in(body), "[" + eranog + "]") << body;
}

} // namespace
} // namespace guildhall::domain
