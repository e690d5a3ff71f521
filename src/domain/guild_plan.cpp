#include "domain/guild_plan.hpp"

#include "domain/retry.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

const document_record& record_of(const guild_work& work, document what) {
  return what == document::guild ? work.guild_document : work.roster_document;
}

} // namespace

std::string guild_condition(const guild_work& work, document what) {
  const auto& record = record_of(work, what);
  return work.guild && record.state == document_state::ok ? record.last_modified
                                                          : std::string{};
}

document_failure failed_attempt(
    const guild_work& work, document what, failure_class why, std::string detail,
    const guild_context& context) {
  if (what == document::roster && why == failure_class::not_found)
    why = failure_class::transient;
  const int failures = std::max(record_of(work, what).failures, work.attempts) + 1;
  return {
      .document = what,
      .error_class = why,
      .detail = std::move(detail),
      .retry_at = context.now + retry_delay(why, failures, context.random)};
}

witness_word hear_witness(
    const guild_work& work, std::optional<failure_class> failed, std::string_view body) {
  if (failed) // who is hidden or gone says nothing, and never will
    return {
        .unclear = failed != failure_class::not_found && failed != failure_class::forbidden};
  const auto profile = parse_profile(body);
  if (!profile)
    return {.unclear = true};
  const auto& guild = profile->guild;
  if (!guild || is_foreign(work.identity, guild->id, guild->realm)
      || guild->name_slug == work.address.name_slug)
    return {};
  return {.new_slug = guild->name_slug};
}

time_point next_guild_due(
    const guild_outcome& outcome, std::optional<std::chrono::seconds> max_age,
    const guild_context& context) {
  if (!outcome.failed.empty())
    return std::ranges::min(outcome.failed, {}, &document_failure::retry_at).retry_at;
  const auto stale = max_age.value_or(std::chrono::seconds{0});
  const auto own = outcome.work.interval;
  const auto interval = own.count() > 0 ? own : context.guild_interval;
  return context.now + std::max(stale, jittered(std::max(interval, stale), context.random));
}

finish_guild finish_of(
    const guild_outcome& outcome, const std::optional<guild_applied>& applied,
    const std::optional<failure>& stopped_by, const guild_context& context) {
  const auto& work = outcome.work;
  finish_guild finish{.lease = work.lease, .tracked = work.tracked, .guild = work.guild};
  if (applied)
    finish.next_roster_due =
        std::min(outcome.next_due, applied->retry_at.value_or(outcome.next_due));
  if (work.roster_due)
    finish.failed = !applied || applied->retry_at || !outcome.failed.empty();
  if (stopped_by) {
    finish.error = message_of(*stopped_by);
    finish.not_before = stopped_by->retry_at.value_or(
        context.now + retry_delay(failure_class::transient, work.attempts + 1, context.random));
  }
  return finish;
}

} // namespace guildhall::domain
