// How fast answers come: S1 to S4, S10.

#include "store/postgres/statement.hpp"
#include "tests/bench/bench.hpp"
#include "tests/system/support/wait.hpp"

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace guildhall::bench {

using namespace std::chrono_literals;
using system_test::instance;

namespace {

/// A statement of guildhall's with its parameters filled in.
std::string sql_of(std::string_view name, const std::vector<std::string>& values) {
  for (const auto& one : store::all_statements())
    if (one.name == name) {
      std::string sql{one.sql};
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto mark = '$' + std::to_string(i + 1);
        for (auto at = sql.find(mark); at != std::string::npos; at = sql.find(mark, at))
          sql.replace(at, mark.size(), values[i]);
      }
      return sql;
    }
  throw std::runtime_error("no statement is called " + std::string{name});
}

std::string row_of(std::int64_t guild) {
  return "/api/guilds/id/" + std::to_string(guild);
}

double rate(
    const bench& in, std::uint16_t port, const std::string& target,
    const std::vector<std::string>& headers, std::chrono::seconds length,
    unsigned how_many = connections) {
  return run_wrk({.port = port,
                  .target = target,
                  .headers = headers,
                  .folder = in.file(""),
                  .connections = how_many,
                  .length = length})
      .per_second;
}

/// p99 in milliseconds of a few readers that rest between two requests: how long one waits,
/// not how much fits.
double calm_p99(const bench& in, const instance& where, const std::string& target) {
  constexpr unsigned calm_readers = 16;
  return run_wrk({.port = where.port(),
                  .target = target,
                  .headers = headers_of(where),
                  .folder = in.file(""),
                  .connections = calm_readers,
                  .length = 2s,
                  .script = "function delay() return 4 end\n"})
      .p99_ms;
}

} // namespace

// S1: cached reads against nginx with the same bytes.
void measure_cached(bench& in) {
  const auto& guilds = in.mirrored();
  auto& one = in.start({{"GUILDHALL_LOG_LEVEL", "warn"}});
  const auto headers = headers_of(one);
  const auto folder = in.file("static");
  std::filesystem::create_directories(folder);
  const auto measure = [&](const char* what, const std::string& target, const char* name) {
    std::ofstream{folder / name} << one.api(target).body;
    const static_server nginx{folder};
    constexpr int rounds = 7;
    const auto path = std::string{"/"} + name;
    rate(in, one.port(), target, headers, 1s); // warm
    const auto seen = in_turns(
        rounds, [&] { return rate(in, one.port(), target, headers, 1s); },
        [&] { return rate(in, nginx.port(), path, {}, 1s); });
    in.add(
        {.id = "S1",
         .what = what,
         .value = seen.ours,
         .unit = "1/s, anchor: nginx",
         .anchor = seen.theirs,
         .wanted = 1.10});
  };
  measure("cached guild row", row_of(guilds.large), "small");
  measure("cached members of 1,000", of_guild(guilds.large, "/members"), "large");
}

// S2, S3: uncached reads against pgbench with the same SQL and as many connections.
void measure_uncached(bench& in) {
  const auto& guilds = in.mirrored();
  auto& one = in.start(
      {{"GUILDHALL_LOG_LEVEL", "warn"},
       {"GUILDHALL_CACHE_MAX_BYTES", "0"},
       {"GUILDHALL_DATABASE_READERS", std::to_string(readers)}});
  const auto headers = headers_of(one);
  const auto measure = [&](const char* id, const char* what, const std::string& target,
                           const std::string& sql, double wanted) {
    constexpr int rounds = 3;
    const auto seen = in_turns(
        rounds, [&] { return rate(in, one.port(), target, headers, 2s, few_connections); },
        [&] { return run_pgbench(in.store().dsn(), sql, in.file(""), readers, 2s); });
    in.add(
        {.id = id,
         .what = what,
         .value = seen.ours,
         .unit = "1/s, anchor: pgbench",
         .anchor = seen.theirs,
         .wanted = wanted});
  };
  const auto large = std::to_string(guilds.large);
  const auto small = std::to_string(guilds.small);
  measure(
      "S2", "uncached guild row", row_of(guilds.large), sql_of("guild", {"false", large}),
      0.40);
  measure(
      "S3", "uncached members of 200", of_guild(guilds.small, "/members"),
      sql_of("members", {small}), 0.85);
  measure(
      "S3", "uncached members of 1,000", of_guild(guilds.large, "/members"),
      sql_of("members", {large}), 0.85);
}

// S4: cached reads of a guild's members while that guild is syncing, at the configured rate.
void measure_reads_amid_sync(bench& in) {
  const auto& guilds = in.mirrored();
  auto& one = in.start({{"GUILDHALL_LOG_LEVEL", "warn"}});
  const auto target = of_guild(guilds.large, "/members");
  const auto p99 = [&] { return calm_p99(in, one, target); };
  p99(); // warm
  constexpr int rounds = 3;
  const auto idle = median_of(rounds, p99);
  const auto large = in.sim().guilds().at(0);
  in.sim().post("world/logout", {{"guild", large.realm + '/' + large.slug}, {"share", 1}});
  in.make_all_due();
  in.sync_now(one, guilds.large);
  const auto mark = in.sim().now_ms();
  system_test::eventually("it is being synced", 30s, [&] {
    return in.sim().book(mark, "equipment").requests >= 20;
  });
  const auto syncing = median_of(rounds, p99);
  const auto during = in.store().number(
      "select count(*) from sync_queue where due_at <= app_now() or lease_token is not null");
  if (during == 0)
    throw std::runtime_error("the sync was over before the reads were");
  in.add(
      {.id = "S4",
       .what = "p99 of cached members of 1,000 while they are synced",
       .value = syncing,
       .unit = "ms, anchor: idle",
       .anchor = idle,
       .wanted = 1.5,
       .at_most = true});
  in.stop_all();
}

namespace {

/// Ask for a guild's whole list with everything in it, page after page, each time under another
/// key, so that nothing kept answers.
class full_list_readers {
public:
  full_list_readers(const instance& where, std::int64_t guild) {
    constexpr int how_many = 4;
    for (int i = 0; i < how_many; ++i)
      readers_.emplace_back([this, &where, guild](const std::stop_token& stop) {
        while (!stop.stop_requested())
          read(where, guild, stop);
      });
  }
  ~full_list_readers() {
    for (auto& one : readers_)
      one.request_stop();
  }
  /// Pages that came, and those that were something else than 200.
  int pages() const {
    return pages_;
  }
  int failed() const {
    return failed_;
  }

private:
  void read(const instance& where, std::int64_t guild, const std::stop_token& stop) {
    constexpr int variety = 500;
    const auto limit = 1'000 - turn_++ % variety;
    auto target = of_guild(
        guild, "/members/enhanced?fields=full&include=equipment,character_data&limit="
                   + std::to_string(limit));
    system_test::kept_connection connection{where.port()};
    while (!target.empty() && !stop.stop_requested()) {
      const auto answer = connection.ask(
          {.target = target, .headers = {{"Authorization", "Bearer " + where.user_token()}}});
      ++(answer.status == 200 ? pages_ : failed_);
      const auto link = answer.header("link"); // <...>; rel="next"
      target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
  }

  std::atomic<int> turn_{0};
  std::atomic<int> pages_{0};
  std::atomic<int> failed_{0};
  std::vector<std::jthread> readers_;
};

} // namespace

// S10: cached small reads beside four readers of a large list that is made anew each time.
void measure_reads_beside_large(bench& in) {
  const auto& guilds = in.mirrored();
  auto& one =
      in.start({{"GUILDHALL_LOG_LEVEL", "warn"}, {"GUILDHALL_CACHE_MAX_BYTES", "16777216"}});
  const auto p99 = [&] { return calm_p99(in, one, row_of(guilds.small)); };
  p99(); // warm
  int pages = 0;
  constexpr int rounds = 5;
  const auto seen = in_turns(
      rounds,
      [&] {
        const full_list_readers beside{one, guilds.large};
        const auto value = p99();
        pages += beside.pages();
        if (beside.failed() > 0)
          throw std::runtime_error("a full list was refused");
        return value;
      },
      p99);
  if (pages == 0)
    throw std::runtime_error("no full list came");
  in.add(
      {.id = "S10",
       .what = "p99 of cached rows beside four full lists of 1,000",
       .value = seen.ours,
       .unit = "ms, anchor: without them",
       .anchor = seen.theirs,
       .wanted = 2,
       .at_most = true});
}

} // namespace guildhall::bench
