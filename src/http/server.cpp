#include "http/server.hpp"

#include "core/log.hpp"
#include "http/listener.hpp"
#include "http/worker.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace guildhall::http {

namespace {

constexpr unsigned max_default_threads = 8;
constexpr std::chrono::milliseconds poll_interval{2};

template <class Condition>
bool wait_until(std::chrono::steady_clock::time_point end, Condition holds) {
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(poll_interval);
  }
  return true;
}

} // namespace

unsigned io_threads_of(unsigned wanted) noexcept {
  if (wanted > 0)
    return wanted;
  return std::clamp(std::thread::hardware_concurrency(), 1u, max_default_threads);
}

server_options options_from(const config& cfg) {
  // Operators and probes are few; what they ask is small.
  constexpr unsigned admin_connections = 64;
  server_options out;
  out.io_threads = cfg.http.io_threads;
  out.max_header_bytes = cfg.http.max_header_bytes;
  out.max_body_bytes = cfg.http.max_body_bytes;
  out.header_timeout = cfg.http.header_timeout;
  out.body_timeout = cfg.http.body_timeout;
  out.write_timeout = cfg.http.write_timeout;
  out.idle_timeout = cfg.http.idle_timeout;
  out.request_deadline = cfg.http.request_deadline;
  out.max_unsent_bytes = cfg.http.max_unsent_bytes;
  out.trust = trust_from(cfg);
  auto& api = out.listeners.emplace_back();
  api.name = "api";
  api.address = cfg.http.address;
  api.port = cfg.http.port;
  api.cors_origins.set(cfg.cors.origins);
  api.max_connections = cfg.http.max_connections;
  api.max_connections_per_address = cfg.http.max_connections_per_address;
  api.max_in_flight = cfg.http.max_in_flight;
  auto& admin = out.listeners.emplace_back();
  admin.name = "admin";
  admin.address = cfg.admin.address;
  admin.port = cfg.admin.port;
  admin.max_connections = admin_connections;
  admin.max_connections_per_address =
      std::min(cfg.http.max_connections_per_address, admin_connections / 2);
  admin.sheds_large_answers = false;
  admin.private_hosts_only = true;
  admin.uses_spare_descriptors = true;
  admin.max_in_flight = admin_connections;
  admin.drains_last = true;
  return out;
}

struct server::state {
  state(server_options how, metrics& measures) : shared{std::move(how), measures} {}

  shared_parts shared;
  std::vector<std::unique_ptr<listener>> listeners;
  std::vector<std::unique_ptr<worker>> workers;
  std::atomic<bool> draining{false};
  std::atomic<bool> stopped{false};

  void drain(bool last_ones) {
    for (const auto& one : listeners)
      if (one->options().drains_last == last_ones && !one->draining())
        one->begin_drain();
    for (const auto& thread : workers)
      thread->begin_drain();
  }

  bool wait_empty(bool last_ones, std::chrono::steady_clock::time_point end) {
    return wait_until(end, [&] {
      return std::all_of(listeners.begin(), listeners.end(), [&](const auto& one) {
        return one->options().drains_last != last_ones
            || (!one->accepting() && one->connections == 0);
      });
    });
  }
};

server::server(std::unique_ptr<state> own) : state_{std::move(own)} {}

server::~server() {
  stop();
}

result<std::unique_ptr<server>> server::start(server_options how, metrics& measures) {
  auto wanted = std::exchange(how.listeners, {});
  auto own = std::make_unique<state>(std::move(how), measures);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    own->listeners.push_back(
        std::make_unique<listener>(std::move(wanted[i]), own->shared, i, measures));
  for (unsigned i = 0; i < io_threads_of(own->shared.limits.io_threads); ++i)
    own->workers.push_back(std::make_unique<worker>(own->shared, own->listeners));
  auto& first = *own->workers.front();
  for (const auto& one : own->listeners)
    if (auto opened = one->open(first.context()); !opened) {
      for (const auto& other : own->listeners)
        other->release();
      return fail(std::move(opened.error()));
    }
  own->shared.spare.fill();
  for (const auto& one : own->listeners) {
    one->start(own->workers);
    log::info(
        "http: {} listens on {}:{}", one->options().name, one->options().address, one->port());
  }
  for (const auto& thread : own->workers)
    thread->start();
  return std::unique_ptr<server>{new server{std::move(own)}};
}

std::uint16_t server::port(std::string_view name) const {
  for (const auto& one : state_->listeners)
    if (one->options().name == name)
      return one->port();
  return 0;
}

void server::begin_drain() {
  if (!state_->draining.exchange(true) && !state_->stopped)
    state_->drain(false);
}

bool server::draining() const noexcept {
  return state_->draining;
}

bool server::wait_drained(std::chrono::milliseconds at_most) {
  const auto end = std::chrono::steady_clock::now() + at_most;
  begin_drain();
  if (state_->stopped)
    return true;
  const auto first = state_->wait_empty(false, end);
  state_->drain(true);
  const auto last = state_->wait_empty(true, end);
  return first && last;
}

void server::stop() {
  if (state_->stopped.exchange(true))
    return;
  state_->draining = true;
  for (const auto& one : state_->listeners)
    one->stop();
  // The threads run until then: a loop that waits for a connection ends when its socket closes.
  for (const auto& one : state_->listeners)
    while (one->accepting())
      std::this_thread::sleep_for(poll_interval);
  for (const auto& thread : state_->workers)
    thread->stop();
  for (const auto& one : state_->listeners)
    one->release();
}

std::size_t server::in_flight() const noexcept {
  std::size_t sum = 0;
  for (const auto& one : state_->listeners)
    sum += one->in_flight;
  return sum;
}

std::size_t server::connections() const noexcept {
  std::size_t sum = 0;
  for (const auto& one : state_->listeners)
    sum += one->connections;
  return sum;
}

} // namespace guildhall::http
