#pragma once

#include "tests/system/support/http.hpp"
#include "tests/system/support/process.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace guildhall::system_test {

struct guild_address {
  std::string realm;
  std::string slug;
  std::string region{"eu"};

  std::string path() const {
    return region + '/' + realm + '/' + slug;
  }
};

struct member {
  std::int64_t id{0};
  std::string realm;
  std::string name;
  std::int64_t rank{0};

  auto operator<=>(const member&) const = default;
};

struct ledger_entry {
  std::int64_t time_us{0};
  std::string kind;
  std::int64_t status{0};
  std::string path;
};

/// What the simulator counted.
struct ledger {
  std::int64_t requests{0};
  std::int64_t max_per_second{0};
  std::int64_t count_429{0};
  boost::json::object by_class;
  boost::json::object by_status;
  std::vector<ledger_entry> entries; ///< of budgeted requests and others, oldest first

  std::int64_t of_class(const std::string& name) const;
  std::int64_t of_status(int status) const;
  /// The most budgeted requests in any window of that length.
  std::int64_t most_within(std::chrono::seconds window) const;
};

/// The Battle.net simulator as a process, and its control API.
class simulator {
public:
  /// `arguments` of battlenet_sim; it chooses its port. Throws when it does not come up.
  simulator(std::vector<std::string> arguments, std::filesystem::path output);

  const std::string& url() const {
    return url_;
  }
  std::uint16_t port() const {
    return port_;
  }
  /// A control call, `what` without "/_sim/". Throws unless the answer is 200.
  boost::json::value get(const std::string& what) const;
  boost::json::value post(const std::string& what, const boost::json::value& arguments) const;
  void remove(const std::string& what) const;

  std::vector<guild_address> guilds() const;
  /// Ascending by id.
  std::vector<member> members(const guild_address& guild) const;

  std::int64_t now_ms() const;
  /// Since then (simulator's time; 0: since the start), of one class or all.
  ledger book(std::int64_t since_ms = 0, const std::string& kind = {}) const;

  /// A fault from now on; its id.
  std::int64_t add_fault(const boost::json::object& what) const;
  void clear_faults() const;

private:
  boost::json::value checked(const question& what) const;

  process process_;
  std::string url_;
  std::uint16_t port_{0};
};

} // namespace guildhall::system_test
