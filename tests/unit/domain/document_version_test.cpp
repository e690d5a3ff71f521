#include "domain/document_version.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace guildhall::domain {
namespace {

std::string digest(std::string_view body) {
  return version_of("", body);
}

TEST(document_version, is_the_header_where_there_is_one) {
  EXPECT_EQ(version_of("yesterday", "{}"), "yesterday");
  EXPECT_TRUE(digest("{}").starts_with("digest:"));
}

TEST(document_version, without_a_header_stays_as_long_as_the_same_is_said) {
  const auto before = digest(
      R"({"_links":{"self":{"href":"a"}},"members":[{"id":1,"key":{"href":"static-8.2"}},{"id":2}],"rgba":{"a":1}})");
  EXPECT_EQ(
      digest(
          R"({ "rgba":{"a":1.0}, "members":[{"id":2},{"key":{"href":"static-9.0"},"id":1}] })"),
      before)
      << "links, order and spelling do not count";
  for (const auto* other :
       {R"({"members":[{"id":1,"key":{}},{"id":3}],"rgba":{"a":1}})",
        R"({"members":[{"id":1,"key":{}}],"rgba":{"a":1}})",
        R"({"members":[{"id":1,"key":{}},{"id":2},{"id":2}],"rgba":{"a":1}})",
        R"({"members":[{"id":1,"key":{}},{"id":"2"}],"rgba":{"a":1}})",
        R"({"members":[{"id":1,"key":{}},{"id":2}],"rgba":{"a":1.5}})"})
    EXPECT_NE(digest(other), before) << other;
}

TEST(document_version, is_something_for_any_body) {
  EXPECT_NE(digest("{"), digest("}"));
  EXPECT_EQ(digest(""), digest(""));
}

TEST(document_version, does_not_follow_a_header_that_names_an_impossible_moment) {
  const time_point now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 6}};
  EXPECT_EQ(usable_last_modified("Thu, 1 Jan 1970 00:00:00 GMT", now), "");
  EXPECT_EQ(usable_last_modified("Tue, 19 Jan 2038 03:14:07 GMT", now), "");
  EXPECT_EQ(
      usable_last_modified("Mon, 5 Jan 2026 00:00:00 GMT", now),
      "Mon, 5 Jan 2026 00:00:00 GMT");
  EXPECT_EQ(usable_last_modified("version 7", now), "version 7") << "opaque, but a version";
  EXPECT_EQ(usable_last_modified("", now), "");
  for (const auto* whatever : {"0", "-1", "1767600000", " "})
    EXPECT_EQ(usable_last_modified(whatever, now), "") << "said of any content";
}

} // namespace
} // namespace guildhall::domain
