#include "domain/payload.hpp"
#include "domain/realm_index.hpp"
#include "tests/support/documents.hpp"
#include "tests/support/recorded.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <functional>

/// Every recorded document, with each field once removed and once replaced by a value of each
/// JSON type, gives a view or a malformed error that names a path. Long lists are cut to their
/// first elements, which all have the same shape.
namespace guildhall::domain {
namespace {

namespace json = boost::json;
using test::recorded;
using test::recorded_bodies;

constexpr std::size_t elements_kept = 2;

void shorten(json::value& value) {
  if (auto* object = value.if_object()) {
    for (auto& member : *object)
      shorten(member.value());
  } else if (auto* array = value.if_array()) {
    array->resize(std::min(array->size(), elements_kept));
    for (auto& element : *array)
      shorten(element);
  }
}

const std::vector<json::value>& replacements() {
  static const std::vector<json::value> values{
      nullptr,
      true,
      -1,
      1.5,
      1e300,
      std::numeric_limits<std::int64_t>::max(),
      std::numeric_limits<std::uint64_t>::max(),
      std::numeric_limits<std::int64_t>::min(),
      "",
      "text",
      json::string("\0", 1),
      json::array{},
      json::array{1},
      json::object{},
      json::object{{"id", -1}}};
  return values;
}

/// Calls `visit` with the document in every mutated form, `where` naming the field.
void mutate(
    json::value& root, json::value& here, const std::string& where,
    const std::function<void(const std::string&)>& visit) {
  const auto replace = [&](json::value& slot, const std::string& path) {
    const auto original = slot;
    for (const auto& other : replacements()) {
      slot = other;
      visit(path);
    }
    slot = original;
    mutate(root, slot, path, visit);
  };
  if (auto* object = here.if_object()) {
    std::vector<std::string> keys;
    for (const auto& member : *object)
      keys.emplace_back(member.key());
    for (const auto& key : keys) {
      const auto path = where + "." + key;
      const auto original = object->at(key);
      object->erase(key);
      visit(path + " removed");
      (*object)[key] = original;
      replace((*object)[key], path);
    }
  } else if (auto* array = here.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i)
      replace((*array)[i], where + "[" + std::to_string(i) + "]");
  }
}

template <class Parse>
void expect_view_or_path(const char* file, Parse parse) {
  auto root = json::parse(recorded(file));
  shorten(root);
  ASSERT_TRUE(parse(json::serialize(root))) << file;
  std::size_t views = 0;
  std::size_t errors = 0;
  mutate(root, root, "", [&](const std::string& where) {
    const auto parsed = parse(json::serialize(root));
    if (parsed) {
      ++views;
      return;
    }
    ++errors;
    EXPECT_EQ(parsed.error().code, ec::malformed) << where;
    const auto& message = parsed.error().message;
    const auto colon = message.find(": ");
    EXPECT_TRUE(colon != std::string::npos && colon > 0) << where << " gave " << message;
  });
  EXPECT_GT(views, 0u);
  EXPECT_GT(errors, 0u);
}

TEST_F(recorded_bodies, of_guilds_may_change_in_any_field) {
  expect_view_or_path("rbattlenet/wow_guild.json", [](auto body) { return parse_guild(body); });
  expect_view_or_path(
      "argentpony/GuildResponse.json", [](auto body) { return parse_guild(body); });
}

TEST_F(recorded_bodies, of_rosters_may_change_in_any_field) {
  expect_view_or_path(
      "rbattlenet/wow_guild_roster.json", [](auto body) { return parse_roster(body); });
  expect_view_or_path(
      "argentpony/GuildRosterResponse.json", [](auto body) { return parse_roster(body); });
}

TEST_F(recorded_bodies, of_profiles_may_change_in_any_field) {
  expect_view_or_path(
      "rbattlenet/wow_character.json", [](auto body) { return parse_profile(body); });
  expect_view_or_path(
      "rbattlenet/wow_character_cyrillic.json", [](auto body) { return parse_profile(body); });
  expect_view_or_path("argentpony/CharacterProfileSummaryResponse.json", [](auto body) {
    return parse_profile(body);
  });
}

TEST_F(recorded_bodies, of_statuses_may_change_in_any_field) {
  expect_view_or_path(
      "rbattlenet/wow_character_status.json", [](auto body) { return parse_status(body); });
}

TEST_F(recorded_bodies, of_equipment_may_change_in_any_field) {
  expect_view_or_path(
      "argentpony/CharacterEquipmentSummaryResponse.json", test::parse_equipment);
}

TEST_F(recorded_bodies, of_mplus_profiles_may_change_in_any_field) {
  expect_view_or_path(
      "rbattlenet/wow_character_keystones_no_best_runs.json", test::parse_mythic);
  expect_view_or_path(
      "argentpony/CharacterMythicKeystoneProfileIndexResponse.json", test::parse_mythic);
}

TEST_F(recorded_bodies, of_professions_may_change_in_any_field) {
  expect_view_or_path("rbattlenet/wow_character_professions.json", test::parse_professions);
  expect_view_or_path(
      "argentpony/CharacterProfessionsSummaryResponse.json", test::parse_professions);
}

TEST_F(recorded_bodies, of_indexes_may_change_in_any_field) {
  expect_view_or_path("rbattlenet/wow_mythic_keystone_period_all.json", parse_current_period);
  expect_view_or_path("rbattlenet/wow_realm_all.json", parse_realm_index);
}

TEST_F(recorded_bodies, may_be_cut_off_anywhere) {
  const auto body = recorded("rbattlenet/wow_character.json");
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto parsed = parse_profile(std::string_view{body}.substr(0, size));
    ASSERT_FALSE(parsed) << size;
    ASSERT_NE(parsed.error().message.find("broken JSON at byte"), std::string::npos);
  }
}

} // namespace
} // namespace guildhall::domain
