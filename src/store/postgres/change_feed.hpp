#pragma once

#include "core/error.hpp"
#include "store/postgres/connection.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::store {

/// Payload: tags of what changed (`guild:12`, `character:7`).
inline constexpr std::string_view change_channel{"guildhall_change"};
/// No payload: something became due at once, or pause was switched.
inline constexpr std::string_view sync_channel{"guildhall_sync"};
/// No payload: an instance has met 429s; the budget's row says what follows.
inline constexpr std::string_view budget_channel{"guildhall_budget"};

struct notification {
  std::string channel;
  std::string payload; ///< one tag
};

/// The connection that listens. Blocking; one thread, except for `interrupt`. What was sent
/// while nobody listened is lost: after a new `open`, everything must be taken for changed.
class change_feed {
public:
  static result<std::unique_ptr<change_feed>> open(connection_options options);

  /// What arrived, waiting for the first one at most `timeout`; may be empty. `database_down`
  /// once the connection is seen to be dead.
  result<std::vector<notification>> wait(std::chrono::milliseconds timeout);

  /// Sends itself a notification and waits until it is back: a dead connection looks like a
  /// quiet one otherwise. What else arrives meanwhile is kept for `wait`.
  result<void> prove(std::chrono::milliseconds timeout);

  /// Ends a blocked call with `database_down`. Any thread.
  void interrupt() noexcept;

  ~change_feed();

private:
  struct state;
  explicit change_feed(std::unique_ptr<state> parts);
  std::unique_ptr<state> state_;
};

} // namespace guildhall::store
