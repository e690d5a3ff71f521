#include "actors/sync/sync_environment.hpp"

#include "domain/document_version.hpp"
#include "domain/retry.hpp"

#include <algorithm>

namespace guildhall::actors {

std::vector<domain::region> sync_environment::regions() const {
  std::vector<domain::region> all;
  for (const auto& [where, gateway] : gateways)
    all.push_back(where);
  return all;
}

domain::crawl_terms
sync_environment::terms(double price, const domain::hour_counts& played) const {
  return {
      .price = std::max(price, domain::floor_price(settings.freshness)),
      .hours = domain::playing_hours{played},
      .bounds = bounds()};
}

time_point sync_environment::retry_at(domain::failure_class why, int failures) const {
  return now() + domain::retry_delay(why, failures, random());
}

bool is_of_the_surroundings(ec code) noexcept {
  switch (code) {
  case ec::budget_exhausted:
  case ec::upstream_down:
  case ec::upstream_unauthorised:
  case ec::overloaded:
  case ec::deadline_expired:
  case ec::database_down:
  case ec::database_refuses:
  case ec::contended:
  case ec::outcome_unknown: // it was fenced, or is looked at again
  case ec::shutting_down:
  case ec::unavailable:
    return true;
  default:
    return false;
  }
}

std::optional<domain::failure_class> failure_class_of(battlenet::outcome what) noexcept {
  using battlenet::outcome;
  using domain::failure_class;
  switch (what) {
  case outcome::ok:
  case outcome::not_modified:
    return std::nullopt;
  case outcome::not_found:
    return failure_class::not_found;
  case outcome::forbidden:
    return failure_class::forbidden;
  case outcome::throttled:
    return failure_class::throttled;
  case outcome::malformed:
    return failure_class::malformed;
  case outcome::unauthorised: // the gateway answers these itself
  case outcome::transient:
    break;
  }
  return failure_class::transient;
}

domain::failed_answer
failed_answer_of(const battlenet::answer& answer, std::chrono::microseconds clock_ahead) {
  domain::failed_answer out{
      .error_class =
          failure_class_of(answer.outcome).value_or(domain::failure_class::transient),
      .detail = answer.detail,
      .kind_is_silent = answer.kind_is_silent};
  if (answer.retry_at)
    out.retry_at = *answer.retry_at + clock_ahead;
  return out;
}

domain::fetched_document document_of(
    domain::document what, const battlenet::answer& answer, time_point now,
    domain::unread left_out) {
  auto last_modified = domain::usable_last_modified(answer.last_modified, now);
  auto version = domain::version_of(last_modified, answer.body);
  return {
      .document = what,
      .body = answer.body,
      .last_modified = std::move(last_modified),
      .schema_revision = answer.schema_revision,
      .version = std::move(version),
      .left_out = std::move(left_out)};
}

} // namespace guildhall::actors
