#pragma once

#include "tests/support/postgres.hpp"
#include "tests/system/support/database.hpp"
#include "tests/system/support/instance.hpp"
#include "tests/system/support/simulator.hpp"
#include "tests/system/support/wait.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::system_test {

/// Arguments of a simulator that is fast and lets everything through; for tests in which limits
/// and latency are not the point.
std::vector<std::string> quick_simulator(std::vector<std::string> more);
/// Settings to go with it.
settings quick_budget();

/// A private PostgreSQL with an empty database, and on demand the simulator and instances of
/// guildhall. What they wrote is shown when a test fails.
class world : public testing::Test {
protected:
  world();
  ~world() override;

  simulator& simulate(std::vector<std::string> arguments);

  /// What guildhall is run with: the documented configuration file, this world's database and
  /// simulator, free ports; `overrides` on top.
  settings environment(const settings& overrides = {}) const;
  /// Starts `guildhall serve` and waits until it is ready.
  instance& serve(const settings& overrides = {}, std::vector<std::string> arguments = {});
  /// The same without waiting.
  instance& launch(
      const settings& overrides = {}, std::vector<std::string> arguments = {},
      unsigned files = 0);
  /// One of guildhall's other commands, run to its end.
  finished command(std::vector<std::string> arguments, const settings& overrides = {});

  /// Starts `serve` and expects it to end by itself, with the status of a mistake, saying so.
  void expect_refusal(const settings& overrides, const std::string& sentence);

  /// Asks the operators' listener to mirror a guild; the job's id.
  std::int64_t track(const instance& where, const guild_address& guild);
  std::int64_t sync_now(const instance& where, std::int64_t guild_id);
  /// Waits until a job has ended, done or failed. Throws when it takes too long.
  boost::json::value await_end(
      const instance& where, std::int64_t job,
      std::chrono::milliseconds bound = std::chrono::seconds{60});
  /// The same; throws also when it failed.
  boost::json::value await_job(
      const instance& where, std::int64_t job,
      std::chrono::milliseconds bound = std::chrono::seconds{60});
  /// Tracks a guild and waits until it is mirrored; its local id.
  std::int64_t mirror(
      const instance& where, const guild_address& guild,
      std::chrono::milliseconds bound = std::chrono::seconds{60});
  /// Syncs a guild now and waits for the end.
  void refresh(
      const instance& where, std::int64_t guild_id,
      std::chrono::milliseconds bound = std::chrono::seconds{60});
  /// Waits until nothing is due or being worked on.
  void await_idle(std::chrono::milliseconds bound = std::chrono::seconds{60});

  /// Everything is looked at once more, as it would be in some hours. What is under way writes
  /// its own times over these.
  void make_all_due() const;

  std::int64_t guild_id(const guild_address& guild) const;
  /// Open members of a guild as the database holds them, ascending by Battle.net's id.
  std::vector<member> stored_members(std::int64_t guild_id) const;
  /// In what the members here are not those there, with the same name, realm and rank.
  std::vector<std::string> differences(const guild_address& guild);
  void expect_mirrored(const guild_address& guild);
  /// What must hold in every database whatever happened, and does not.
  std::vector<std::string> flaws() const;
  void expect_sound() const;
  /// PostgreSQL keeps what it has acknowledged when it is stopped without a word; otherwise
  /// that is given up for speed. Of connections made from now on.
  void keep_what_is_acknowledged() const;

  std::filesystem::path file(const std::string& name) const {
    return folder_ / name;
  }
  simulator& sim() {
    return *simulator_;
  }

  test::postgres_cluster& postgres{test::postgres_cluster::shared()};
  database db;

private:
  std::filesystem::path folder_;
  std::unique_ptr<simulator> simulator_;
  std::deque<instance> instances_;
  std::vector<std::filesystem::path> logs_;
  int commands_{0};
};

/// How often something is in a text.
std::size_t count_of(const std::string& what, const std::string& in);

/// Text of a JSON string.
std::string text(const boost::json::value& value);

} // namespace guildhall::system_test
