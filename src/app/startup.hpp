#pragma once

#include "app/database_gate.hpp"
#include "core/error.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace guildhall::app {

/// Whether the start ends with this: a mistake of whoever configured, or a fault that time does
/// not mend. What remains is an outage, which is waited for.
bool ends_the_start(ec code) noexcept;

/// The exit status of a command that ends with this: 2 when the configuration is wrong, which
/// includes a database that is not ours, else 1.
int exit_status(ec code) noexcept;

/// Prepares the database on a thread of its own, again and again while it is away, so that
/// whoever waits for signals can answer them meanwhile.
class startup {
public:
  struct options {
    /// Enough to begin with, when no connection for writing could be had for
    /// `domain::reads_alone_after`: this instance only answers.
    bool reads_suffice{false};
    /// Told once how it went, on that thread; never after `stop`.
    std::function<void(result<void>)> on_done;
  };

  startup(database_gate& gate, options how);
  void begin();
  /// Waits for the thread.
  ~startup();
  startup(const startup&) = delete;
  startup& operator=(const startup&) = delete;

  /// What it is at, for a person to read; none once it is done.
  std::optional<std::string> doing() const;
  /// Why no connection for writing can be had, when it was done with reading alone.
  std::optional<failure> no_writer() const;

  /// Gives up. Whether the thread ended within this time: a name server or a connection attempt
  /// may hold it for longer, and the process should not wait for it.
  bool stop(std::chrono::milliseconds at_most);

private:
  void run(const std::stop_token& stop);
  result<void> prepare(const std::stop_token& stop);
  void note_step(const store::migration* which);
  void note_outage(const failure& why);
  void set_doing(std::optional<std::string> what);
  void pause(const std::stop_token& stop, std::chrono::milliseconds time);

  database_gate& gate_;
  const options how_;
  const std::chrono::steady_clock::time_point began_{std::chrono::steady_clock::now()};
  std::string told_; ///< of the outage, last
  std::chrono::steady_clock::time_point told_at_{};

  mutable std::mutex lock_;
  std::condition_variable_any changed_;
  std::optional<std::string> doing_{"starting"};
  std::optional<failure> no_writer_;
  bool ended_{false};
  std::jthread thread_;
};

} // namespace guildhall::app
