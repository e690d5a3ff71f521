#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall {

/// The process's metrics: one object, built by the composition root, handed down by reference.
/// All members may be used from any thread.
class metrics {
public:
  metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  /// A counter `guildhall_<name>{<label>="<value>"}`; the same arguments give the same counter.
  prometheus::Counter& counter(
      const std::string& name, const std::string& help, const prometheus::Labels& labels = {});
  prometheus::Gauge& gauge(
      const std::string& name, const std::string& help, const prometheus::Labels& labels = {});
  /// Seconds, with buckets from 100 us to 10 s.
  prometheus::Histogram& duration(
      const std::string& name, const std::string& help, const prometheus::Labels& labels = {});

  /// The same with few buckets, from 1 ms to 10 s: for what has many label values.
  prometheus::Histogram& coarse_duration(
      const std::string& name, const std::string& help, const prometheus::Labels& labels = {});
  /// A gauge under its bare name, for those that every program has: `process_open_fds`.
  prometheus::Gauge& common_gauge(const std::string& name, const std::string& help);

  /// `look` runs whenever somebody is about to read: for what is known only when asked. It is
  /// as long-lived as this.
  void before_render(std::function<void()> look);

  /// Everything in Prometheus' text exposition format.
  std::string render() const;

private:
  std::shared_ptr<prometheus::Registry> registry_;
  mutable std::mutex looks_lock_;
  std::vector<std::function<void()>> looks_;
};

} // namespace guildhall
