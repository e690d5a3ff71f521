#pragma once

#include "domain/document.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace guildhall::domain {

/// Beside `data` in guild and character answers: only what changes with the data, so that an
/// unchanged answer keeps its ETag.
struct freshness {
  std::optional<time_point> changed_at; ///< newest of the documents
  std::string state;  ///< complete | partial | missing | unavailable | suspect | disputed
  std::string reason; ///< empty when complete; else a sentence: what is missing and why
};

/// `expected` are the documents that a complete answer stands on; records may lack some.
freshness
judge_freshness(std::span<const document> expected, std::span<const document_record> records);

} // namespace guildhall::domain
