#pragma once

#include "actors/storage/change_listener.hpp"
#include "actors/storage/db_worker.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "store/postgres/connection.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace guildhall::app {

/// Hands out database connections, and sees to it that none is used before the schema fits and
/// the database is known to mirror the configured Battle.net. A database that is down at
/// start-up is prepared when it comes up. Thread-safe.
class database_gate {
public:
  explicit database_gate(const config& cfg);

  /// Migrates (or checks, as configured) and compares the upstream; once it has succeeded,
  /// nothing.
  result<void> prepare();

  result<std::unique_ptr<actors::db_link>> open(bool read_only);
  result<std::unique_ptr<actors::change_source>> open_feed();

  /// Ends every call that is blocked in a connection.
  void interrupt_all();

private:
  class link;

  store::connection_options options(bool read_only) const;

  store::connection_options base_;
  bool migrate_;
  std::map<std::string, std::string> api_hosts_;
  std::string oauth_host_;

  std::mutex preparing_;
  bool prepared_{false};

  std::mutex links_lock_;
  std::set<store::connection*> links_;
};

/// Region -> API host, as configured or Battle.net's own.
std::map<std::string, std::string> api_hosts(const config& cfg);

/// How every connection of this configuration is opened.
store::connection_options connection_options_of(const config& cfg);

} // namespace guildhall::app
