#pragma once

#include "tests/robustness/report.hpp"
#include "tests/system/support/traffic.hpp"
#include "tests/system/support/world.hpp"

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

/// The programs as processes, treated badly: one function for each target.
namespace guildhall::robustness {

using namespace std::chrono_literals;
using system_test::eventually;
using system_test::instance;
using system_test::quick_budget;
using system_test::quick_simulator;
using system_test::seconds_since;
using system_test::settings;
using system_test::steady;

/// How the whole run was asked for.
struct run_options {
  bool quick{false};
  std::uint64_t seed{1};

  /// The one or the other.
  template <class T>
  T choose(T in_full, T in_quick) const {
    return quick ? in_quick : in_full;
  }
};

/// A world of its own for one target, all of it in reach.
class field final : public system_test::world {
public:
  void TestBody() override {}

  using world::await_end;
  using world::await_idle;
  using world::db;
  using world::differences;
  using world::file;
  using world::flaws;
  using world::guild_id;
  using world::keep_what_is_acknowledged;
  using world::launch;
  using world::make_all_due;
  using world::mirror;
  using world::postgres;
  using world::refresh;
  using world::serve;
  using world::sim;
  using world::simulate;
  using world::sync_now;
  using world::track;

  /// Moves the database's clock, so that back-offs and leases pass sooner.
  void let_pass(std::chrono::seconds time) const;
  std::string database_name() const;
};

/// The lines of a run and how it was asked for, as every target gets them.
struct bench {
  report& lines;
  const run_options& how;
};

/// Resident memory of a process in MB: the most since `forget_peak`, its own and those of its
/// children that live.
double peak_megabytes(pid_t process);
void forget_peak(pid_t process);

/// Lets a process's threads go before those of PostgreSQL and the simulator, as if these had
/// machines of their own: they share two cores here, and a thread that runs for a moment waits
/// for those that compute. Says so where that is not allowed: what is measured then holds it.
void let_precede(pid_t process, const report& lines);

/// What clients were told, as lines: nothing odd, nobody left hanging.
void judge(
    report& lines, const std::string& id, const std::string& name,
    const system_test::told& heard);
/// What became of what was written.
void judge(
    report& lines, const std::string& id, const std::string& name,
    const system_test::kept& kept);

} // namespace guildhall::robustness
