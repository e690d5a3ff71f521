#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <memory>
#include <string>
#include <string_view>

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

  /// Everything in Prometheus' text exposition format.
  std::string render() const;

private:
  std::shared_ptr<prometheus::Registry> registry_;
};

} // namespace guildhall
