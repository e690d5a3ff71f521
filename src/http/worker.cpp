#include "http/worker.hpp"

#include "core/crypto.hpp"
#include "core/log.hpp"
#include "core/log_limit.hpp"
#include "http/connection.hpp"
#include "http/listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace guildhall::http {

namespace {

thread_local const worker* current_worker = nullptr;

/// An eighth of the shortest limit, so that none is missed by much.
std::chrono::milliseconds tick_length(const server_options& limits) {
  using std::chrono::milliseconds;
  const auto shortest = std::min(
      {limits.header_timeout, limits.body_timeout, limits.write_timeout, limits.idle_timeout,
       limits.request_deadline});
  return std::clamp(shortest / 8, milliseconds{5}, milliseconds{100});
}

} // namespace

worker::worker(shared_parts& shared, const listeners& all)
    : shared_{shared},
      listeners_{all},
      tick_length_{tick_length(shared.limits)},
      connections_{std::make_unique<connection_list>()},
      id_prefix_{crypto::random_hex(4)} {
  for (const auto& one : all)
    counts_.push_back(one->measures().fresh());
  set_date();
}

worker::~worker() {
  stop();
}

void worker::start() {
  thread_ = std::thread{[this] {
    current_worker = this;
    wait_for_tick();
    // Nothing that runs here throws on purpose. A handler that did anyway must not take the
    // thread and all its connections with it.
    for (;;) {
      try {
        io_.run();
        return;
      } catch (const std::exception& e) {
        if (process_log_limit().admit("http: exceptions of I/O threads"))
          log::error("http: an I/O thread caught an exception: {}", e.what());
      }
    }
  }};
}

void worker::begin_drain() {
  asio::post(io_, [this] {
    for (auto& one : *connections_)
      one.begin_drain();
  });
}

void worker::stop() {
  if (!thread_.joinable())
    return;
  asio::post(io_, [this] {
    stopping_ = true;
    timer_.cancel();
    for (auto& one : *connections_)
      one.abort();
    busy_.reset();
  });
  thread_.join();
  for (const auto& one : listeners_)
    one->measures().publish(counts_[one->index()]);
}

bool worker::is_current() const noexcept {
  return current_worker == this;
}

void worker::add(connection& which) {
  connections_->push_back(which);
}

std::uint64_t worker::tick_after(std::chrono::milliseconds wait) const noexcept {
  // The current tick is partly over already: one more.
  return tick_ + 1
       + static_cast<std::uint64_t>(
             (wait + tick_length_ - std::chrono::milliseconds{1}) / tick_length_);
}

std::string worker::make_request_id() {
  constexpr std::string_view digits = "0123456789abcdef";
  auto id = id_prefix_;
  const auto number = ids_++;
  for (int shift = 28; shift >= 0; shift -= 4)
    id += digits[(number >> shift) & 15];
  return id;
}

void worker::count(const listener& where, int status, double seconds) noexcept {
  where.measures().count(counts_[where.index()], status, seconds);
}

void worker::wait_for_tick() {
  timer_.expires_after(tick_length_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || stopping_)
      return;
    tick();
    wait_for_tick();
  });
}

void worker::tick() {
  ++tick_;
  for (auto& one : *connections_)
    one.tick(tick_);
  if (std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) == date_of_)
    return;
  set_date();
  for (const auto& one : listeners_) {
    one->measures().publish(counts_[one->index()]);
    one->measures().publish(one->connections, one->in_flight);
  }
  shared_.unsent_gauge.Set(static_cast<double>(shared_.unsent.held()));
  shared_.lines.write_left_out();
  write_left_out(process_log_limit());
}

void worker::set_date() {
  date_of_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto seconds = std::chrono::system_clock::to_time_t(date_of_);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  // Not strftime: its names follow the process's locale.
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};
  std::snprintf(
      text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday],
      utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  date_ = text.data();
}

} // namespace guildhall::http
