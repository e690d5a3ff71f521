#include "domain/last_modified.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

TEST(last_modified, takes_a_day_without_a_leading_zero) {
  // The recorded profile of this header holds last_login_timestamp 1577005519000.
  EXPECT_EQ(parse_last_modified("Sun, 22 Dec 2019 09:05:19 GMT"), time_point{1'577'005'519s});
  EXPECT_EQ(parse_last_modified("Sat, 7 Mar 2020 09:41:14 GMT"), time_point{1'583'574'074s});
  EXPECT_EQ(parse_last_modified("Sat, 07 Mar 2020 09:41:14 GMT"), time_point{1'583'574'074s});
}

TEST(last_modified, takes_the_two_other_spellings_of_http) {
  EXPECT_EQ(
      parse_last_modified("Saturday, 07-Mar-20 09:41:14 GMT"), time_point{1'583'574'074s});
  EXPECT_EQ(parse_last_modified("Sat Mar  7 09:41:14 2020"), time_point{1'583'574'074s});
}

TEST(last_modified, orders_answers_that_text_would_order_wrongly) {
  EXPECT_LT(
      *parse_last_modified("Sat, 7 Mar 2020 09:41:14 GMT"),
      *parse_last_modified("Fri, 13 Mar 2020 09:41:14 GMT"));
}

TEST(last_modified, is_nothing_for_what_is_no_date) {
  for (const auto* text :
       {"", ",", "yesterday", "Sat, 7 Mar 2020", "Sat, 7 Mar 2020 09:41:14",
        "Sat, 31 Feb 2020 09:41:14 GMT", "Sat, 7 Xxx 2020 09:41:14 GMT",
        "Sat, 7 Mar 2020 24:41:14 GMT", "Sat, 7 Mar 2020 09:60:14 GMT",
        "Sat, 7 Mar 2020 09:41:61 GMT", "Sat, -7 Mar 2020 09:41:14 GMT",
        "Sat, 7 Mar 99999999999 09:41:14 GMT", "Sat, 7 Mar 2020 09:41:14 CEST"})
    EXPECT_EQ(parse_last_modified(text), std::nullopt) << text;
}

RC_GTEST_PROP(last_modified, survives_any_text, (const std::string& text)) {
  parse_last_modified(text);
  parse_last_modified("Sat, " + text);
}

} // namespace
} // namespace guildhall::domain
