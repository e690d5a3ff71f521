#pragma once

#include "core/error.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/session.hpp"
#include "store/run.hpp"
#include "tests/support/child.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// A private PostgreSQL 15 for tests: one cluster per test process, in a directory of its own,
/// without fsync, gone when the process ends (also when it is killed). Databases are cloned
/// from a migrated template. Linked through `guildhall_test_support`.
namespace guildhall::test {

/// Waits until what was just started, which writes this log, answers by that DSN. Throws
/// std::runtime_error, with the log, if it ends or takes too long.
void await_answer(const std::string& dsn, child& program, const std::filesystem::path& log);

class postgres_cluster {
public:
  /// Started when first asked for. Throws std::runtime_error, with the server's log, if it
  /// cannot be.
  static postgres_cluster& shared();
  /// Whether PostgreSQL 15 is installed; tests fail, saying so, otherwise.
  static bool available();

  postgres_cluster(const postgres_cluster&) = delete;
  postgres_cluster& operator=(const postgres_cluster&) = delete;
  ~postgres_cluster();

  /// Superuser `tester` through the Unix socket, trusted.
  std::string dsn(const std::string& database) const;
  /// The same over TCP; `port` of a proxy in between.
  std::string tcp_dsn(const std::string& database, std::uint16_t port) const;
  /// User `guarded`, over TCP, who needs the password "correct".
  std::string guarded_dsn(const std::string& database, const std::string& password) const;
  std::uint16_t port() const {
    return port_;
  }
  /// Where its socket is.
  std::string folder() const {
    return dir_.string();
  }

  enum class shutdown { fast, immediate };
  /// Every backend is terminated, or simply ends as in a crash. `start` waits until it answers.
  void stop(shutdown how = shutdown::fast);
  void start();
  bool running() {
    return server_.running();
  }
  /// Restarts as a standby, as an old primary is after a failover; `promote` undoes it.
  void become_standby();
  void promote();
  /// Ends every backend of the database but the caller's.
  void terminate_backends(const std::string& database);

  /// An empty database, or a migrated one.
  std::string create_empty_database();
  std::string create_database();
  void drop_database(const std::string& name);

private:
  postgres_cluster();
  void init();
  void make_template();
  std::string next_name();
  void admin(const std::string& sql);

  std::filesystem::path dir_;
  std::uint16_t port_{0};
  child server_;
  int databases_{0};
  bool has_template_{false};
};

/// A database of its own for one test.
class test_database {
public:
  test_database();
  ~test_database();
  test_database(const test_database&) = delete;
  test_database& operator=(const test_database&) = delete;

  const std::string& name() const {
    return name_;
  }
  std::string dsn() const;
  store::connection_options options() const;
  /// Throws if it cannot be had.
  std::unique_ptr<store::connection> connect() const;

  /// Runs `work` on the test's own connection; throws on a failure of the connection.
  template <class F>
  auto run(F work) {
    using outcome = std::invoke_result_t<F, store::session&>;
    outcome out = fail(ec::internal);
    run_on(own(), [&](store::session& db) { out = work(db); });
    return out;
  }
  /// The answer to one operation.
  template <domain::operation Operation>
  auto ask(const Operation& what) {
    return run([&](store::session& db) { return store::run(db, what); });
  }
  /// Plain SQL; the first column of the first row, "" if there is none or it is null.
  std::string scalar(const std::string& sql);
  std::int64_t count(const std::string& sql);
  void exec(const std::string& sql);
  /// Moves `app_now()`, for every session at once.
  void shift_clock(std::chrono::seconds by);

  static void
  run_on(store::connection& connection, const std::function<void(store::session&)>& work);

private:
  store::connection& own();

  std::string name_;
  std::unique_ptr<store::connection> own_;
};

} // namespace guildhall::test
