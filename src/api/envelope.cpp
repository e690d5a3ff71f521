#include "api/envelope.hpp"

#include <algorithm>

namespace guildhall::api {

void write_freshness(json_writer& out, const domain::freshness& judged) {
  out.begin_object("freshness");
  out.field("changed_at", judged.changed_at);
  out.field("state", judged.state);
  out.text_or_null("reason", judged.reason);
  out.end_object();
}

std::string checked_at_header(std::span<const domain::document_record> records) {
  std::optional<time_point> oldest;
  for (const auto& record : records)
    if (record.checked_at)
      oldest = oldest ? std::min(*oldest, *record.checked_at) : *record.checked_at;
  return oldest ? "X-Guildhall-Checked-At: " + iso_time(*oldest) + "\r\n" : "";
}

std::optional<time_point>
changed_at(std::span<const domain::document_record> records, domain::document what) {
  const auto found = std::ranges::find(records, what, &domain::document_record::document);
  return found == records.end() ? std::nullopt : found->changed_at;
}

} // namespace guildhall::api
