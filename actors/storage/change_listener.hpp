#pragma once

#include "actors/bridge.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace guildhall::actors {

/// The LISTEN connection as the listener uses it; `store::change_feed` in production.
class change_source {
public:
  virtual ~change_source() = default;
  struct change {
    bool wakes_sync{false};
    bool slows_sync{false}; ///< another instance has met 429s
    std::string tag{};      ///< of the response cache, when it is neither
  };
  virtual result<std::vector<change>> wait(std::chrono::milliseconds timeout) = 0;
  virtual result<void> prove(std::chrono::milliseconds timeout) = 0;
};
using change_source_factory = std::function<result<std::unique_ptr<change_source>>()>;

/// Who is told; functions that any thread may call.
struct change_sink {
  std::function<void(const std::string& tag)> move;
  std::function<void(bool)> set_coherent; ///< turning true moves every epoch
  std::function<void()> wake_sync;
  std::function<void()> slow_sync; ///< the shared budget is to be looked at
};

struct change_listener_state {
  explicit change_listener_state(
      change_listener_actor::stateful_pointer<change_listener_state> self);

  using clock_time = std::chrono::steady_clock::time_point;
  change_source_factory open;
  change_sink sink;
  std::unique_ptr<change_source> source;
  clock_time proven{};
  clock_time next_proof{};
  std::chrono::milliseconds backoff{0};
  bool coherent{false};
  static inline const char* name = "change-listener";
};

/// CHANGE LISTENER: owns the LISTEN connection; blocks in it for short whiles, so it is spawned
/// detached. Moves the response cache's epochs, wakes the scheduler and the rate limiter.
/// Proves the connection every 2 s by a round trip; 5 s without proof: cache hits are off until
/// LISTEN is in force again and every epoch has moved (what was notified meanwhile is lost).
/// Ends only with its supervisor.
change_listener_actor::behavior_type change_listener(
    change_listener_actor::stateful_pointer<change_listener_state> self,
    change_source_factory open, change_sink sink);

} // namespace guildhall::actors
