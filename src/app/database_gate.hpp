#pragma once

#include "actors/storage/change_listener.hpp"
#include "actors/storage/db_worker.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/migrations.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

namespace guildhall::app {

/// Hands out database connections, and sees to it that none is used before the schema fits and
/// the database is known to mirror the configured Battle.net. Thread-safe.
class database_gate {
public:
  explicit database_gate(const config& cfg);

  /// Migrates (or checks, as configured) and compares the upstream; once it has succeeded,
  /// nothing. Who calls while another one is at it has that one's outcome.
  result<void> prepare(const store::migration_watch& watch = {});
  /// Checks schema and upstream by a connection for reading: links for reading are handed out
  /// from then on. For one whose primary is away.
  result<void> prepare_for_reads();

  result<std::unique_ptr<actors::db_link>> open(bool read_only);
  /// The connection that listens: by `database.listen_dsn`, if there is one. Behind a pooler in
  /// transaction mode nothing can be heard without it.
  result<std::unique_ptr<actors::change_source>> open_feed();

  /// Ends every attempt to connect that is under way (`shutting_down`).
  void interrupt_attempts();
  /// Ends these, and every call that is blocked in a connection.
  void interrupt_all();
  /// The process ends: nobody listens any more.
  void end_feed();

private:
  class link;
  /// A connection that `interrupt_all` ends, for as long as this lives.
  class interruptible;

  result<void> prepare_now(const store::migration_watch& watch);
  store::connection_options options(bool read_only) const;
  std::stop_token end_of_attempts() const;
  result<void> bring_up_to_date(store::connection& db, const store::migration_watch& watch);
  /// The last check: from then on links for reading are handed out.
  result<void> check_mirrored(store::connection& db);

  store::connection_options base_;
  store::connection_options direct_;
  bool migrate_;
  std::map<std::string, std::string> api_hosts_;
  std::string oauth_host_;

  std::mutex lock_;
  std::condition_variable_any attempt_ended_;
  std::shared_ptr<std::optional<result<void>>> attempt_; ///< while one prepares
  bool prepared_{false};
  std::atomic<bool> readable_{false}; ///< prepared for reading at least
  mutable std::mutex attempts_lock_;
  std::stop_source attempts_;
  std::stop_source feed_;
  bool said_deaf_{false};

  std::mutex links_lock_;
  std::set<store::connection*> links_;
};

/// Region -> API host, as configured or Battle.net's own.
std::map<std::string, std::string> api_hosts(const config& cfg);

/// How every connection of this configuration is opened.
store::connection_options connection_options_of(const config& cfg);

/// The same for what needs a session of its own where there is a direct connection: LISTEN,
/// migrations.
store::connection_options direct_connection_options_of(const config& cfg);

} // namespace guildhall::app
