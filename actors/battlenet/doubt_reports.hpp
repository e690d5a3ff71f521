#pragma once

#include "domain/sync_port.hpp"

#include <deque>
#include <optional>

namespace guildhall::actors {

/// What a gateway tells the store of its doubt: one report after the other. Two under way at
/// once may be written in the other order, and a doubt that is over is then heard of again.
/// Part of the gateway's state and on its thread.
class doubt_reports {
public:
  /// The report to be sent now, if none is under way; else this one waits, in place of an older
  /// one about its kind.
  std::optional<domain::report_doubt> add(domain::report_doubt what);
  /// The one under way has been answered: the next one, if any.
  std::optional<domain::report_doubt> next();

private:
  bool under_way_{false};
  std::deque<domain::report_doubt> waiting_; ///< at most one for each kind
};

} // namespace guildhall::actors
