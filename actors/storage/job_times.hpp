#pragma once

#include "actors/storage/db_job.hpp"
#include "core/metrics.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace guildhall::actors {

/// How long the jobs of one pool wait and run, as metrics: each worker has one of its own, so
/// that a job looks nothing up that others hold.
class job_times {
public:
  job_times(metrics& numbers, std::string pool);

  /// It waited until `began`, and its worker was done with it at `ended`.
  void note(const db_job& job, deadline began, deadline ended);

private:
  prometheus::Histogram& of(std::string_view job);

  metrics* numbers_;
  prometheus::Histogram* waits_;
  std::string pool_;
  std::unordered_map<std::string_view, prometheus::Histogram*>
      by_name_; ///< names are constants
};

} // namespace guildhall::actors
