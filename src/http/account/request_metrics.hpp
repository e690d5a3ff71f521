#pragma once

#include "core/metrics.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace guildhall::http {

/// What one I/O thread counted for one listener since it last published: plain numbers, so
/// that a request touches no cache line that another thread writes.
struct request_counts {
  static constexpr std::size_t classes = 6;

  std::array<std::uint64_t, classes> by_status_class{}; ///< [2] is 2xx
  std::vector<double> by_duration;                      ///< one per bucket of the histogram
  double seconds{0};
  bool any{false};
};

/// One listener's metrics. Thread-safe.
class request_metrics {
public:
  request_metrics(const std::string& listener, metrics& measures);

  request_counts fresh() const;
  void count(request_counts& counts, int status, double seconds) const noexcept;
  /// Adds the counts to the metrics and sets them to zero.
  void publish(request_counts& counts) const;
  void publish(unsigned connections, unsigned in_flight) const;

  /// A connection that found no place, because of its address or because all are taken.
  void count_refused(bool by_address) const {
    (by_address ? refused_by_address_ : refused_)->Increment();
  }
  /// An idle connection that made room for another.
  void count_dismissed() const {
    dismissed_->Increment();
  }
  /// A large answer that became 503.
  void count_shed_answer() const {
    shed_->Increment();
  }

private:
  std::array<prometheus::Counter*, request_counts::classes> requests_{};
  prometheus::Histogram* durations_;
  prometheus::Gauge* connections_;
  prometheus::Gauge* in_flight_;
  prometheus::Counter* refused_;
  prometheus::Counter* refused_by_address_;
  prometheus::Counter* dismissed_;
  prometheus::Counter* shed_;
  std::vector<double> upper_bounds_;
};

} // namespace guildhall::http
