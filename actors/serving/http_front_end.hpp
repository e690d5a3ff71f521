#pragma once

#include "actors/interfaces.hpp"
#include "http/server.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace guildhall::actors {

using http_server_factory = std::function<result<std::unique_ptr<http::server>>()>;

struct http_front_end_options {
  http_server_factory start;
  /// Called before it drains: waits while a stop is only announced.
  std::function<void()> before_drain{};
  std::chrono::milliseconds drain_timeout{20'000};
};

struct http_front_end_state {
  explicit http_front_end_state(
      http_front_end_actor::stateful_pointer<http_front_end_state> self);

  std::unique_ptr<http::server> server;
  http_front_end_options options;
  static inline const char* name = "http-front-end";
};

/// HTTP FRONT END: owns the web server with its listeners and I/O threads. On an exit message
/// it drains (accepts until the backlog is empty, answers what was accepted) and then ends; it
/// blocks meanwhile, so it is spawned detached. If the listeners cannot be opened it ends at
/// once and its supervisor tries again.
http_front_end_actor::behavior_type http_front_end(
    http_front_end_actor::stateful_pointer<http_front_end_state> self,
    http_front_end_options options);

} // namespace guildhall::actors
