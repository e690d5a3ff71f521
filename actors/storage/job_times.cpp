#include "actors/storage/job_times.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace guildhall::actors {

namespace {

/// What waited by another clock (virtual in tests) counts as no time.
double seconds_between(deadline from, deadline to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

} // namespace

job_times::job_times(metrics& numbers, std::string pool)
    : numbers_{&numbers},
      waits_{&numbers.coarse_duration(
          "database_wait_seconds", "How long jobs waited for a connection", {{"pool", pool}})},
      pool_{std::move(pool)} {}

void job_times::note(const db_job& job, deadline began, deadline ended) {
  waits_->Observe(seconds_between(job.came, began));
  of(job.name).Observe(seconds_between(began, ended));
}

prometheus::Histogram& job_times::of(std::string_view job) {
  auto& found = by_name_[job];
  if (!found)
    found = &numbers_->coarse_duration(
        "database_job_seconds", "How long the statements of a job took",
        {{"pool", pool_}, {"job", std::string{job}}});
  return *found;
}

} // namespace guildhall::actors
