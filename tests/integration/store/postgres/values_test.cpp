#include "store/postgres/values.hpp"

#include <gtest/gtest.h>

namespace guildhall::store {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_days day{std::chrono::year{2025} / 5 / 13};

TEST(values, a_time_is_read_as_postgres_prints_it) {
  EXPECT_EQ(time_from_sql("2025-05-13 18:00:00+00"), day + 18h);
  EXPECT_EQ(time_from_sql("2025-05-13 01:02:03.5+00"), day + 1h + 2min + 3s + 500ms);
  EXPECT_EQ(time_from_sql("2025-05-13 00:00:00.000123+00"), day + 123us);
  EXPECT_EQ(time_from_sql("infinity"), time_point::max());
  EXPECT_EQ(time_from_sql("-infinity"), time_point::min());
}

TEST(values, a_time_survives_the_way_there_and_back) {
  for (const time_point when :
       {time_point{}, time_point{day + 1us}, time_point{day + 23h + 59min + 59s + 999'999us}})
    EXPECT_EQ(time_from_sql(to_sql(when)), when);
}

TEST(values, what_is_no_time_in_utc_is_refused) {
  for (const auto* text :
       {"", "+00", "yesterday", "2025-05-13 18:00:00+02", "2025-05-13 18:00:0x+00",
        "12025-05-13 18:00:00+00"})
    EXPECT_THROW(time_from_sql(text), std::invalid_argument) << text;
}

} // namespace
} // namespace guildhall::store
