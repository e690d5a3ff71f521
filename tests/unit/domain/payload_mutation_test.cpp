#include "domain/payload.hpp"
#include "domain/realm_index.hpp"
#include "tests/support/battlenet_documents.hpp"
#include "tests/support/documents.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <functional>

/// Every document, with each field once removed and once replaced by a value of each
/// JSON type, gives a view or a malformed error that names a path. Long lists are cut to their
/// first elements, which all have the same shape.
namespace guildhall::domain {
namespace {

namespace json = boost::json;
using test::battlenet_documents;

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
void expect_view_or_path(const std::string& document, Parse parse) {
  auto root = json::parse(document);
  shorten(root);
  ASSERT_TRUE(parse(json::serialize(root)));
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

TEST_P(battlenet_documents, of_guilds_may_change_in_any_field) {
  expect_view_or_path(
      body("rbattlenet/wow_guild.json"), [](auto text) { return parse_guild(text); });
  expect_view_or_path(
      body("argentpony/GuildResponse.json"), [](auto text) { return parse_guild(text); });
}

TEST_P(battlenet_documents, of_rosters_may_change_in_any_field) {
  expect_view_or_path(
      body("rbattlenet/wow_guild_roster.json"), [](auto text) { return parse_roster(text); });
  expect_view_or_path(body("argentpony/GuildRosterResponse.json"), [](auto text) {
    return parse_roster(text);
  });
}

TEST_P(battlenet_documents, of_profiles_may_change_in_any_field) {
  expect_view_or_path(
      body("rbattlenet/wow_character.json"), [](auto text) { return parse_profile(text); });
  expect_view_or_path(body("rbattlenet/wow_character_cyrillic.json"), [](auto text) {
    return parse_profile(text);
  });
  expect_view_or_path(body("argentpony/CharacterProfileSummaryResponse.json"), [](auto text) {
    return parse_profile(text);
  });
}

TEST_P(battlenet_documents, of_statuses_may_change_in_any_field) {
  expect_view_or_path(body("rbattlenet/wow_character_status.json"), [](auto text) {
    return parse_status(text);
  });
}

TEST_P(battlenet_documents, of_equipment_may_change_in_any_field) {
  expect_view_or_path(
      body("argentpony/CharacterEquipmentSummaryResponse.json"), test::parse_equipment);
}

TEST_P(battlenet_documents, of_mplus_profiles_may_change_in_any_field) {
  expect_view_or_path(
      body("rbattlenet/wow_character_keystones_no_best_runs.json"), test::parse_mythic);
  expect_view_or_path(
      body("argentpony/CharacterMythicKeystoneProfileIndexResponse.json"), test::parse_mythic);
}

TEST_P(battlenet_documents, of_professions_may_change_in_any_field) {
  expect_view_or_path(
      body("rbattlenet/wow_character_professions.json"), test::parse_professions);
  expect_view_or_path(
      body("argentpony/CharacterProfessionsSummaryResponse.json"), test::parse_professions);
}

TEST_P(battlenet_documents, of_indexes_may_change_in_any_field) {
  expect_view_or_path(
      body("rbattlenet/wow_mythic_keystone_period_all.json"), parse_current_period);
  expect_view_or_path(body("rbattlenet/wow_realm_all.json"), parse_realm_index);
}

TEST_P(battlenet_documents, may_be_cut_off_anywhere) {
  const auto whole = body("rbattlenet/wow_character.json");
  for (std::size_t size = 0; size <= whole.rfind('}'); ++size) {
    const auto parsed = parse_profile(std::string_view{whole}.substr(0, size));
    ASSERT_FALSE(parsed) << size;
    ASSERT_NE(parsed.error().message.find("broken JSON at byte"), std::string::npos);
  }
}

} // namespace
} // namespace guildhall::domain
