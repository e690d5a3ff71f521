#include "battlenet_sim/bench.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace guildhall::sim {

TEST(sim_throughput, is_measured_over_every_document_of_a_large_guild) {
  for (auto gzip : {false, true}) {
    auto figure = self_bench(gzip);
    std::cout << (gzip ? "gzip: " : "plain: ") << static_cast<int>(figure.per_second())
              << " documents/s\n";
    EXPECT_GT(figure.documents, 3'000);
    EXPECT_GT(figure.bytes, figure.documents);
  }
}

} // namespace guildhall::sim
