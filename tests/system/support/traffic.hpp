#pragma once

#include "tests/system/support/database.hpp"
#include "tests/system/support/instance.hpp"
#include "tests/system/support/wait.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace guildhall::system_test {

/// What clients were told, counted by what it means to them.
struct told {
  std::int64_t good{0};              ///< 2xx
  std::int64_t later{0};             ///< 503 or 504 with Retry-After: nothing was done
  std::int64_t unknown{0};           ///< a write: 503 OUTCOME_UNKNOWN, without Retry-After
  std::int64_t odd{0};               ///< anything else
  std::int64_t silent{0};            ///< no whole answer within the client's patience
  double slowest{0};                 ///< seconds
  std::vector<std::string> oddities; ///< the first few of the odd and the silent

  void count(const std::string& what, const reply& answer, bool writes, double seconds);
  told& operator+=(const told& other);
};

/// What became of what was written.
struct kept {
  std::int64_t acknowledged{0};
  std::int64_t lost{0};    ///< acknowledged, and not there
  std::int64_t doubled{0}; ///< there more than once
  std::vector<std::string> examples;
};

/// Clients that read and write for as long as this lives. A reader asks the same again and
/// again. One writer makes rosters, each under a name and an Idempotency-Key of its own, and
/// asks for the same again, as it is told to, until it is acknowledged.
class traffic {
public:
  struct options {
    std::vector<std::string> reads; ///< one reader each
    std::int64_t guild{0};          ///< whose rosters are written
    std::chrono::milliseconds patience{std::chrono::seconds{15}};
  };
  traffic(const instance& where, options what);
  ~traffic();
  traffic(const traffic&) = delete;
  traffic& operator=(const traffic&) = delete;

  told reads() const;
  told writes() const;
  /// Ends it. What was not acknowledged yet is asked for a little longer.
  void stop();
  /// Ends it and looks behind guildhall's back. What was made, it and others here, goes.
  kept look(const database& in);

private:
  void read(const std::string& target);
  void write();
  bool write_one(const std::string& name);

  const instance& where_;
  const options options_;
  const std::string tag_;
  mutable std::mutex mutex_;
  told reads_;
  told writes_;
  std::set<std::string> acknowledged_;
  std::atomic<bool> over_{false};
  std::vector<std::jthread> clients_;
};

/// Looks at /live and /ready again and again.
class probes {
public:
  explicit probes(const instance& where);
  ~probes() {
    over_ = true;
  }
  std::int64_t looks() const {
    return looks_;
  }
  /// /live was something else than 200.
  std::int64_t dead() const {
    return dead_;
  }
  /// /ready was 503.
  std::int64_t unready() const {
    return unready_;
  }

private:
  const instance& where_;
  std::atomic<bool> over_{false};
  std::atomic<std::int64_t> looks_{0};
  std::atomic<std::int64_t> dead_{0};
  std::atomic<std::int64_t> unready_{0};
  std::jthread thread_;
};

/// One POST of a roster with that name and key.
reply make_roster(
    const instance& where, std::int64_t guild, const std::string& name, const std::string& key,
    std::chrono::milliseconds patience = std::chrono::seconds{10});

/// Waits until all of these answer 200, several times over, and a roster can be made.
void await_all_good(
    const instance& where, const std::vector<std::string>& reads, std::int64_t guild,
    std::chrono::milliseconds bound);

} // namespace guildhall::system_test
