#pragma once

#include "tests/bench/anchors.hpp"
#include "tests/bench/report.hpp"
#include "tests/system/support/world.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// What the figures of guildhall_bench share: a world of their own, one after another.
namespace guildhall::bench {

/// Guildhall's connections for reading, and keep-alive connections of the load generator: for
/// what is cached, and for what is not, which keeps the readers busy and makes nobody wait for
/// so long that guildhall refuses.
inline constexpr unsigned readers = 4;
inline constexpr unsigned connections = 64;
inline constexpr unsigned few_connections = 2 * readers;

/// Two guilds of 1,000 and 200 members, mirrored from the simulator, and what that took.
struct mirrored_guilds {
  std::int64_t large{0};
  std::int64_t small{0};
  double cpu{0};       ///< seconds of guildhall's
  double documents{0}; ///< that were asked for
  double resident{0};  ///< megabytes, afterwards
};

class bench final : public system_test::world {
public:
  explicit bench(wishes what) : wishes_{std::move(what)} {}
  void TestBody() override {}

  using world::await_idle;
  using world::await_job;
  using world::file;
  using world::guild_id;
  using world::make_all_due;
  using world::mirror;
  using world::sim;
  using world::simulate;
  using world::sync_now;
  using world::track;

  /// Runs it if one of these is wanted. It may throw: then they are not measured. Whatever it
  /// started of guildhall ends with it.
  void measure(std::initializer_list<std::string_view> ids, void (*how)(bench&));
  void add(figure one);
  const std::vector<figure>& figures() const {
    return figures_;
  }

  /// Guildhall at work; without `wait` it may not be ready yet.
  system_test::instance& start(const system_test::settings& how = {}, bool wait = true);
  void stop_all();

  system_test::database& store() {
    return db;
  }
  /// Where PostgreSQL may write files.
  std::filesystem::path folder_of_postgres() const {
    return postgres.folder();
  }
  /// An empty database.
  void start_over();
  /// Mirrors them if they are not, with the limits off; their simulator is left running.
  const mirrored_guilds& mirrored();
  /// An empty database but for 1,000 guilds of 200 members, ids from 1. Nothing of it is due.
  void fill_with_a_crowd();

private:
  wishes wishes_;
  mirrored_guilds mirrored_;
  std::vector<system_test::instance*> started_;
  std::vector<figure> figures_;
};

/// "/api/guilds/7" and what is behind it.
std::string of_guild(std::int64_t guild, std::string_view rest);
/// What the load generator sends, which is a user's token.
std::vector<std::string> headers_of(const system_test::instance& where);

/// Memory of a process in megabytes: now, and at most so far.
double resident_megabytes(pid_t process);
double highest_resident_megabytes(pid_t process);
/// User and system time of a process so far.
double cpu_seconds(pid_t process);
/// A number of /metrics, without "guildhall_" and labels.
double metric(const system_test::instance& where, const std::string& name);

/// The middle one of so many measurements.
double median_of(int rounds, const std::function<double()>& measure);

struct rivals {
  double ours{0};
  double theirs{0};
};
/// Measures both in turns, since machines drift, and answers the round of the median ratio.
rivals in_turns(
    int rounds, const std::function<double()>& ours, const std::function<double()>& theirs);

// One function for each figure, or for those that need the same world. In this order: the later
// ones read what the earlier ones left mirrored.
void measure_first_sync(bench& in);         // F1
void measure_two_instances(bench& in);      // F2
void measure_an_hour_spent(bench& in);      // F2
void measure_amid_large_guilds(bench& in);  // F4, F5
void measure_ingestion(bench& in);          // F6
void measure_start(bench& in);              // S6, S7
void measure_cached(bench& in);             // S1
void measure_uncached(bench& in);           // S2, S3
void measure_sizes(bench& in);              // S5
void measure_reads_amid_sync(bench& in);    // S4
void measure_reads_beside_large(bench& in); // S10
void measure_crowd_served(bench& in);       // S6
void measure_small_cache(bench& in);        // S9
void measure_many_syncs(bench& in);         // S6

} // namespace guildhall::bench
