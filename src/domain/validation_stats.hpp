#pragma once

#include "core/clock.hpp"
#include "domain/authorship.hpp"
#include "domain/operation.hpp"

#include <optional>
#include <string>
#include <vector>

/// How Battle.net's documents pass our views of them, by kind of document: told from
/// `document_states`, so that nobody has to count while the sync runs. For admins.
namespace guildhall::domain {

/// How the documents of one kind fared.
struct validation_stats {
  std::string document;
  std::int64_t total{0};               ///< known documents of this kind
  std::int64_t malformed{0};           ///< of them, could not be used when last fetched
  std::int64_t in_part{0};             ///< of them, parts were left out when last fetched
  std::optional<time_point> last_time; ///< the last failure
  struct cause {
    std::string what;
    std::int64_t count{0};
  };
  std::vector<cause> causes; ///< at most 10, the most frequent first
};

/// Of every kind that there are documents of.
struct validation_report {
  using answer = std::vector<validation_stats>;
  static constexpr operation_traits traits{"validation_stats", manner::read};
};

/// Failures up to now no longer count.
struct reset_validation {
  using answer = void;
  static constexpr operation_traits traits{"reset_validation", manner::write};
  author by;
};

using validation_operations = operations<validation_report, reset_validation>;

} // namespace guildhall::domain
