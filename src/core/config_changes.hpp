#pragma once

#include "core/config.hpp"

#include <string>
#include <vector>

namespace guildhall {

/// What a running process takes over from a configuration that was read again.
struct config_changes {
  config now; ///< what it ran with, and what has changed and can be taken over
  std::vector<std::string> taken{}; ///< names of the keys
  std::vector<std::string>
      needs_restart{}; ///< the same of those that have changed all the same

  /// A sentence for each, secrets masked; one that nothing has changed.
  std::vector<std::string> told{};
};

config_changes take_over(const config& running, const config& read_again);

} // namespace guildhall
