#pragma once

#include "core/trace_context.hpp"
#include "http/account/request_metrics.hpp"
#include "http/net.hpp"
#include "http/server.hpp"

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace guildhall::http {

class connection;
class listener;
struct shared_parts;

using connection_hook = boost::intrusive::list_base_hook<
    boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One I/O thread with its io_context and its connections. Time limits are counted in ticks of
/// one timer per thread instead of one timer per wait: they end up to one tick late, and cost a
/// request nothing.
class worker {
public:
  using listeners = std::vector<std::unique_ptr<listener>>;

  worker(shared_parts& shared, const listeners& all);
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  ~worker();

  // --- any thread ---
  void start();
  /// Connections of draining listeners that idle are to end soon.
  void begin_drain();
  /// Ends every connection and then the thread.
  void stop();
  asio::io_context& context() noexcept {
    return io_;
  }
  bool is_current() const noexcept;
  /// Open connections, for dealing out new ones.
  std::atomic<unsigned> load{0};

  // --- its own thread ---
  void add(connection& which);
  std::uint64_t tick_now() const noexcept {
    return tick_;
  }
  /// The first tick that is at least `wait` away.
  std::uint64_t tick_after(std::chrono::milliseconds wait) const noexcept;
  std::string_view date() const noexcept {
    return date_;
  } ///< RFC 9110 section 5.6.7
  std::string make_request_id();
  trace_ids& traces() noexcept {
    return traces_;
  }
  void count(const listener& where, int status, double seconds) noexcept;
  bool stopping() const noexcept {
    return stopping_;
  }

private:
  using connection_list =
      boost::intrusive::list<connection, boost::intrusive::constant_time_size<false>>;

  void wait_for_tick();
  void tick();
  void set_date();

  shared_parts& shared_;
  const listeners& listeners_;
  const std::chrono::milliseconds tick_length_;
  asio::io_context io_{1};
  asio::executor_work_guard<net_executor> busy_{io_.get_executor()};
  net_timer timer_{io_};
  std::unique_ptr<connection_list> connections_;
  std::vector<request_counts> counts_; ///< by listener
  std::uint64_t tick_{0};
  std::string date_;
  std::chrono::sys_seconds date_of_{};
  std::string id_prefix_;
  std::uint32_t ids_{0};
  trace_ids traces_;
  bool stopping_{false};
  std::thread thread_;
};

} // namespace guildhall::http
