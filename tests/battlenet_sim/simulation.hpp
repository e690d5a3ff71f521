#pragma once

#include "battlenet_sim/faults.hpp"
#include "battlenet_sim/ledger.hpp"
#include "battlenet_sim/limits.hpp"
#include "battlenet_sim/messages.hpp"
#include "battlenet_sim/oauth.hpp"
#include "battlenet_sim/options.hpp"
#include "battlenet_sim/replay.hpp"
#include "battlenet_sim/world.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>

namespace guildhall::sim {

/// The clock of the world: real time plus an offset that only grows. Limits and ledger do not
/// follow it, they count real time.
class world_clock {
public:
  static std::int64_t real_us();

  std::int64_t now_ms() const {
    return real_us() / 1000 + offset_ms_.load();
  }
  void advance(std::int64_t ms) {
    offset_ms_ += ms;
  }
  std::int64_t offset_ms() const {
    return offset_ms_.load();
  }

private:
  std::atomic<std::int64_t> offset_ms_{0};
};

/// An answer and how it gets to the client.
struct reply {
  answer content;
  std::uint32_t delay_ms = 0;
  fault_action transport; ///< reset, truncate and drip are the connection's work
};

/// The whole service without sockets: quota, faults, OAuth, documents, ledger. Called from any
/// thread; the world is the only part under one lock, and only while a document is rendered.
class simulation {
public:
  explicit simulation(options opts);

  /// Answers one request: API, OAuth, or control (paths under /_sim/, which are neither counted
  /// nor delayed).
  reply handle(const request& what);

  const options opts;
  world_clock clock;
  ledger book;
  limits quota;
  fault_table faults;
  oauth tokens;
  replay_table recorded;

  std::mutex world_mutex;
  world state; ///< under `world_mutex`

private:
  answer falsified(const request& what, const target& where, const fault_action& wrong);
  reply answer_for(
      const request& what, const target& where, std::string_view region, std::int64_t time_us);
  std::uint32_t latency();

  std::atomic<std::uint64_t> latency_draws_{0};
};

} // namespace guildhall::sim
