#include "battlenet_sim/bench.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace guildhall::sim {

TEST(sim_throughput, documents_are_cheap_enough_not_to_be_the_bottleneck) {
  for (auto gzip : {false, true}) {
    auto figure = self_bench(gzip);
    std::cout << (gzip ? "gzip: " : "plain: ") << static_cast<int>(figure.per_second())
              << " documents/s\n";
    EXPECT_GT(figure.documents, 3'000);
    // Processor time, so that a busy machine does not matter; unoptimised builds are slower.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_GT(figure.per_second(), 5'000);
#else
    EXPECT_GT(figure.per_second(), 500);
#endif
  }
}

} // namespace guildhall::sim
