// What the rule by which characters are looked at costs and brings, on virtual time: the same
// on every machine. A week of 20 guilds of 200, and two million characters on a short budget.
//
//   freshness_bench [--seeds N] [--out FILE.json] [--plot FILE.svg]

#include "domain/crawling/price.hpp"
#include "tests/bench/freshness_plot.hpp"
#include "tests/bench/freshness_policies.hpp"
#include "tests/bench/report.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace guildhall::bench {
namespace {

using namespace std::chrono_literals;
using worlds = std::vector<bench_world>;

const double floor_of_45_min = domain::floor_price(45min);

template <class Policy>
outcome over(const worlds& all, const Policy& policy) {
  outcome sum;
  for (const auto& one : all)
    sum += policy(one);
  return sum;
}

outcome the_rule(const worlds& all, double price, bool hints) {
  return over(all, [&](const bench_world& one) {
    return by_the_rule(one, {.price = price, .hints = hints}).told;
  });
}

/// The rule at the highest price at which it is not slower than this.
told_policy as_fast_as(double hours, const worlds& all, bool hints) {
  constexpr int halvings = 8;
  double low = floor_of_45_min;
  double high = 100 * low;
  told_policy best{.name = {}, .price = low, .told = the_rule(all, low, hints)};
  for (int i = 0; i < halvings; ++i) {
    const double middle = std::sqrt(low * high);
    auto told = the_rule(all, middle, hints);
    if (told.mean_delay() <= hours)
      best = {.name = {}, .price = low = middle, .told = std::move(told)};
    else
      high = middle;
  }
  best.name = hints ? "rule, with hints" : "rule, without hints";
  return best;
}

void print_policies(const std::vector<told_policy>& policies, std::size_t count) {
  const double all = policies.front().told.all_calls();
  std::printf(
      "\nA week of 20 guilds of 200, %zu seeds; hours from a logout until the mirror shows it\n"
      "%-34s %7s %10s %8s %7s %7s %7s %9s\n",
      count, "policy", "price", "calls", "of them", "mean", "daily", "raids", "gap, days");
  for (const auto& one : policies)
    std::printf(
        "%-34s %7.2f %10.0f  1/%5.1f %7.2f %7.2f %7.2f %9.1f\n", one.name.c_str(), one.price,
        one.told.all_calls() / static_cast<double>(count), all / one.told.all_calls(),
        one.told.mean_delay(), one.told.of[0].mean(), one.told.of[1].mean(),
        one.told.longest_gap / 24);
}

figure calls_figure(
    const char* id, const std::string& when, const told_policy& of, const outcome& replaced,
    double wanted) {
  return {
      .id = id,
      .what = of.name + ": calls " + when,
      .value = of.told.all_calls(),
      .unit = "calls",
      .anchor = replaced.all_calls(),
      .wanted = wanted,
      .at_most = true};
}

figure
time_figure(const char* id, const told_policy& of, const outcome& replaced, double wanted) {
  return {
      .id = id,
      .what = of.name + ": mean time to mirror",
      .value = of.told.mean_delay(),
      .unit = "h",
      .anchor = replaced.mean_delay(),
      .wanted = wanted,
      .at_most = true};
}

/// F3a to F3c, and the plot.
std::vector<figure> the_week(std::uint64_t seeds, const std::string& plot) {
  worlds all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    all.push_back(make_world({.seed = seed}));
  const auto equal = [&](bool conditional) {
    return over(
        all, [&](const bench_world& one) { return at_equal_intervals(one, 8, conditional); });
  };
  const told_policy replaced{.name = "replaced back end", .price = 0, .told = equal(false)};
  const double hours = replaced.told.mean_delay();
  const auto fast = as_fast_as(0.55 * hours, all, false);
  const auto fast_with_hints = as_fast_as(0.45 * hours, all, true);
  const auto cheap = as_fast_as(hours, all, false);
  const auto cheap_with_hints = as_fast_as(hours, all, true);
  const std::vector<told_policy> policies{
      replaced,
      {.name = "every 8 h, conditional", .price = 0, .told = equal(true)},
      fast,
      fast_with_hints,
      cheap,
      cheap_with_hints,
      {.name = "rule, with hints, floor price",
       .price = floor_of_45_min,
       .told = the_rule(all, floor_of_45_min, true)},
      {.name = "oracle", .price = 0, .told = over(all, by_the_oracle)}};
  print_policies(policies, all.size());
  if (!plot.empty())
    std::ofstream{plot} << freshness_plot(
        fast_with_hints, {policies[0], policies[1], policies[2], policies[3], policies[6]},
        all.size());
  return {
      calls_figure("F3a", "at 0.55 of the time", fast, replaced.told, 1.0 / 5),
      time_figure("F3a", fast, replaced.told, 0.55),
      calls_figure("F3b", "at 0.45 of the time", fast_with_hints, replaced.told, 1.0 / 6),
      time_figure("F3b", fast_with_hints, replaced.told, 0.45),
      calls_figure("F3c", "at its time", cheap, replaced.told, 1.0 / 7.5),
      calls_figure("F3c", "at its time", cheap_with_hints, replaced.told, 1.0 / 9)};
}

/// F3d: a fifth of all comes back after one month to thirty.
std::vector<figure> the_absent(std::uint64_t seeds) {
  worlds all;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    all.push_back(make_world({.seed = seed, .comes_back = 0.2}));
  const auto at_floor = the_rule(all, floor_of_45_min, false);
  const auto dear = the_rule(all, 1e6, false);
  const auto back = static_cast<std::size_t>(playing::comes_back);
  return {
      {.id = "F3d",
       .what = "comes back after months: longest until seen",
       .value = at_floor.in_playing_time[back].longest,
       .unit = "h of playing time, floor price",
       .wanted = 72,
       .at_most = true},
      {.id = "F3d",
       .what = "longest between two looks, at any price",
       .value = dear.longest_gap / 24,
       .unit = "days",
       .wanted = 14,
       .at_most = true}};
}

constexpr double supply = 28'800;
constexpr double crowd = 2e6;

/// Equal intervals that use the same part of the supply as the rule may.
outcome equal_intervals_of(const bench_world& world, double stands_for) {
  constexpr int halvings = 10;
  double low = 8;
  double high = 14 * 24;
  for (int i = 0; i < halvings; ++i) {
    const double middle = (low + high) / 2;
    const double calls = at_equal_intervals(world, middle, true).all_calls() * stands_for / 168;
    (calls > 0.95 * supply ? low : high) = middle;
  }
  return at_equal_intervals(world, high, true);
}

/// F7: each of 4,000 stands for 500.
std::vector<figure> two_millions(double part_playing) {
  const world_options options{
      .daily = part_playing * 2 / 7, .on_raid_nights = part_playing * 5 / 7};
  const auto world = make_world(options);
  const double stands_for = crowd / static_cast<double>(options.guilds * options.members);
  const auto equal = equal_intervals_of(world, stands_for);
  const auto run = by_the_rule(
      world,
      {.price = floor_of_45_min, .hints = true, .supply = supply, .stands_for = stands_for});
  const auto [lowest, highest] = std::ranges::minmax(run.prices);
  std::printf(
      "Two millions, %2.0f %% play: price %.2f to %.2f h, %.0f of %.0f calls an hour, looks at "
      "most %.1f h late\n",
      100 * part_playing, lowest, highest, run.told.all_calls() * stands_for / 168, supply,
      run.latest);
  const auto plays = " (" + std::to_string(std::lround(100 * part_playing)) + " % play)";
  return {
      {.id = "F7",
       .what = "two millions: highest price by lowest" + plays,
       .value = highest,
       .unit = "h",
       .anchor = lowest,
       .wanted = 1.1,
       .at_most = true},
      {.id = "F7",
       .what = "two millions: mean time to mirror" + plays,
       .value = run.told.mean_delay(),
       .unit = "h, anchor: equal intervals",
       .anchor = equal.mean_delay(),
       .wanted = 1.0 / 3,
       .at_most = true}};
}

void run(std::uint64_t seeds, const std::string& out, const std::string& plot) {
  std::vector<figure> figures;
  const auto add = [&](const std::vector<figure>& more) {
    figures.insert(figures.end(), more.begin(), more.end());
  };
  add(the_week(seeds, plot));
  add(the_absent(seeds));
  std::printf("\n");
  for (const double part : {0.10, 0.15, 0.35})
    add(two_millions(part));
  print_table(figures);
  if (!out.empty())
    write_json(figures, out);
}

} // namespace
} // namespace guildhall::bench

int main(int count, char** words) {
  std::uint64_t seeds = 3;
  std::string out;
  std::string plot;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view option{words[i]};
    if (option == "--seeds")
      seeds = std::max<std::uint64_t>(std::strtoull(words[i + 1], nullptr, 10), 1);
    else if (option == "--out")
      out = words[i + 1];
    else if (option == "--plot")
      plot = words[i + 1];
  }
  guildhall::bench::run(seeds, out, plot);
}
