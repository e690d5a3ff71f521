#pragma once

#include "actors/atoms.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::actors {

/// How to start one child, and how long it may take to stop.
struct child_spec {
  std::string name;
  /// Spawns the child. Called again for every restart, so dependencies are looked up anew.
  std::function<caf::actor(caf::event_based_actor* supervisor)> start;
  /// Between the request to stop and being killed.
  std::chrono::milliseconds shutdown{5'000};
  /// Set for a child whose end the others survive: it is started again after this long, and its
  /// ends do not count towards the supervisor's own intensity.
  std::optional<std::chrono::seconds> retry_after{};
};

enum class restart_strategy {
  one_for_one, ///< only the child that ended is started again
  rest_for_one ///< so are the children that were started after it
};

struct supervisor_options {
  std::string name;
  restart_strategy strategy{restart_strategy::one_for_one};
  /// More restarts than this within `period`: the supervisor gives up.
  std::size_t max_restarts{3};
  std::chrono::seconds period{60};
  std::vector<child_spec> children;
  /// Told, before the supervisor ends, that it has given up (not on an orderly stop).
  std::function<void()> on_give_up{};
  /// Told the name of a child that ended by itself and is started again.
  std::function<void(const std::string&)> on_restart{};
};

struct supervisor_state {
  explicit supervisor_state(caf::event_based_actor*) {}
  /// A supervisor that is killed or dies leaves no child behind.
  ~supervisor_state();

  struct child {
    caf::actor handle;
    std::uint64_t generation{0}; ///< tells a late timer of an earlier life
  };

  supervisor_options options;
  std::vector<child> children; ///< same order as options.children
  std::deque<std::chrono::steady_clock::time_point> restarts;
  /// While children are being stopped: the index of the one waited for, the first of the row,
  /// and what follows.
  struct stopping {
    std::size_t current;
    std::size_t first;
    std::function<void()> then;
  };
  std::optional<stopping> stop;
  bool ending{false};
  static inline const char* name = "supervisor";
};

/// SUPERVISOR with the semantics of Erlang/OTP: owns its children, started in order, stopped in
/// reverse order. Ends by an exit message (stops its children first, then quits with that
/// reason) or when restarts exceed their intensity (stops its children, then quits with
/// `unhandled_exception`); its own supervisor then treats it like any child that ended.
caf::behavior
supervisor(caf::stateful_actor<supervisor_state>* self, supervisor_options options);

} // namespace guildhall::actors
