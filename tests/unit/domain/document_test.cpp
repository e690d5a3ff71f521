#include "domain/document_kinds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

namespace guildhall::domain {
namespace {

template <class Enum, class Parse>
void expect_round_trip(Enum last, Parse parse) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    names.emplace(to_string(value));
    EXPECT_EQ(parse(to_string(value)), value);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1) << "names must differ";
  EXPECT_FALSE(parse(""));
  EXPECT_FALSE(parse("unknown"));
  EXPECT_EQ(to_string(static_cast<Enum>(200)), "unknown");
}

TEST(document, is_read_as_it_is_written) {
  expect_round_trip(document::status, parse_document);
  EXPECT_EQ(to_string(document::mythic), "mythic");
}

// Shape, rows and their order are asserted where the table stands.
TEST(document_kinds, have_names_paths_and_columns_of_their_own) {
  std::set<std::string_view> columns;
  std::set<std::pair<document_subject, std::string_view>> paths;
  for (const auto& kind : document_kinds) {
    EXPECT_TRUE(paths.emplace(kind.of, kind.path).second) << kind.name;
    if (!kind.raw.empty()) {
      EXPECT_TRUE(columns.insert(kind.raw).second) << kind.raw;
    }
    for (const auto& column : kind.derived)
      EXPECT_TRUE(columns.insert(column.name).second) << column.name;
  }
}

TEST(document_kinds, of_a_character_can_be_read_and_are_kept_somewhere) {
  for (const auto& kind : document_kinds)
    if (kind.of == document_subject::character && kind.stored) {
      EXPECT_TRUE(kind.project) << kind.name;
      EXPECT_FALSE(kind.raw.empty() && kind.derived.empty()) << kind.name;
    }
}

TEST(document_kinds, refuse_what_is_no_object_and_leave_the_columns_alone) {
  for (const auto& kind : document_kinds)
    for (const auto* body : {"", "[]", "1", R"({"id":)"}) {
      if (!kind.project)
        continue;
      character_columns columns;
      const auto read = read_document(kind.what, body, {}, columns);
      ASSERT_FALSE(read) << kind.name << ' ' << body;
      EXPECT_EQ(read.error().code, ec::malformed);
      for (const auto& column : kind.derived)
        EXPECT_EQ(column.value(columns), column.value({})) << column.name;
    }
}

TEST(document_kinds, are_none_but_those_of_the_table) {
  EXPECT_THROW(kind_of(static_cast<document>(document_kinds.size())), std::out_of_range);
  EXPECT_THROW(kind_of(static_cast<document>(200)), std::out_of_range);
}

TEST(document_kinds, that_are_always_mirrored_are_these) {
  EXPECT_TRUE(std::ranges::equal(
      child_documents,
      std::array{document::equipment, document::mythic, document::professions}));
  EXPECT_TRUE(
      std::ranges::equal(guild_documents, std::array{document::guild, document::roster}));
  EXPECT_TRUE(std::ranges::equal(
      character_documents,
      std::array{
          document::profile, document::equipment, document::mythic, document::professions}));
}

TEST(parse_optional_documents, names_what_there_is_for_a_name_that_is_none_of_them) {
  EXPECT_TRUE(parse_optional_documents({}));
  for (const auto* name : {"", "imaginary", "equipment", "guild", "status"}) {
    const auto read = parse_optional_documents(std::array{std::string{name}});
    ASSERT_FALSE(read) << name;
    EXPECT_EQ(read.error().code, ec::validation);
    for (const auto& kind : document_kinds)
      if (!kind.by_default) {
        EXPECT_NE(read.error().message.find(kind.name), std::string::npos) << kind.name;
      }
  }
}

TEST(document_state, is_read_as_it_is_written) {
  expect_round_trip(document_state::suspect, parse_document_state);
}

TEST(failure_class, is_read_as_it_is_written) {
  expect_round_trip(failure_class::malformed, parse_failure_class);
}

} // namespace
} // namespace guildhall::domain
