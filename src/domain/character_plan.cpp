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

/// When its profile changed last, as far as is known before this look.
std::optional<time_point> last_change(const character_work& work) {
  const auto* record = find(work, document::profile);
  const auto modified = record ? parse_last_modified(record->last_modified) : std::nullopt;
  return modified ? modified : work.last_login_at;
}

/// As the rule sees it before this look, and when it was looked at last.
crawled known_of(const character_work& work) {
  return {.seen = work.seen, .last_change = last_change(work), .why = work.why};
}

/// The rule's word on a profile that was seen before: it is looked at from then on.
bool is_worth_a_look(const character_work& work, const plan_context& context) {
  const auto* record = find(work, document::profile);
  if (!record || !record->checked_at)
    return true;
  constexpr double earliest = 0; // of all jitter
  return plan_next_look(known_of(work), context.terms, *record->checked_at, earliest).due
      <= context.now;
}

/// What this look has found; nothing if the profile was not seen. What was never stored has not
/// changed.
std::optional<profile_check>
look_at_profile(const character_outcome& outcome, const plan_context& context) {
  if (std::ranges::find(outcome.unchanged, document::profile) != outcome.unchanged.end())
    return profile_check{.now = context.now};
  const auto arrived =
      std::ranges::find(outcome.arrived, document::profile, &fetched_document::document);
  if (arrived == outcome.arrived.end())
    return std::nullopt;
  profile_check check{.now = context.now};
  const auto* record = find(outcome.work, document::profile);
  const bool known = outcome.work.profile_stored && record && !record->stored_version().empty();
  if (known && record->stored_version() != arrived->stored_version())
    check.changed_at = parse_last_modified(arrived->last_modified).value_or(context.now);
  return check;
}

/// What is known after this look.
crawled known_after(
    const character_outcome& outcome, const profile_check& check, const plan_context& context) {
  auto who = known_of(outcome.work);
  who.seen = noted(who.seen, check, context.terms.hours);
  const auto arrived =
      std::ranges::find(outcome.arrived, document::profile, &fetched_document::document);
  if (arrived != outcome.arrived.end()) {
    const auto modified = parse_last_modified(arrived->last_modified);
    who.last_change = modified ? modified : outcome.columns.last_login_at;
  }
  return who;
}

/// What this look has found of the hint, and when it is looked for again.
void answer_hint(
    next_check& next, const change_hint& hint, std::optional<time_point> last_change,
    time_point now) {
  next.hint = answer_of_look(hint, last_change);
  if (const auto tries = next.hint->tries)
    next.due = with_hint(next.due, change_hint{hint.said, *tries}, last_change, now);
}

/// The rule's word, and that of a hint.
next_check
by_the_rule(const character_outcome& outcome, const plan_context& context, double random) {
  if (const auto check = look_at_profile(outcome, context)) {
    const auto who = known_after(outcome, *check, context);
    const auto planned = plan_next_look(who, context.terms, context.now, random);
    next_check next{
        .due = planned.due,
        .look = look_record{
            who.seen, planned.per_hour, planned.weight, context.terms.price,
            check->changed_at}};
    if (const auto& hint = outcome.work.hint)
      answer_hint(next, *hint, who.last_change, context.now);
    return next;
  }
  // Only children were asked for: the profile is as old as before.
  const auto* record = find(outcome.work, document::profile);
  const auto since =
      record && !outcome.gone ? record->checked_at.value_or(context.now) : context.now;
  return {.due = plan_next_look(known_of(outcome.work), context.terms, since, random).due};
}

/// Something says that it has changed since, and now is the time to look for it.
bool is_hinted(
    const character_work& work, const document_record& profile, const plan_context& context) {
  const auto checked_at = profile.checked_at.value_or(context.now);
  const auto due =
      work.hint ? hint_due(*work.hint, parse_last_modified(profile.last_modified), checked_at)
                : std::nullopt;
  return due && *due <= context.now;
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
  const bool fresh = conditional && !work.forced && !is_worth_a_look(work, context)
                  && !is_hinted(work, *record, context)
                  && !plan_children(work, record->stored_version(), context).empty();
  return {.ask = true, .conditional = conditional, .fresh = fresh};
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

next_check
plan_next_check(const character_outcome& outcome, const plan_context& context, double random) {
  auto next = by_the_rule(outcome, context, random);
  for (const auto& failed : outcome.failed) {
    const auto retry = std::max(failed.retry_at, context.now);
    if (failed.document == document::profile) { // nothing else can be asked for without it
      next.due = retry;
      return next;
    }
    next.due = std::min(next.due, retry);
  }
  for (const auto& record : outcome.work.documents)
    if (waits_for_retry(&record, context) && !was_asked_for(record.document, outcome)
        && is_mirrored(kind_of(record.document), context))
      next.due = std::min(next.due, *record.retry_at);
  next.due = std::max(next.due, context.now);
  return next;
}

} // namespace guildhall::domain
