// Bytes, memory and what follows from both: S5, S6, S7, S9.

#include "tests/bench/bench.hpp"
#include "tests/system/support/wait.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace guildhall::bench {

using namespace std::chrono_literals;
using system_test::eventually;
using system_test::instance;
using system_test::seconds_since;
using system_test::steady;

namespace {

figure megabytes(const char* what, double value, double wanted) {
  return {
      .id = "S6",
      .what = what,
      .value = value,
      .unit = "MB",
      .wanted = wanted,
      .at_most = true};
}

} // namespace

// S7: from process start to the first answer; S6: idle.
void measure_start(bench& in) {
  in.mirrored();
  const auto start = steady::now();
  auto& one = in.start({}, false);
  eventually(
      "it answers", 20s,
      [&] {
        return system_test::ask(one.port(), {.target = "/api/healthcheck"}).status == 200;
      },
      2ms);
  in.add(
      {.id = "S7",
       .what = "start to first answer",
       .value = seconds_since(start) * 1000,
       .unit = "ms",
       .wanted = 300,
       .at_most = true});
  one.await_ready();
  in.add(megabytes("resident: idle", resident_megabytes(one.child().id()), 40));
}

// S5: bytes of the two lists that the web client reads most.
void measure_sizes(bench& in) {
  const auto& guilds = in.mirrored();
  auto& one = in.start();
  const auto measure = [&](const char* what, const std::string& target, bool packed,
                           double wanted) {
    std::map<std::string, std::string> headers;
    if (packed)
      headers.emplace("Accept-Encoding", "gzip");
    const auto answer = one.api(target, headers);
    if (answer.status != 200)
      throw std::runtime_error(target + ": " + std::to_string(answer.status));
    in.add(
        {.id = "S5",
         .what = what,
         .value = static_cast<double>(answer.body.size()) / 1024,
         .unit = "KB",
         .wanted = wanted,
         .at_most = true});
  };
  const auto members = of_guild(guilds.large, "/members");
  const auto roster = of_guild(guilds.large, "/classified-roster");
  measure("members of 1,000, plain", members, false, 120);
  measure("members of 1,000, packed", members, true, 25);
  measure("classified roster of 1,000, plain", roster, false, 750);
  measure("classified roster of 1,000, packed", roster, true, 50);
}

namespace {

constexpr int crowd = 1'000;
constexpr std::array<std::string_view, 6> lists{"/members",         "/members/enhanced",
                                                "/member-activity", "/classified-roster",
                                                "/ranks",           "/rosters"};

/// Once each, plain, which is the most bytes.
void read_all_lists(const instance& where) {
  system_test::kept_connection connection{where.port()};
  const auto end = steady::now() + 90s;
  for (std::int64_t guild = 1; guild <= crowd; ++guild)
    for (const auto list : lists) {
      const auto target = of_guild(guild, list);
      const auto answer = connection.ask(
          {.target = target, .headers = {{"Authorization", "Bearer " + where.user_token()}}});
      if (answer.status != 200)
        throw std::runtime_error(target + ": " + std::to_string(answer.status));
      if (steady::now() > end)
        throw std::runtime_error("the lists take too long to read");
    }
}

} // namespace

// S6: serving 1,000 guilds of 200, every list asked for; the cache holds what its budget lets.
void measure_crowd_served(bench& in) {
  in.fill_with_a_crowd();
  auto& one = in.start({{"GUILDHALL_LOG_LEVEL", "warn"}});
  read_all_lists(one);
  read_all_lists(one); // most of them again, so that what was freed is used again or not
  in.add(megabytes(
      "resident: 1,000 guilds of 200, all lists read", resident_megabytes(one.child().id()),
      150));
}

namespace {

/// Guild n is asked for as often as 1/n says.
constexpr auto by_zipf = R"(
local guilds, sums, total = 1000, {}, 0
for n = 1, guilds do total = total + 1 / n; sums[n] = total end
math.randomseed(7)
request = function()
  local wanted, low, high = math.random() * total, 1, guilds
  while low < high do
    local middle = math.floor((low + high) / 2)
    if sums[middle] < wanted then low = middle + 1 else high = middle end
  end
  return wrk.format("GET", "/api/guilds/" .. low .. "/members")
end
)";

double lists_a_second(
    bench& in, const instance& where, const char* script, std::chrono::seconds length) {
  return run_wrk({.port = where.port(),
                  .target = of_guild(1, "/members"),
                  .headers = headers_of(where),
                  .folder = in.file(""),
                  .connections = few_connections,
                  .length = length,
                  .script = script})
      .per_second;
}

/// The same list again and again, with a cache of that size.
double one_list(bench& in, const char* cache) {
  auto& one = in.start(
      {{"GUILDHALL_LOG_LEVEL", "warn"},
       {"GUILDHALL_CACHE_MAX_BYTES", cache},
       {"GUILDHALL_DATABASE_READERS", std::to_string(readers)}});
  const auto found = median_of(3, [&] { return lists_a_second(in, one, "", 2s); });
  in.stop_all();
  return found;
}

} // namespace

// S9: lists by Zipf out of a cache that holds a part of them, against what the share of hits
// makes of cached and uncached reads. Answers of two kinds take, on average, the mean of their
// times, so times are mixed and not rates.
void measure_small_cache(bench& in) {
  in.fill_with_a_crowd();
  const auto cached = one_list(in, "67108864");
  const auto uncached = one_list(in, "0");
  constexpr double budget = 16;
  auto& one = in.start(
      {{"GUILDHALL_LOG_LEVEL", "warn"},
       {"GUILDHALL_CACHE_MAX_BYTES", "16777216"},
       {"GUILDHALL_DATABASE_READERS", std::to_string(readers)}});
  const auto at_first = resident_megabytes(one.child().id());
  lists_a_second(in, one, by_zipf, 5s); // warm
  const auto counted = [&] {
    return std::array{
        metric(one, "cache_hits_total"),
        metric(one, "cache_reads_total") + metric(one, "cache_joined_total")};
  };
  const auto before = counted();
  const auto rate = lists_a_second(in, one, by_zipf, 8s);
  const auto after = counted();
  const auto hits = after[0] - before[0];
  const auto share = hits / (hits + after[1] - before[1]);
  std::array<char, 64> what{};
  std::snprintf(what.data(), what.size(), "lists by Zipf, %.0f %% of them cached", share * 100);
  in.add(
      {.id = "S9",
       .what = what.data(),
       .value = rate,
       .unit = "1/s, anchor: the mix of cached and uncached",
       .anchor = 1 / (share / cached + (1 - share) / uncached),
       .wanted = 0.75});
  in.add(
      {.id = "S9",
       .what = "what the cache of 16 MB holds",
       .value = metric(one, "cache_bytes") / 1024 / 1024,
       .unit = "MB",
       .wanted = budget,
       .at_most = true});
  in.add(
      {.id = "S9",
       .what = "resident beyond what it was before",
       .value = resident_megabytes(one.child().id()) - at_first,
       .unit = "MB, anchor: the cache's budget",
       .anchor = budget,
       .wanted = 1.5,
       .at_most = true});
}

// S6: 64 guilds at once, limits off: the most it holds while it is at it.
void measure_many_syncs(bench& in) {
  constexpr int guilds = 64;
  auto& battlenet = in.simulate(
      system_test::quick_simulator({"--guilds", std::to_string(guilds), "--members", "60"}));
  in.start_over();
  auto& one = in.start(system_test::quick_budget());
  for (const auto& guild : battlenet.guilds())
    in.track(one, guild);
  const auto start = steady::now();
  eventually("all are at work, and for some time", 60s, [&] {
    const auto open = in.store().number("select count(*) from jobs where finished_at is null");
    return open == 0 || (seconds_since(start) > 20 && open < guilds / 2);
  });
  in.add(megabytes(
      "resident at most: 64 guilds at once", highest_resident_megabytes(one.child().id()),
      200));
}

} // namespace guildhall::bench
