#pragma once

#include "core/epoch_cache.hpp"
#include "core/ids.hpp"
#include "http/negotiation.hpp"

#include <optional>

namespace guildhall::api {

/// Whom an answer is about where the request does not say so, for whoever judges who may see
/// it.
struct subject {
  std::optional<character_id> character{};
  std::optional<guild_id> guild{};
  std::optional<user_id> user{};
};

/// Ready bytes, and whom they are about. Immutable, shared by everyone they are sent to.
struct kept_answer {
  http::answer_ptr bytes;
  subject about{};
};
std::size_t cost_of(const kept_answer& answer) noexcept;

using response_cache = epoch_cache<kept_answer>;

} // namespace guildhall::api

namespace guildhall {
extern template class epoch_cache<api::kept_answer>;
} // namespace guildhall
