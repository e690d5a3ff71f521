#include "domain/readiness.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using std::chrono::seconds;

condition working() {
  return {
      .starting = std::nullopt,
      .can_read = true,
      .can_write = true,
      .could_write = true,
      .up = seconds{1}};
}

/// An instance that answers, with readers only, up for `up`.
condition reader_alone(seconds up, ec why) {
  auto of = working();
  of.syncs = false;
  of.can_write = of.could_write = false;
  of.no_writer = failure{why, {}};
  of.up = up;
  return of;
}

TEST(readiness, comes_with_a_connection_for_reading_and_one_for_writing) {
  EXPECT_TRUE(judge(working()).ready);
  EXPECT_TRUE(judge(working()).writes);
  for (auto missing : {&condition::can_read, &condition::could_write}) {
    auto of = working();
    of.*missing = false;
    EXPECT_FALSE(judge(of).ready);
    EXPECT_FALSE(judge(of).reason.empty());
  }
}

TEST(readiness, stays_while_only_writing_is_away_and_goes_with_reading) {
  auto of = working();
  of.can_write = false;
  EXPECT_TRUE(judge(of).ready);
  EXPECT_FALSE(judge(of).writes);
  of.can_read = false;
  EXPECT_FALSE(judge(of).ready);
}

TEST(readiness, says_what_the_start_is_at_and_that_it_stops) {
  auto of = working();
  of.starting = "migrating: 0009";
  EXPECT_EQ(judge(of).reason, "migrating: 0009");
  of.stopping = true;
  EXPECT_EQ(judge(of).reason, "stopping");
}

TEST(readiness, of_who_only_answers_comes_with_reading_alone_once_the_primary_was_waited_for) {
  EXPECT_FALSE(judge(reader_alone(reads_alone_after - seconds{1}, ec::database_down)).ready);
  const auto seen = judge(reader_alone(reads_alone_after, ec::database_down));
  EXPECT_TRUE(seen.ready);
  EXPECT_FALSE(seen.writes);
}

TEST(readiness, with_reading_alone_is_not_for_a_wrong_password_nor_for_who_syncs) {
  const auto long_up = reads_alone_after * 10;
  EXPECT_FALSE(judge(reader_alone(long_up, ec::wrong_credentials)).ready);
  EXPECT_FALSE(judge(reader_alone(long_up, ec::unavailable)).ready)
      << "a role that may only read";
  auto syncing = reader_alone(long_up, ec::database_down);
  syncing.syncs = true;
  EXPECT_FALSE(judge(syncing).ready);
  auto unknown = reader_alone(long_up, ec::database_down);
  unknown.no_writer.reset();
  EXPECT_FALSE(judge(unknown).ready) << "its first attempt still runs";
}

TEST(readiness, of_who_only_syncs_is_that_it_can_write) {
  auto of = working();
  of.serves = false;
  of.can_read = false;
  EXPECT_TRUE(judge(of).ready);
  of.can_write = false;
  EXPECT_FALSE(judge(of).ready);
}

} // namespace
} // namespace guildhall::domain
