#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"

#include <cstdint>

namespace guildhall::store {

class session;

struct rederived {
  character_id last; ///< go on after this one
  std::int64_t looked_at{0};
  std::int64_t changed{0};
  bool done{false};
};

/// Rebuilds the columns of characters from their stored documents where an older projection
/// filled them, or of all (`everything`): up to `limit` characters after `after`.
result<rederived> rederive(session& db, character_id after, int limit, bool everything);

} // namespace guildhall::store
