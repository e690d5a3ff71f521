#include "domain/onboarding.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

constexpr time_point noon{std::chrono::seconds{1'767'700'800}};

TEST(absence, is_proven_by_a_whole_list_of_the_same_licence_with_others) {
  const account_list list{region::eu, {}, {{7, 3}, {8, 0}, {9, 2, false}}};
  EXPECT_EQ(absence_of(list, 7), absence::proven);
  EXPECT_EQ(absence_of(list, 8), absence::likely) << "empty";
  EXPECT_EQ(absence_of(list, 9), absence::likely) << "a character of it cannot be read";
  EXPECT_EQ(absence_of(list, 10), absence::likely) << "the licence is missing";
  EXPECT_EQ(absence_of(list, std::nullopt), absence::likely);
  EXPECT_EQ(absence_of({region::eu, {}, {}}, 7), absence::likely) << "a 404";
}

TEST(absence, proven_counts_when_it_is_so_again_after_a_quarter_of_an_hour) {
  EXPECT_FALSE(is_confirmed(absence::proven, {}, noon));
  EXPECT_FALSE(is_confirmed(absence::proven, {noon - 14min, noon - 48h}, noon));
  EXPECT_TRUE(is_confirmed(absence::proven, {noon - 15min, {}}, noon));
}

TEST(absence, likely_counts_when_it_is_so_a_day_apart) {
  EXPECT_FALSE(is_confirmed(absence::likely, {}, noon));
  EXPECT_FALSE(is_confirmed(absence::likely, {noon - 48h, noon - 23h}, noon));
  EXPECT_TRUE(is_confirmed(absence::likely, {{}, noon - 24h}, noon));
}

} // namespace
} // namespace guildhall::domain
