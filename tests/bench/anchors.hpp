#pragma once

#include "tests/system/support/process.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// What guildhall is measured against, and the load generators: public tools, run as processes.
namespace guildhall::bench {

struct load {
  double per_second{0};
  double p99_ms{0};
};

struct wrk_options {
  std::uint16_t port{0}; ///< on 127.0.0.1
  std::string target;
  std::vector<std::string> headers{};
  std::filesystem::path folder; ///< for its log and its script
  unsigned connections{1};      ///< kept alive
  std::chrono::seconds length{1};
  std::string script{}; ///< Lua: what is asked otherwise than the target again and again
};

/// Throws when it saw answers other than 200. One at a time in a folder.
load run_wrk(const wrk_options& how);

/// nginx that serves files of `folder`; ended with the object.
class static_server {
public:
  explicit static_server(std::filesystem::path folder);
  ~static_server(); ///< asks it to end: killed, it would leave its workers behind
  std::uint16_t port() const {
    return port_;
  }

private:
  std::uint16_t port_;
  std::unique_ptr<system_test::process> nginx_;
};

/// Transactions per second of one prepared statement, as many connections as guildhall's
/// readers. Writes its script and log to `folder`.
double run_pgbench(
    const std::string& dsn, const std::string& sql, const std::filesystem::path& folder,
    unsigned connections, std::chrono::seconds length);

} // namespace guildhall::bench
