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

TEST(with_hint, nobody_is_looked_at_later_than_without) {
  const change_hint twice{.said = monday, .tries = 2};
  EXPECT_EQ(with_hint(monday + 5h, twice, monday - 1h, monday), monday + 1h);
  EXPECT_EQ(with_hint(monday + 5min, twice, monday - 1h, monday), monday + 5min);
  EXPECT_EQ(with_hint(monday + 5h, twice, monday, monday), monday + 5h) << "it is seen";
  EXPECT_EQ(with_hint(monday + 5h, {}, monday - 1h, monday), monday + 5h);
}

TEST(answer_of_look, is_over_once_the_profile_is_newer) {
  EXPECT_EQ(answer_of_look({monday, 2}, monday), (hint_answer{.said = monday}));
  EXPECT_EQ(answer_of_look({monday, 0}, monday + 1h), (hint_answer{.said = monday}));
}

TEST(answer_of_look, counts_looks_in_vain_and_remembers_that_there_were_four) {
  change_hint hint{.said = monday};
  for (const int tries : {1, 2, 3, 4, 4}) {
    const auto answer = answer_of_look(hint, monday - 1h);
    EXPECT_EQ(answer, (hint_answer{.said = monday, .tries = tries}));
    hint.tries = *answer.tries;
  }
  EXPECT_EQ(newest_hint(hint, monday, monday - 1h), hint);
  EXPECT_EQ(hint_due(hint, monday - 1h, monday), std::nullopt);
}

} // namespace
} // namespace guildhall::domain
