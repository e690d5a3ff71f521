#include "domain/retry.hpp"
#include "domain/verdict.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

constexpr time_point noon{std::chrono::seconds{1'767'700'800}};
constexpr double half = 0.5;

document_record known(document_state state) {
  document_record record;
  record.document = document::profile;
  record.state = state;
  record.fetched_at = noon - 1h;
  return record;
}

document_record failed_before(document_state state, failure_class why, int failures) {
  auto record = known(state);
  record.error_class = why;
  record.failures = failures;
  record.retry_at = noon;
  return record;
}

document_failure
judge(const document_record* record, const failed_answer& why, time_point now = noon) {
  return judge_failure(document::profile, record, why, now, half);
}

const failed_answer not_there{failure_class::not_found, "status 404"};
const failed_answer refused{failure_class::forbidden, "status 403"};

/// How the document stands once this is written down.
document_record after(document_record record, const document_failure& failed) {
  record.failures = failures_in_a_row(&record, failed.error_class);
  record.error_class = failed.error_class;
  if (failed.is_verdict())
    record.state = failed.error_class == failure_class::not_found ? document_state::not_found
                                                                  : document_state::forbidden;
  else
    record.state = document_state::failed;
  record.retry_at = failed.retry_at;
  return record;
}

TEST(verdict, needs_a_second_look_10_to_20_minutes_after_the_first) {
  for (const auto& [first, second] :
       {std::pair{not_there, not_there}, std::pair{refused, refused},
        std::pair{not_there, refused}}) {
    for (const auto state :
         {document_state::ok, document_state::suspect, document_state::malformed}) {
      auto record = known(state);
      const auto once = judge(&record, first);
      EXPECT_TRUE(once.in_question);
      EXPECT_FALSE(once.is_verdict());
      EXPECT_EQ(once.error_class, first.error_class);
      EXPECT_EQ(once.retry_at, noon + 15min);
      record = after(record, once);
      const auto twice = judge(&record, second, once.retry_at);
      EXPECT_TRUE(twice.is_verdict());
      EXPECT_EQ(twice.retry_at, once.retry_at + 24h + 30min);
    }
  }
}

TEST(verdict, is_not_given_to_whoever_asks_before_the_second_look_is_due) {
  auto record = known(document_state::ok);
  const auto once = judge(&record, not_there);
  record = after(record, once);
  for (const auto wait : {1s, 60s, 599s}) {
    const auto early = judge(&record, not_there, noon + wait);
    EXPECT_TRUE(early.in_question);
    EXPECT_EQ(early.retry_at, once.retry_at);
    record = after(record, early);
  }
}

TEST(verdict, begins_anew_after_a_good_answer) {
  auto record = known(document_state::ok);
  record = after(record, judge(&record, not_there));
  record.state = document_state::ok;
  record.error_class.reset();
  record.failures = 0;
  EXPECT_TRUE(judge(&record, not_there, noon + 1h).in_question);
}

TEST(verdict, is_kept_where_there_is_one) {
  const auto record = failed_before(document_state::not_found, failure_class::not_found, 2);
  EXPECT_TRUE(judge(&record, not_there).is_verdict());
}

TEST(verdict, about_what_never_answered_well_is_given_at_once) {
  const document_record never;
  for (const auto* record : {static_cast<const document_record*>(nullptr), &never}) {
    const auto failed = judge(record, not_there);
    EXPECT_TRUE(failed.is_verdict());
    EXPECT_EQ(failed.retry_at, noon + 24h + 30min);
  }
}

TEST(verdict, about_what_never_answered_well_is_looked_at_soon_while_its_kind_is_silent) {
  auto why = not_there;
  why.kind_is_silent = true;
  document_record record;
  for (const auto wait : {30min, 120min, 480min, 1'440min, 1'440min}) {
    const auto failed = judge(&record, why);
    EXPECT_TRUE(failed.is_verdict());
    EXPECT_GE(failed.retry_at, noon + wait);
    EXPECT_LE(failed.retry_at, noon + wait + wait / 24);
    record = after(record, failed);
  }
  why.kind_is_silent = false;
  EXPECT_EQ(judge(&record, why).retry_at, noon + 24h + 30min);
}

TEST(verdict, waits_while_the_upstream_is_in_doubt) {
  const auto record = known(document_state::ok);
  const failed_answer doubted{
      .error_class = failure_class::transient, .detail = "status 404", .retry_at = noon + 1h};
  const auto failed = judge(&record, doubted);
  EXPECT_FALSE(failed.is_verdict());
  EXPECT_EQ(failed.retry_at, noon + 1h);
}

TEST(verdict, what_counts_as_answering_well) {
  EXPECT_FALSE(answered_well(nullptr));
  for (const auto state : {document_state::ok, document_state::suspect}) {
    const auto record = known(state);
    EXPECT_TRUE(answered_well(&record));
  }
  for (const auto state :
       {document_state::missing, document_state::not_found, document_state::forbidden}) {
    const auto record = known(state);
    EXPECT_FALSE(answered_well(&record));
  }
  const auto broken = failed_before(document_state::failed, failure_class::transient, 3);
  EXPECT_TRUE(answered_well(&broken)) << "a 503 says nothing about the document";
  const auto in_question = failed_before(document_state::failed, failure_class::not_found, 1);
  EXPECT_FALSE(answered_well(&in_question)) << "it has flipped, and was counted";
  auto never = broken;
  never.fetched_at.reset();
  EXPECT_FALSE(answered_well(&never));
}

TEST(failures, are_counted_by_what_they_say) {
  const auto six = failed_before(document_state::failed, failure_class::transient, 6);
  EXPECT_EQ(failures_in_a_row(&six, failure_class::transient), 7);
  EXPECT_EQ(failures_in_a_row(&six, failure_class::throttled), 7);
  EXPECT_EQ(failures_in_a_row(&six, failure_class::malformed), 1);
  EXPECT_EQ(failures_in_a_row(&six, failure_class::not_found), 1);
  const auto gone = failed_before(document_state::not_found, failure_class::not_found, 9);
  EXPECT_EQ(failures_in_a_row(&gone, failure_class::forbidden), 10);
  EXPECT_EQ(failures_in_a_row(&gone, failure_class::transient), 1);
  EXPECT_EQ(failures_in_a_row(nullptr, failure_class::malformed), 1);
}

TEST(failures, a_malformed_one_after_six_transient_waits_like_the_first) {
  const auto six = failed_before(document_state::failed, failure_class::transient, 6);
  EXPECT_EQ(
      judge(&six, {failure_class::malformed, "x"}).retry_at,
      noon + retry_delay(failure_class::malformed, 1, half));
  const auto gone = failed_before(document_state::not_found, failure_class::not_found, 30);
  EXPECT_EQ(judge(&gone, {failure_class::transient, "503"}).retry_at, noon + 1s);
}

TEST(failures, say_what_can_be_written_down_whatever_the_answer_was) {
  using namespace std::string_literals;
  const auto failed =
      judge(nullptr, {failure_class::malformed, "key \0\x01\xff "s + std::string(5'000, 'x')});
  EXPECT_LE(failed.detail.size(), 300u);
  EXPECT_EQ(failed.detail.find('\0'), std::string::npos);
  EXPECT_TRUE(failed.detail.starts_with("key \uFFFD\uFFFD\uFFFD x"));
}

} // namespace
} // namespace guildhall::domain
