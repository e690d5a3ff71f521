#include "domain/document.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

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

TEST(document_state, is_read_as_it_is_written) {
  expect_round_trip(document_state::suspect, parse_document_state);
}

TEST(failure_class, is_read_as_it_is_written) {
  expect_round_trip(failure_class::malformed, parse_failure_class);
}

} // namespace
} // namespace guildhall::domain
