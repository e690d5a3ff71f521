#pragma once

#include "client.hpp"
#include "core/metrics.hpp"
#include "http/negotiation.hpp"
#include "http/server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace guildhall::http::test {

using namespace std::chrono_literals;

/// Waits for a condition that another thread brings about; false after 10 s.
template <class Condition>
bool eventually(Condition holds) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// Slots that a handler put away, for a test to answer or drop.
class slot_box {
public:
  void put(reply_slot slot) {
    const std::lock_guard guard{lock_};
    slots_.push_back(std::move(slot));
  }
  std::size_t size() {
    const std::lock_guard guard{lock_};
    return slots_.size();
  }
  std::vector<reply_slot> take() {
    const std::lock_guard guard{lock_};
    return std::exchange(slots_, {});
  }

private:
  std::mutex lock_;
  std::vector<reply_slot> slots_;
};

/// A server on a port of its own with a few routes:
///   GET /hello        answers at once
///   GET, POST /wait   puts its slot into `slots`
///   GET /later        answers from another thread
///   GET /big          100 KB, with ETag
///   POST /echo        the body
///   GET /throw        throws
class server_test : public ::testing::Test {
protected:
  void start(server_options how = {}, listener_options with = {}) {
    with.name = "api";
    add_routes(with.routes);
    if (how.io_threads == 0)
      how.io_threads = 2;
    how.listeners.insert(how.listeners.begin(), std::move(with));
    auto started = server::start(std::move(how), measures);
    ASSERT_TRUE(started) << started.error().message;
    running = std::move(*started);
    port = running->port("api");
  }

  static response text(int status, std::string body) {
    return json_response(status, std::move(body));
  }

  metrics measures;
  slot_box slots;
  std::string big = std::string(100'000, 'x') + "end";
  std::unique_ptr<server> running;
  std::uint16_t port{0};

private:
  void add_routes(router& routes) {
    routes.add(method::get, "/hello", [](const request&, reply_slot slot) {
      slot.send(text(200, "\"hello\""));
    });
    for (const auto verb : {method::get, method::post})
      routes.add(verb, "/wait", [this](const request&, reply_slot slot) {
        slots.put(std::move(slot));
      });
    routes.add(method::get, "/later", [](const request&, reply_slot slot) {
      std::thread{[slot = std::move(slot)]() mutable {
        slot.send(text(200, "\"later\""));
      }}.detach();
    });
    routes.add(method::get, "/big", [this](const request& what, reply_slot slot) {
      const auto how = preferred_coding(what.header("Accept-Encoding"));
      slot.send(respond(*make_answer(big, how), what.header("If-None-Match")));
    });
    routes.add(method::post, "/echo", [](const request& what, reply_slot slot) {
      slot.send(text(200, what.body));
    });
    routes.add(method::get, "/throw", [](const request&, reply_slot) {
      throw std::runtime_error{"a bug"};
    });
  }
};

} // namespace guildhall::http::test
