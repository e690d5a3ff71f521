#include "core/metrics.hpp"

#include "core/text.hpp"

#include <prometheus/text_serializer.h>

namespace guildhall {

namespace {

std::string full_name(const std::string& name) {
  return "guildhall_" + name;
}

/// Few labels hold what others have said; those are as safe as the rest.
prometheus::Labels shown(const prometheus::Labels& labels) {
  constexpr std::size_t longest = 100;
  prometheus::Labels out;
  for (const auto& [name, value] : labels)
    out.emplace(name, text::printable(value, longest));
  return out;
}

} // namespace

metrics::metrics() : registry_{std::make_shared<prometheus::Registry>()} {}

prometheus::Counter& metrics::counter(
    const std::string& name, const std::string& help, const prometheus::Labels& labels) {
  return prometheus::BuildCounter()
      .Name(full_name(name))
      .Help(help)
      .Register(*registry_)
      .Add(shown(labels));
}

prometheus::Gauge& metrics::gauge(
    const std::string& name, const std::string& help, const prometheus::Labels& labels) {
  return prometheus::BuildGauge()
      .Name(full_name(name))
      .Help(help)
      .Register(*registry_)
      .Add(shown(labels));
}

prometheus::Histogram& metrics::duration(
    const std::string& name, const std::string& help, const prometheus::Labels& labels) {
  static const prometheus::Histogram::BucketBoundaries seconds{
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
      0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return prometheus::BuildHistogram()
      .Name(full_name(name))
      .Help(help)
      .Register(*registry_)
      .Add(shown(labels), seconds);
}

prometheus::Histogram& metrics::coarse_duration(
    const std::string& name, const std::string& help, const prometheus::Labels& labels) {
  static const prometheus::Histogram::BucketBoundaries seconds{0.001, 0.01, 0.1, 1, 10};
  return prometheus::BuildHistogram()
      .Name(full_name(name))
      .Help(help)
      .Register(*registry_)
      .Add(shown(labels), seconds);
}

prometheus::Gauge& metrics::common_gauge(const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_).Add({});
}

void metrics::before_render(std::function<void()> look) {
  const std::lock_guard guard{looks_lock_};
  looks_.push_back(std::move(look));
}

std::string metrics::render() const {
  {
    const std::lock_guard guard{looks_lock_};
    for (const auto& look : looks_)
      look();
  }
  return prometheus::TextSerializer{}.Serialize(registry_->Collect());
}

} // namespace guildhall
