#include "domain/character_plan.hpp"

#include "domain/document_kinds.hpp"
#include "domain/last_modified.hpp"
#include "domain/retry.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

constexpr std::chrono::hours eight_weeks{8 * 7 * 24};
constexpr std::chrono::hours toys_interval{30 * 24};

const document_record* find(const character_work& work, document what) {
  const auto it = std::ranges::find(work.documents, what, &document_record::document);
  return it == work.documents.end() ? nullptr : &*it;
}

bool waits_for_retry(const document_record* record, const plan_context& context) {
  return record && record->retry_at && *record->retry_at > context.now;
}

bool is_mirrored(const document_kind& kind, const plan_context& context) {
  return kind.by_default
      || std::ranges::find(context.optional_documents, kind.what)
             != context.optional_documents.end();
}

bool of_an_older_period(
    const document_record& record, const character_work& work, const plan_context& context) {
  return context.current_period && record.period_id
      && *record.period_id < *context.current_period && work.last_login_at
      && *work.last_login_at > context.now - eight_weeks;
}

bool child_is_due(
    const document_kind& kind, const character_work& work, const std::string& profile_version,
    const plan_context& context) {
  const auto* record = find(work, kind.what);
  if (!work.forced && waits_for_retry(record, context))
    return false;
  if (!record || record->state == document_state::missing
      || record->synced_for != profile_version)
    return true;
  return kind.weekly && of_an_older_period(*record, work, context);
}

bool toys_are_due(const character_work& work, const plan_context& context) {
  if (work.user || work.grouped)
    return false;
  const auto* record = find(work, document::toys);
  if (waits_for_retry(record, context))
    return false;
  return !record || !record->fetched_at || *record->fetched_at + toys_interval <= context.now;
}

bool was_asked_for(document what, const character_outcome& outcome) {
  return std::ranges::find(outcome.arrived, what, &fetched_document::document)
          != outcome.arrived.end()
      || std::ranges::find(outcome.failed, what, &document_failure::document)
             != outcome.failed.end()
      || std::ranges::find(outcome.unchanged, what) != outcome.unchanged.end();
}

/// Now, unless only children were asked for again.
time_point profile_checked_at(const character_outcome& outcome, const plan_context& context) {
  const auto* record = find(outcome.work, document::profile);
  if (was_asked_for(document::profile, outcome) || outcome.gone || !record)
    return context.now;
  return record->checked_at.value_or(context.now);
}

} // namespace

profile_request plan_profile(const character_work& work, const plan_context& context) {
  if (!is_askable_name(work.name))
    return {.ask = false};
  const auto* record = find(work, document::profile);
  const bool fresh_proof =
      work.verified_at && context.now - *work.verified_at < context.verify_within;
  const bool conditional = work.profile_stored && record && record->state == document_state::ok
                        && !record->last_modified.empty() && record->left_out == 0
                        && fresh_proof && !lies_ahead(record->last_modified, context.now);
  const bool checked_lately =
      conditional && !work.forced && record->checked_at
      && context.now - *record->checked_at < context.character_interval / 2;
  return {
      .ask = true,
      .conditional = conditional,
      .fresh =
          checked_lately && !plan_children(work, record->stored_version(), context).empty()};
}

std::vector<document> plan_children(
    const character_work& work, const std::string& profile_version,
    const plan_context& context) {
  std::vector<document> due;
  for (const auto& kind : document_kinds)
    if (kind.place == document_place::child && is_mirrored(kind, context)
        && child_is_due(kind, work, profile_version, context))
      due.push_back(kind.what);
  if (toys_are_due(work, context))
    due.push_back(document::toys);
  return due;
}

time_point next_character_due(
    const character_outcome& outcome, const plan_context& context, double stretch,
    double random) {
  const auto stretched = std::chrono::duration_cast<std::chrono::seconds>(
      context.character_interval * std::max(1.0, stretch));
  time_point due = profile_checked_at(outcome, context) + jittered(stretched, random);
  for (const auto& failed : outcome.failed) {
    const auto retry = std::max(failed.retry_at, context.now);
    if (failed.document == document::profile) // nothing else can be asked for without it
      return retry;
    due = std::min(due, retry);
  }
  for (const auto& record : outcome.work.documents)
    if (waits_for_retry(&record, context) && !was_asked_for(record.document, outcome)
        && is_mirrored(kind_of(record.document), context))
      due = std::min(due, *record.retry_at);
  return std::max(due, context.now);
}

} // namespace guildhall::domain
