#include "http/request.hpp"

#include <gtest/gtest.h>

namespace guildhall::http {
namespace {

TEST(request, headers_are_found_in_any_letter_case_and_the_first_one_counts) {
  request what;
  what.add_header("Content-Type", "application/json");
  what.add_header("content-type", "text/plain");
  EXPECT_EQ(what.header("CONTENT-TYPE"), "application/json");
  EXPECT_EQ(what.header("Content"), "");
}

TEST(request, query_values_are_decoded) {
  request what;
  what.target = "/a?name=%C3%A9&fields=full&bare&broken=%zz";
  EXPECT_EQ(what.path(), "/a");
  EXPECT_EQ(what.query("name"), "é");
  EXPECT_EQ(what.query("fields"), "full");
  EXPECT_EQ(what.query("bare"), "");
  EXPECT_EQ(what.query("broken"), std::nullopt);
  EXPECT_EQ(what.query("absent"), std::nullopt);
}

TEST(request, a_query_of_separators_alone_ends) {
  request what;
  what.target = "/a?&&=&";
  EXPECT_EQ(what.query("name"), std::nullopt);
  what.target = "/a?";
  EXPECT_EQ(what.query("name"), std::nullopt);
}

TEST(request, clear_forgets_everything) {
  request what;
  what.verb = method::post;
  what.target = "/a?b=c";
  what.add_header("A", "b");
  what.add_param("id", "7");
  what.clear();
  EXPECT_EQ(what.verb, method::get);
  EXPECT_EQ(what.path(), "");
  EXPECT_EQ(what.header("A"), "");
  EXPECT_EQ(what.param("id"), "");
}

} // namespace
} // namespace guildhall::http
