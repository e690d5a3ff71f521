#include "http/account/request_metrics.hpp"

#include <algorithm>

namespace guildhall::http {

request_metrics::request_metrics(const std::string& listener, metrics& measures)
    : durations_{&measures.duration(
        "http_request_seconds", "From the last byte of a request to its answer",
        {{"listener", listener}})},
      connections_{&measures.gauge(
          "http_connections", "Open client connections", {{"listener", listener}})},
      in_flight_{&measures.gauge(
          "http_requests_in_flight", "Requests that wait for a late answer",
          {{"listener", listener}})},
      refused_{&measures.counter(
          "http_connections_refused_total", "Connections that found no place",
          {{"listener", listener}, {"limit", "all"}})},
      refused_by_address_{&measures.counter(
          "http_connections_refused_total", "Connections that found no place",
          {{"listener", listener}, {"limit", "address"}})},
      dismissed_{&measures.counter(
          "http_connections_dismissed_total", "Idle connections that made room for another",
          {{"listener", listener}})},
      shed_{&measures.counter(
          "http_answers_shed_total", "Large answers refused while too much waited unsent",
          {{"listener", listener}})} {
  for (std::size_t i = 1; i < requests_.size(); ++i)
    requests_[i] = &measures.counter(
        "http_requests_total", "Requests answered",
        {{"listener", listener}, {"status", std::to_string(i) + "xx"}});
  // The buckets are chosen in core; what it measures tells them.
  for (const auto& bucket : durations_->Collect().histogram.bucket)
    upper_bounds_.push_back(bucket.upper_bound);
}

request_counts request_metrics::fresh() const {
  request_counts counts;
  counts.by_duration.resize(upper_bounds_.size());
  return counts;
}

void request_metrics::count(request_counts& counts, int status, double seconds) const noexcept {
  ++counts.by_status_class[static_cast<std::size_t>(std::clamp(status / 100, 1, 5))];
  const auto bucket = std::lower_bound(upper_bounds_.begin(), upper_bounds_.end(), seconds);
  counts.by_duration[static_cast<std::size_t>(bucket - upper_bounds_.begin())] += 1;
  counts.seconds += seconds;
  counts.any = true;
}

void request_metrics::publish(request_counts& counts) const {
  if (!counts.any)
    return;
  for (std::size_t i = 1; i < requests_.size(); ++i)
    requests_[i]->Increment(static_cast<double>(counts.by_status_class[i]));
  durations_->ObserveMultiple(counts.by_duration, counts.seconds);
  counts = fresh();
}

void request_metrics::publish(unsigned connections, unsigned in_flight) const {
  connections_->Set(connections);
  in_flight_->Set(in_flight);
}

} // namespace guildhall::http
