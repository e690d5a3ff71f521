#include "domain/freshness.hpp"

#include "domain/document_kinds.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

const document_record* find(std::span<const document_record> records, document what) {
  const auto found = std::ranges::find(records, what, &document_record::document);
  return found == records.end() ? nullptr : &*found;
}

bool is_refused(const document_record* record) {
  return record
      && (record->state == document_state::not_found
          || record->state == document_state::forbidden);
}

/// Whether a body is stored: a later failure does not take it away, unless Battle.net stopped
/// showing the document.
bool is_held(const document_record* record) {
  return record && record->fetched_at && !is_refused(record);
}

std::string why_absent(document what, const document_record* record) {
  std::string reason{to_string(what)};
  switch (record ? record->state : document_state::missing) {
  case document_state::not_found:
    return reason += ": Battle.net does not show it (404)";
  case document_state::forbidden:
    return reason += ": Battle.net refuses it (403)";
  case document_state::malformed:
    return reason += ": it arrived, but cannot be read";
  case document_state::failed:
    return reason += ": Battle.net could not deliver it yet";
  case document_state::suspect:
    return reason += ": the newest answer looks wrong and waits for a second one";
  case document_state::disputed:
    return reason += ": another guild answers at its address, it is found out where it went";
  case document_state::missing:
  case document_state::ok:
    break;
  }
  return reason += ": not fetched yet";
}

std::string how_much_is_unread(const document_record& record) {
  const bool one = record.left_out == 1;
  return std::string{to_string(record.document)} + ": " + std::to_string(record.left_out)
       + (one ? " part of it" : " parts of it") + " cannot be read";
}

} // namespace

freshness
judge_freshness(std::span<const document> expected, std::span<const document_record> records) {
  freshness judged;
  std::size_t held = 0;
  bool unavailable = false;
  bool suspect = false;
  bool disputed = false;
  bool whole = true; // all that is held could be read
  for (const auto what : expected) {
    const auto* record = find(records, what);
    const bool is_suspect = record && record->state == document_state::suspect;
    const bool is_disputed = record && record->state == document_state::disputed;
    suspect |= is_suspect;
    disputed |= is_disputed;
    unavailable |= kind_of(what).place == document_place::entity && is_refused(record);
    if (record && record->changed_at)
      judged.changed_at = std::max(judged.changed_at, record->changed_at);
    const auto say = [&](const std::string& reason) {
      judged.reason.append(judged.reason.empty() ? "" : "; ").append(reason);
    };
    if (is_held(record))
      ++held;
    if (!is_held(record) || is_suspect || is_disputed)
      say(why_absent(what, record));
    if (is_held(record) && record->left_out > 0) {
      whole = false;
      say(how_much_is_unread(*record));
    }
  }
  if (disputed)
    judged.state = "disputed";
  else if (suspect)
    judged.state = "suspect";
  else if (unavailable)
    judged.state = "unavailable";
  else if (held == expected.size() && whole)
    judged.state = "complete";
  else
    judged.state = held == 0 ? "missing" : "partial";
  return judged;
}

} // namespace guildhall::domain
