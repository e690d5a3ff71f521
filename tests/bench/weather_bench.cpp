// What a first sync costs while a share of Battle.net's answers is 429 or 5xx, on virtual time:
// the same on every machine. Prints two tables; asserts nothing.
//
//   weather_bench [seeds]

#include "core/log.hpp"
#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace guildhall::bench {
namespace {

using simulation::weather;

constexpr std::size_t members = 986;
constexpr double rate = 80;

struct average {
  double seconds{0};
  double requests{0};
  double longest_pause{0};
};

average measure(const weather& what, std::uint64_t seeds) {
  average out;
  const auto in_seconds = [](std::chrono::milliseconds time) {
    return std::chrono::duration<double>(time).count();
  };
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto cost =
        simulation::first_syncs_in(what, {.seed = seed, .rate = rate, .members = {members}});
    out.seconds += in_seconds(cost.took) / static_cast<double>(seeds);
    out.requests += static_cast<double>(cost.requests) / static_cast<double>(seeds);
    out.longest_pause = std::max(out.longest_pause, in_seconds(cost.longest_pause));
  }
  return out;
}

void print_table(
    const char* head, const std::vector<double>& shares, double weather::*which,
    std::uint64_t seeds) {
  std::printf(
      "\n%s, %zu members at %.0f a second, %u seeds\n%8s %10s %10s %10s %12s %14s\n", head,
      members, rate, static_cast<unsigned>(seeds), "share", "seconds", "requests", "x requests",
      "throughput", "longest pause");
  average calm;
  for (const auto share : shares) {
    weather what;
    what.*which = share;
    const auto cost = measure(what, seeds);
    if (share == 0)
      calm = cost;
    std::printf(
        "%7.0f%% %10.1f %10.0f %10.2f %11.0f%% %13.1fs\n", 100 * share, cost.seconds,
        cost.requests, cost.requests / calm.requests, 100 * calm.seconds / cost.seconds,
        cost.longest_pause);
    std::fflush(stdout);
  }
}

} // namespace
} // namespace guildhall::bench

int main(int count, char** words) {
  using namespace guildhall;
  log::set_level(log::level::off);
  constexpr std::uint64_t enough = 5;
  const auto seeds = count > 1 ? std::strtoull(words[1], nullptr, 10) : enough;
  bench::print_table(
      "429 at random", {0, 0.01, 0.02, 0.05, 0.10, 0.15, 0.20}, &simulation::weather::throttled,
      seeds);
  bench::print_table(
      "5xx at random", {0, 0.05, 0.10, 0.20, 0.30, 0.40, 0.50, 0.60},
      &simulation::weather::server_error, seeds);
}
