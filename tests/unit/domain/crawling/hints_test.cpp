#include "domain/crawling/hints.hpp"
#include "tests/unit/domain/crawling/numbers.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace crawling_tests;

TEST(newest_hint, is_one_that_is_newer_than_what_was_seen) {
  EXPECT_EQ(newest_hint({}, monday, {}), (change_hint{monday, 0}));
  EXPECT_EQ(newest_hint({}, monday, monday - 1h), (change_hint{monday, 0}));
  EXPECT_EQ(newest_hint({}, monday, monday), std::nullopt);
  EXPECT_EQ(newest_hint({}, monday, monday + 1h), std::nullopt);
}

TEST(newest_hint, begins_anew_with_each_newer_one) {
  const change_hint before{.said = monday, .tries = 3};
  EXPECT_EQ(newest_hint(before, monday + 1h, {}), (change_hint{monday + 1h, 0}));
}

TEST(newest_hint, is_not_asked_for_again_when_it_is_said_again) {
  const change_hint before{.said = monday, .tries = 3};
  EXPECT_EQ(newest_hint(before, monday, {}), before);
  EXPECT_EQ(newest_hint(before, monday - 1h, {}), before);
  EXPECT_EQ(newest_hint(before, monday + 1h, monday + 2h), before);
}

TEST(hint_due, is_at_once_and_then_ever_later) {
  const auto due = [](int tries) { return hint_due({monday, tries}, monday - 5h, monday); };
  EXPECT_EQ(due(-1), monday);
  EXPECT_EQ(due(0), monday);
  EXPECT_EQ(due(1), monday + 30min);
  EXPECT_EQ(due(2), monday + 1h);
  EXPECT_EQ(due(3), monday + 2h);
}

TEST(hint_due, is_never_again_after_four_looks_in_vain) {
  EXPECT_EQ(hint_due({monday, 4}, {}, monday), std::nullopt);
  EXPECT_EQ(hint_due({monday, 1'000'000}, {}, monday), std::nullopt);
}

TEST(hint_due, is_never_again_once_the_profile_is_newer) {
  EXPECT_EQ(hint_due({monday, 0}, monday + 1s, monday + 1h), std::nullopt);
  EXPECT_EQ(hint_due({monday, 2}, monday, monday + 1h), std::nullopt);
}

} // namespace
} // namespace guildhall::domain
