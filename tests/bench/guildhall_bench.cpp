// The figures of guildhall as a process: each against an anchor that is measured beside it.
// Needs an otherwise idle machine; asserts nothing.
//
//   guildhall_bench [--out FILE] [--only ID,ID...]

#include "tests/bench/bench.hpp"

#include <exception>
#include <iostream>

namespace guildhall::bench {
namespace {

void measure_all(bench& in) {
  in.measure({"F1"}, measure_first_sync);
  in.measure({"F2"}, measure_two_instances);
  in.measure({"F2"}, measure_an_hour_spent);
  in.measure({"F4", "F5"}, measure_amid_large_guilds);
  in.measure({"F6"}, measure_ingestion);
  in.measure({"S6", "S7"}, measure_start);
  in.measure({"S1"}, measure_cached);
  in.measure({"S2", "S3"}, measure_uncached);
  in.measure({"S5"}, measure_sizes);
  in.measure({"S10"}, measure_reads_beside_large);
  in.measure({"S4"}, measure_reads_amid_sync); // changes what is mirrored
  in.measure({"S6"}, measure_many_syncs);
  in.measure({"S6"}, measure_crowd_served);
  in.measure({"S9"}, measure_small_cache);
}

} // namespace
} // namespace guildhall::bench

int main(int count, char** words) {
  using namespace guildhall::bench;
  try {
    const wishes what{count, words};
    bench world{what};
    measure_all(world);
    if (!what.out.empty())
      write_json(world.figures(), what.out);
    else
      print_table(world.figures());
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "guildhall_bench: " << e.what() << '\n';
    return 1;
  }
}
