#pragma once

#include "core/clock.hpp"
#include "domain/sync.hpp"

#include <optional>
#include <string>

/// When an answer about one entity is a verdict: what decides its state, `not_found_since`,
/// `gone` and is_available. Pure.
namespace guildhall::domain {

/// An answer that brought no document, or one that cannot be used.
struct failed_answer {
  failure_class error_class{};
  std::string detail; ///< any bytes
  /// The region answered nothing of this kind with 200 or 304 for half an hour.
  bool kind_is_silent{false};
  /// Asking sooner brings nothing: Battle.net is in doubt.
  std::optional<time_point> retry_at{};
};

/// Whether the last word about the document was 200 or 304. What could not be asked says
/// nothing; a 404 or 403 does, also before it is a verdict.
bool answered_well(const document_record* known);

/// How many failures of this class in a row, with this one. What may pass (transient,
/// throttled), what is not shown (not found, forbidden) and what cannot be read are counted
/// apart.
int failures_in_a_row(const document_record* known, failure_class why);
/// The same for the tries of an entry of the queue, `failures` of class `of` so far.
int failures_in_a_row(int failures, std::optional<failure_class> of, failure_class why);

/// A failed attempt as it is recorded, and when the next one is made. `known`: how the document
/// stood; null: never asked for. `counted`: the failures that `retry_delay` goes by, where the
/// record does not tell them. A 404 or 403 about what answered well before is not believed at
/// once: it is in question, asked again after 10 to 20 min, and a verdict only if that says the
/// same. What never answered well is believed, and asked for again soon while nothing of its
/// kind answers.
document_failure judge_failure(
    document what, const document_record* known, const failed_answer& why, time_point now,
    double random, std::optional<int> counted = std::nullopt);

} // namespace guildhall::domain
