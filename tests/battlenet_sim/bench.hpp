#pragma once

#include <cstddef>

namespace guildhall::sim {

struct bench_result {
  std::size_t documents = 0;
  std::size_t bytes = 0; ///< uncompressed
  double cpu_seconds = 0;

  double per_second() const {
    return static_cast<double>(documents) / cpu_seconds;
  }
};

/// Answers the requests a first sync makes (profile, equipment, keystones, professions of a
/// guild of 1,000) on the calling thread, without sockets, and takes the processor time of it.
bench_result self_bench(bool gzip);

} // namespace guildhall::sim
