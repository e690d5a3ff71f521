#pragma once

#include "core/error.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace guildhall::domain {

/// Ready is who can answer reads. It may be ready while nothing can be written.
struct readiness {
  bool ready{false};
  bool writes{false};
  std::string reason; ///< why not
  /// What an operator should know although it is ready; or empty.
  std::string trouble{};
};

/// What an instance knows of itself.
struct condition {
  bool serves{true}; ///< it has the REST API
  bool syncs{true};
  bool stopping{false};
  /// What the start-up is at ("migrating: 0009"); none once it is over.
  std::optional<std::string> starting{};
  bool can_read{false};
  bool can_write{false};
  bool could_write{false}; ///< once
  /// Why there is no connection for writing.
  std::optional<failure> no_writer{};
  std::chrono::milliseconds up{0};
};

/// How long an instance that only answers waits for its first connection for writing.
inline constexpr std::chrono::seconds reads_alone_after{30};

/// Ready means that reads can be answered. Before that a connection for reading and one for
/// writing must have worked once: a wrong setting shows at the start and not with the first
/// change. Who only answers goes without the latter after `reads_alone_after`, if the primary
/// is away or a standby: reads need not wait for it. Who only syncs is ready while it can
/// write.
readiness judge(const condition& of);

} // namespace guildhall::domain
