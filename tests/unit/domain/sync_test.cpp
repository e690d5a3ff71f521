#include "domain/sync.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

constexpr time_point ten{std::chrono::seconds{1'767'607'200}}; // Mon, 5 Jan 2026 10:00:00
const std::string at_ten = "Mon, 5 Jan 2026 10:00:00 GMT";

character_outcome look(time_point said, int tries) {
  character_outcome outcome;
  outcome.work.hint = change_hint{.said = said, .tries = tries};
  document_record profile;
  profile.document = document::profile;
  profile.last_modified = at_ten;
  outcome.work.documents = {profile};
  outcome.next_due = ten + 48h;
  return outcome;
}

TEST(answer_hint, an_unchanged_profile_is_looked_at_again_in_half_an_hour) {
  auto outcome = look(ten + 1h, 0);
  outcome.unchanged = {document::profile};
  answer_hint(outcome, ten + 2h);
  EXPECT_EQ(outcome.hint, (hint_answer{.said = ten + 1h, .tries = 1}));
  EXPECT_EQ(outcome.next_due, ten + 2h + 30min);
}

TEST(answer_hint, four_looks_in_vain_are_enough) {
  auto outcome = look(ten + 1h, 3);
  outcome.unchanged = {document::profile};
  answer_hint(outcome, ten + 2h);
  EXPECT_EQ(outcome.hint, (hint_answer{.said = ten + 1h, .tries = 4}));
  EXPECT_EQ(outcome.next_due, ten + 48h);
}

TEST(answer_hint, a_profile_that_arrives_newer_ends_it) {
  auto outcome = look(ten - 1h, 2);
  outcome.work.documents[0].last_modified = "Mon, 5 Jan 2026 07:00:00 GMT";
  outcome.arrived = {{document::profile, "{}", at_ten, "1"}};
  answer_hint(outcome, ten + 2h);
  EXPECT_EQ(outcome.hint, hint_answer{.said = ten - 1h});
  EXPECT_EQ(outcome.next_due, ten + 48h);
}

TEST(answer_hint, a_profile_that_was_not_seen_says_nothing) {
  auto outcome = look(ten + 1h, 0);
  answer_hint(outcome, ten + 2h);
  EXPECT_FALSE(outcome.hint);
  EXPECT_EQ(outcome.next_due, ten + 48h);
  outcome.unchanged = {document::profile};
  outcome.work.hint.reset();
  answer_hint(outcome, ten + 2h);
  EXPECT_FALSE(outcome.hint) << "nobody looked for one";
}

} // namespace
} // namespace guildhall::domain
