#include "domain/verdict.hpp"

#include "core/text.hpp"
#include "domain/retry.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

constexpr bool counts_with(failure_class one, failure_class other) {
  const bool either_malformed =
      one == failure_class::malformed || other == failure_class::malformed;
  return one == other || (!either_malformed && is_refusal(one) == is_refusal(other));
}

/// Battle.net has shown it, and no verdict has been given since.
bool is_shown(const document_record& known) {
  switch (known.state) {
  case document_state::ok:
  case document_state::suspect:
  case document_state::disputed:
    return true;
  case document_state::failed:
  case document_state::malformed:
    return known.fetched_at || known.checked_at;
  case document_state::missing:
  case document_state::not_found:
  case document_state::forbidden:
    break;
  }
  return false;
}

bool is_in_question(const document_record& known) {
  return is_shown(known) && known.error_class && is_refusal(*known.error_class);
}

} // namespace

bool answered_well(const document_record* known) {
  return known && is_shown(*known) && !is_in_question(*known);
}

int failures_in_a_row(const document_record* known, failure_class why) {
  return known ? failures_in_a_row(known->failures, known->error_class, why) : 1;
}

int failures_in_a_row(int failures, std::optional<failure_class> of, failure_class why) {
  return !of || counts_with(*of, why) ? failures + 1 : 1;
}

document_failure judge_failure(
    document what, const document_record* known, const failed_answer& why, time_point now,
    double random, std::optional<int> counted) {
  document_failure out{
      .document = what, .error_class = why.error_class, .detail = text::printable(why.detail)};
  const int failures = counted.value_or(failures_in_a_row(known, why.error_class));
  const bool refused = is_refusal(why.error_class);
  if (refused && known && is_shown(*known)) {
    // Asked before its time (somebody wants to know): that is not the second look.
    const bool early = is_in_question(*known) && known->retry_at && now < *known->retry_at;
    out.in_question = early || !is_in_question(*known);
    out.retry_at = early           ? *known->retry_at
                 : out.in_question ? now + second_look_delay(random)
                                   : now + retry_delay(why.error_class, failures, random);
  } else if (refused && why.kind_is_silent && (!known || !known->fetched_at)) {
    out.retry_at = now + unseen_delay(failures, random);
  } else {
    out.retry_at = now + retry_delay(why.error_class, failures, random);
  }
  if (why.retry_at)
    out.retry_at = std::max(out.retry_at, *why.retry_at);
  return out;
}

} // namespace guildhall::domain
