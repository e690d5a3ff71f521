#include "http/listener.hpp"

#include "core/log.hpp"
#include "http/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace guildhall::http {

namespace {

using boost::system::error_code;

worker& least_loaded(const listener::workers& threads) {
  return **std::min_element(threads.begin(), threads.end(), [](const auto& a, const auto& b) {
    return a->load.load() < b->load.load();
  });
}

failure refusal(const listener_options& how, const error_code& error) {
  const auto where = how.address + ":" + std::to_string(how.port);
  if (error == asio::error::address_in_use)
    return {
        ec::bad_config,
        where + " (" + how.name
            + ") is already taken: is another guildhall running? Stop it or choose "
              "another port"};
  return {
      ec::bad_config, "Cannot listen on " + where + " (" + how.name + "): " + error.message()};
}

/// One try, never waiting: whoever floods us gets no attention beyond this.
void refuse(net_socket peer) {
  const auto answer = error_response({ec::overloaded, {}});
  const std::string text = "HTTP/1.1 503 Service Unavailable\r\n" + answer.headers
                         + "Content-Length: " + std::to_string(answer.body->size())
                         + "\r\nConnection: close\r\n\r\n" + *answer.body;
  error_code ignored;
  peer.non_blocking(true, ignored);
  peer.write_some(asio::buffer(text), ignored);
  peer.shutdown(net_socket::shutdown_send, ignored);
}

} // namespace

listener::listener(
    listener_options how, const server_options& limits, std::size_t index, metrics& measures)
    : options_{std::move(how)},
      limits_{limits},
      index_{index},
      measures_{options_.name, measures} {}

result<void> listener::open(asio::io_context& io) {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error)
    return fail(
        ec::bad_config,
        "\"" + options_.address + "\" (" + options_.name + ") is no IP address");
  const tcp::endpoint where{address, options_.port};
  acceptor_.emplace(io.get_executor());
  acceptor_->open(where.protocol(), error);
  // On Linux this lets a restart bind at once, but never two sockets listen on one address.
  if (!error)
    acceptor_->set_option(net_acceptor::reuse_address{true}, error);
  if (!error)
    acceptor_->bind(where, error);
  if (!error)
    acceptor_->listen(net_acceptor::max_listen_connections, error);
  if (!error)
    acceptor_->non_blocking(true, error);
  if (error)
    return fail(refusal(options_, error));
  port_ = acceptor_->local_endpoint(error).port();
  return {};
}

void listener::start(const workers& threads) {
  accepting_ = true;
  asio::co_spawn(acceptor_->get_executor(), accept_loop(threads), asio::detached);
}

void listener::begin_drain() {
  draining_ = true;
  asio::post(acceptor_->get_executor(), [this] {
    error_code ignored;
    acceptor_->cancel(ignored);
  });
}

void listener::stop() {
  draining_ = true;
  asio::post(acceptor_->get_executor(), [this] {
    error_code ignored;
    acceptor_->close(ignored);
  });
}

task<> listener::accept_loop(const workers& threads) {
  constexpr std::chrono::milliseconds pause{50}; // out of descriptors: some will come back
  net_timer timer{acceptor_->get_executor()};
  while (!draining_) {
    auto& thread = least_loaded(threads);
    net_socket peer{thread.context().get_executor()};
    error_code error;
    co_await acceptor_->async_accept(peer, asio::redirect_error(use_task, error));
    if (!error) {
      admit(std::move(peer), thread);
    } else if (error != asio::error::operation_aborted && !draining_) {
      log::warn("http: {} cannot accept: {}", options_.name, error.message());
      timer.expires_after(pause);
      co_await timer.async_wait(asio::redirect_error(use_task, error));
    }
  }
  take_backlog(threads);
  accepting_ = false;
}

void listener::take_backlog(const workers& threads) {
  error_code error;
  while (acceptor_->is_open() && !error) {
    auto& thread = least_loaded(threads);
    net_socket peer{thread.context().get_executor()};
    acceptor_->accept(peer, error);
    if (!error)
      admit(std::move(peer), thread);
  }
  acceptor_->close(error);
}

void listener::admit(net_socket peer, worker& thread) {
  if (connections >= options_.max_connections)
    return refuse(std::move(peer));
  ++connections;
  ++thread.load;
  asio::post(thread.context(), [this, &thread, peer = std::move(peer)]() mutable {
    connection::start(std::move(peer), thread, *this);
  });
}

} // namespace guildhall::http
