#pragma once

#include "tests/support/child.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

/// What stands beside and before a PostgreSQL: a standby, and the poolers that operators use.
namespace guildhall::test {

class postgres_cluster;

/// A standby of the test's cluster: its copy, which follows it.
class standby_node {
public:
  explicit standby_node(postgres_cluster& primary);
  ~standby_node();
  standby_node(const standby_node&) = delete;
  standby_node& operator=(const standby_node&) = delete;

  std::string folder() const {
    return folder_.string();
  }
  std::uint16_t port() const {
    return port_;
  }
  /// Superuser `tester` through the Unix socket.
  std::string dsn(const std::string& database) const;
  /// Makes it a primary.
  void promote();

private:
  std::filesystem::path folder_;
  std::uint16_t port_{0};
  child server_;
};

/// PgBouncer before a PostgreSQL on this machine.
class pooler {
public:
  struct options {
    std::string mode{"session"}; ///< `pool_mode`
    bool ignores_options{false}; ///< of the start-up: `ignore_startup_parameters`
    int pool_size{20};
  };
  static bool available();
  /// `host` (a folder of sockets) and `port` of the server.
  pooler(const std::string& host, std::uint16_t port, options how);
  ~pooler();
  pooler(const pooler&) = delete;
  pooler& operator=(const pooler&) = delete;

  std::string dsn(const std::string& database) const;
  std::uint16_t port() const {
    return port_;
  }

private:
  std::filesystem::path folder_;
  std::uint16_t port_{0};
  child program_;
};

} // namespace guildhall::test
