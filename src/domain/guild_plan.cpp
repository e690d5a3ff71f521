#include "domain/guild_plan.hpp"

#include "domain/last_modified.hpp"
#include "domain/retry.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

const document_record& record_of(const guild_work& work, document what) {
  switch (what) {
  case document::guild:
    return work.guild_document;
  case document::activity:
    return work.activity_document;
  default:
    return work.roster_document;
  }
}

/// The steps that failed like this, with the one that has just done so.
int attempts_in_a_row(const guild_work& work, failure_class why) {
  return failures_in_a_row(work.attempts, work.attempts_class, why);
}

/// Of which class a step is that has failed: what it asked for first tells.
failure_class
class_of(const guild_outcome& outcome, const std::optional<guild_applied>& applied) {
  if (!outcome.failed.empty())
    return outcome.failed.front().error_class;
  return applied && applied->retry_at ? failure_class::malformed : failure_class::transient;
}

} // namespace

std::string
guild_condition(const guild_work& work, document what, const guild_context& context) {
  const auto& record = record_of(work, what);
  const bool in_doubt = record.state != document_state::ok || record.left_out > 0
                     || work.roster_document.state == document_state::suspect;
  const bool stale =
      !record.fetched_at || context.now - *record.fetched_at >= context.verify_within;
  if (!work.guild || work.forced || in_doubt || stale
      || lies_ahead(record.last_modified, context.now))
    return {};
  return record.last_modified;
}

document_failure failed_attempt(
    const guild_work& work, document what, failed_answer why, const guild_context& context) {
  if (what == document::roster && why.error_class == failure_class::not_found)
    why.error_class = failure_class::transient;
  const auto& known = record_of(work, what);
  const int failures = std::max(
      failures_in_a_row(&known, why.error_class), attempts_in_a_row(work, why.error_class));
  return judge_failure(what, &known, why, context.now, context.random, failures);
}

bool activity_is_due(const guild_work& work, const guild_context& context) {
  const auto& retry_at = work.activity_document.retry_at;
  return work.guild && (!retry_at || *retry_at <= context.now);
}

document_failure failed_activity(
    const guild_work& work, const failed_answer& why, const guild_context& context) {
  auto failed = judge_failure(
      document::activity, &work.activity_document, why, context.now, context.random);
  if (is_refusal(why.error_class))
    failed.retry_at = std::max(
        failed.retry_at, context.now + retry_delay(why.error_class, 1, context.random));
  return failed;
}

bool answered_well(const guild_work& work, document what) {
  return answered_well(&record_of(work, what));
}

time_point next_guild_due(
    const guild_outcome& outcome, std::optional<std::chrono::seconds> max_age,
    const guild_context& context) {
  if (!outcome.failed.empty())
    return std::ranges::min(outcome.failed, {}, &document_failure::retry_at).retry_at;
  // What claims to be good for longer would hide a guild for as long.
  constexpr std::chrono::seconds longest{std::chrono::hours{24}};
  const auto stale = std::min(max_age.value_or(std::chrono::seconds{0}), longest);
  const auto own = outcome.work.interval;
  const auto interval = own.count() > 0 ? own : context.guild_interval;
  return context.now + std::max(stale, jittered(std::max(interval, stale), context.random));
}

bool is_refused_write(ec code) noexcept {
  return code == ec::database_error || code == ec::database_refuses;
}

finish_guild finish_of(
    const guild_outcome& outcome, const std::optional<guild_applied>& applied,
    const std::optional<failure>& stopped_by, const guild_context& context) {
  const auto& work = outcome.work;
  finish_guild finish{.lease = work.lease, .tracked = work.tracked, .guild = work.guild};
  finish.made_at = context.now;
  if (applied)
    finish.next_roster_due = std::min(
        {outcome.next_due, applied->retry_at.value_or(outcome.next_due),
         applied->look_again.value_or(outcome.next_due)});
  if (work.roster_due)
    finish.failed = !applied || applied->retry_at || !outcome.failed.empty();
  finish.failed_as = class_of(outcome, applied);
  if (stopped_by) {
    finish.error = message_of(*stopped_by);
    finish.failed |= is_refused_write(stopped_by->code);
    finish.not_before =
        stopped_by->retry_at
            ? *stopped_by->retry_at + work.clock_ahead
            : context.now
                  + retry_delay(
                      failure_class::transient,
                      attempts_in_a_row(work, failure_class::transient), context.random);
  }
  return finish;
}

} // namespace guildhall::domain
