#pragma once

#include "core/ids.hpp"
#include "http/epoch_cache.hpp"
#include "http/response.hpp"

#include <memory>
#include <optional>
#include <string>

namespace guildhall::http {

/// Whom an answer is about where the request does not say so, for whoever judges who may see
/// it.
struct subject {
  std::optional<character_id> character{};
  std::optional<guild_id> guild{};
  std::optional<user_id> user{};
};

/// A ready answer, shared by everyone it is sent to. Immutable.
struct cached_answer {
  std::string headers;    ///< ready lines of a 200: type, coding and the validators
  std::string validators; ///< those that a 304 repeats: ETag, caching, X-Guildhall-Checked-At
  std::string etag;       ///< strong, quoted; another one per coding
  std::shared_ptr<const std::string> body;
  subject about{};
};
using answer_ptr = std::shared_ptr<const cached_answer>;

std::size_t cost_of(const cached_answer& answer) noexcept;

/// Ready bytes.
using response_cache = epoch_cache<cached_answer>;
extern template class epoch_cache<cached_answer>;

} // namespace guildhall::http
