#include "domain/sync.hpp"

#include "domain/last_modified.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

/// The Last-Modified of the profile that arrived or was confirmed; null if none was seen.
const std::string* seen_version(const character_outcome& outcome) {
  const auto arrived =
      std::ranges::find(outcome.arrived, document::profile, &fetched_document::document);
  if (arrived != outcome.arrived.end())
    return &arrived->last_modified;
  const auto& records = outcome.work.documents;
  const auto record = std::ranges::find(records, document::profile, &document_record::document);
  const bool confirmed =
      std::ranges::find(outcome.unchanged, document::profile) != outcome.unchanged.end();
  return confirmed && record != records.end() ? &record->last_modified : nullptr;
}

} // namespace

std::string_view to_string(priority what) noexcept {
  switch (what) {
  case priority::person:
    return "person";
  case priority::roster:
    return "roster";
  case priority::character:
    return "character";
  case priority::sweep:
    return "sweep";
  }
  return "unknown";
}

void answer_hint(character_outcome& outcome, time_point looked_at) {
  const auto& known = outcome.work.hint;
  const auto* version = seen_version(outcome);
  if (!known || !version)
    return;
  const auto last_change = parse_last_modified(*version);
  outcome.hint = answer_of_look(*known, last_change);
  if (const auto tries = outcome.hint->tries)
    outcome.next_due =
        with_hint(outcome.next_due, change_hint{known->said, *tries}, last_change, looked_at);
}

} // namespace guildhall::domain
