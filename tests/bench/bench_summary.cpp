// The table of all programs of one run, and what is met of it.
//
//   bench_summary FILE

#include "tests/bench/report.hpp"

#include <cstdio>
#include <exception>

int main(int count, char** words) {
  using namespace guildhall::bench;
  try {
    const auto figures = read_json(count > 1 ? words[1] : "bench.json");
    print_table(figures);
    std::printf("\n%s\n", summary_of(figures).c_str());
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_summary: %s\n", e.what());
    return 1;
  }
}
