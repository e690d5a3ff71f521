#pragma once

#include "actors/sync/sync_environment.hpp"

#include <chrono>

namespace guildhall::actors {

/// Has the price of a call solved now and then. Part of the scheduler's state and on its
/// thread; whichever instance comes first solves it for all, and each hears of it by its loans.
class pricing {
public:
  using clock_time = std::chrono::steady_clock::time_point;
  /// Asks the store if it was not asked lately.
  void look(caf::local_actor* self, const sync_environment& environment);

private:
  clock_time asked_{};
};

} // namespace guildhall::actors
