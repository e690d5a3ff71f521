#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Load on keep-alive connections, by one thread.
namespace guildhall::robustness {

struct demand {
  std::uint16_t port{0};
  std::vector<std::string> targets; ///< in turn
  std::string token;
  /// How many requests a second come, whether or not the ones before them were answered; 0:
  /// each connection asks again as soon as it has an answer.
  double per_second{0};
  std::chrono::milliseconds length{std::chrono::seconds{5}};
  unsigned connections{16};
  bool keeps{true}; ///< false: each request has a connection of its own
  std::vector<std::string> from{"127.0.0.1"}; ///< addresses of the clients, in turn
  std::chrono::milliseconds patience{std::chrono::seconds{10}};
};

struct outcome {
  std::map<int, std::int64_t> by_status; ///< 0: no whole answer
  std::vector<float> good_ms;            ///< of each 200, from when it was due; ascending
  std::int64_t unsent{0};                ///< no connection was free for it until the end
  double seconds{0};
  double busy{0};     ///< share of a core that asking has taken; near 1 it is what was measured
  double last_bad{0}; ///< when the last answer other than 200 came, in seconds

  std::int64_t good() const {
    return static_cast<std::int64_t>(good_ms.size());
  }
  /// 200s per second.
  double goodput() const;
  /// Requests that were sent, per second.
  double asked() const;
  double percentile_ms(double share) const;
  double p99_ms() const {
    return percentile_ms(0.99);
  }
  /// Answers with none of these statuses.
  std::int64_t other_than(const std::vector<int>& statuses) const;
  std::string text() const;
};

/// Takes `length` and what the last answers need. Never throws.
outcome run_load(const demand& what);

/// 127.0.0.`first` and so on.
std::vector<std::string> loopback_addresses(int first, int count);

} // namespace guildhall::robustness
