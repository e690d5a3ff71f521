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

/// wrk on 127.0.0.1; throws when it saw answers other than 200. Writes its log to `folder`.
load run_wrk(
    std::uint16_t port, const std::string& target, const std::vector<std::string>& headers,
    const std::filesystem::path& folder, unsigned connections, std::chrono::seconds length);

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
