#pragma once

#include "battlenet/http_client.hpp"
#include "tests/integration/battlenet/scripted_server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace guildhall::test {

using namespace std::chrono_literals;

/// No answer may take longer; a test that waits this long has failed.
constexpr std::chrono::seconds patience{20};

inline deadline in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

template <class Condition>
bool eventually(Condition holds) {
  const auto until = in(patience);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until)
      return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

/// An answer to come.
class pending {
public:
  explicit pending(std::future<battlenet::answer> to_come) : future_(std::move(to_come)) {}

  bool is_there() const {
    return future_.wait_for(0s) == std::future_status::ready;
  }

  battlenet::answer get() {
    if (future_.wait_for(patience) != std::future_status::ready) {
      ADD_FAILURE() << "no answer";
      return {};
    }
    return future_.get();
  }

private:
  std::future<battlenet::answer> future_;
};

class http_client_test : public testing::Test {
protected:
  void TearDown() override {
    if (client_)
      client_->close();
    guard_.reset();
    for (auto& thread : threads_)
      thread.join();
  }

  void connect(battlenet::client_options options) {
    auto made = battlenet::http_client::make(io_, std::move(options));
    ASSERT_TRUE(made) << made.error().message;
    client_ = *made;
    for (int i = 0; i < 2; ++i)
      threads_.emplace_back([this] { io_.run(); });
  }

  void connect(const scripted_server& server) {
    connect(options_for(server));
  }

  static battlenet::client_options options_for(const scripted_server& server) {
    battlenet::client_options options;
    options.base_url = server.url();
    return options;
  }

  pending
  ask(std::string target, std::chrono::milliseconds within = patience,
      std::string if_modified_since = "") {
    auto promise = std::make_shared<std::promise<battlenet::answer>>();
    auto future = promise->get_future();
    battlenet::request what;
    what.target = std::move(target);
    what.namespace_value = "profile-eu";
    client_->get(
        what, "token", std::move(if_modified_since), in(within),
        [promise](battlenet::answer got) { promise->set_value(std::move(got)); });
    return pending{std::move(future)};
  }

  pending post_form(std::string target) {
    auto promise = std::make_shared<std::promise<battlenet::answer>>();
    auto future = promise->get_future();
    client_->post_form(
        std::move(target), "user", "password", "a=b", in(patience),
        [promise](battlenet::answer got) { promise->set_value(std::move(got)); });
    return pending{std::move(future)};
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      io_.get_executor()};
  std::vector<std::thread> threads_;
  std::shared_ptr<battlenet::http_client> client_;
};

} // namespace guildhall::test
