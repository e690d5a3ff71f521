#pragma once

#include "tests/system/support/http.hpp"
#include "tests/system/support/process.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace guildhall::system_test {

/// `guildhall serve` as a process, and requests to its two listeners.
class instance {
public:
  /// `environment` is complete: database, hosts, keys; ports are in it as well.
  instance(
      settings environment, std::vector<std::string> arguments, std::filesystem::path log,
      unsigned files = 0);

  process& child() {
    return process_;
  }
  /// A user's token, minted when first asked for: that takes the database.
  const std::string& user_token() const;
  /// The API, with that token.
  reply
  api(const std::string& target, std::map<std::string, std::string> headers = {},
      std::chrono::milliseconds timeout = std::chrono::seconds{10}) const;
  /// The operators' listener, with an operator's token.
  reply admin(
      const std::string& method, const std::string& target,
      const boost::json::value& body = nullptr) const;
  /// What the API answers, with status 200; throws otherwise.
  boost::json::value data(const std::string& target) const;

  /// A counter without labels, by its name without "guildhall_"; throws when there is none.
  std::int64_t counted(const std::string& name) const;

  /// Status of /live or /ready; 0 when nobody answers.
  int probe(const std::string& target) const;
  void await_ready(std::chrono::milliseconds bound = std::chrono::seconds{20});

  /// SIGTERM, and the exit status. Throws if it does not end within the bound.
  int stop(std::chrono::milliseconds bound = std::chrono::seconds{30});

  std::uint16_t port() const {
    return port_;
  }
  std::uint16_t admin_port() const {
    return admin_port_;
  }

private:
  std::uint16_t port_;
  std::uint16_t admin_port_;
  settings environment_;
  std::filesystem::path log_;
  std::string operator_token_;
  mutable std::once_flag minted_;
  mutable std::string user_token_;
  process process_;
};

/// Runs another of guildhall's commands.
finished run_guildhall(
    const settings& environment, std::vector<std::string> arguments,
    const std::filesystem::path& output);

} // namespace guildhall::system_test
