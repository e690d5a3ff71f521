#include "http/listener.hpp"

#include "core/log.hpp"
#include "core/log_limit.hpp"
#include "http/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
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

/// One try, never waiting: whoever floods us gets no attention beyond this. What it has said
/// already is read, since closing a socket with unread bytes sends a reset after the answer.
void refuse(net_socket peer) {
  const auto answer = error_response({ec::overloaded, {}});
  const std::string text = "HTTP/1.1 503 Service Unavailable\r\n" + answer.headers
                         + "Content-Length: " + std::to_string(answer.body->size())
                         + "\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
                         + *answer.body;
  error_code ignored;
  peer.non_blocking(true, ignored);
  peer.write_some(asio::buffer(text), ignored);
  peer.shutdown(net_socket::shutdown_send, ignored);
  std::array<char, 2048> said;
  peer.read_some(asio::buffer(said), ignored);
}

bool is_exhausted(const error_code& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_memory
      || error == asio::error::no_buffer_space
      || error == boost::system::errc::too_many_files_open_in_system;
}

} // namespace

shared_parts::shared_parts(server_options how, metrics& measures)
    : limits{std::move(how)},
      unsent{limits.max_unsent_bytes},
      lines{limits.trust},
      unsent_gauge{measures.gauge(
          "http_unsent_bytes", "Memory of answers that wait for their clients to take them")},
      spare{limits.spare_descriptors} {}

seat::seat(listener& at, worker& thread, std::shared_ptr<guest> who, const ip_address& from)
    : at_{&at},
      thread_{&thread},
      who_{std::move(who)},
      from_{from} {
  ++at_->connections;
  ++thread_->load;
}

seat::~seat() {
  if (!at_)
    return;
  at_->guests_.leaves(*who_);
  --thread_->load;
  --at_->connections;
}

listener::listener(
    listener_options how, shared_parts& shared, std::size_t index, metrics& measures)
    : options_{std::move(how)},
      shared_{shared},
      index_{index},
      measures_{options_.name, measures},
      guests_{options_.max_connections, options_.max_connections_per_address} {}

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
  net_timer timer{acceptor_->get_executor()};
  while (!draining_) {
    const auto spared = shared_.spare.fill();
    if (!spared && !options_.uses_spare_descriptors) {
      co_await wait_for_descriptors(timer, asio::error::no_descriptors);
      continue;
    }
    // Not until somebody waits: without a descriptor the system refuses also to look.
    error_code error;
    co_await acceptor_->async_wait(
        net_acceptor::wait_read, asio::redirect_error(use_task, error));
    if (error || draining_ || accept_one(threads, error) || error == asio::error::would_block)
      continue;
    if (!options_.uses_spare_descriptors || !accept_with_spare(threads))
      co_await wait_for_descriptors(timer, error);
  }
  take_backlog(threads);
  accepting_ = false;
}

/// Some will come back; whoever idles longest gives his at once.
task<> listener::wait_for_descriptors(net_timer& timer, const error_code& why) {
  constexpr std::chrono::milliseconds until_one_has_closed{2};
  constexpr std::chrono::milliseconds until_some_come_back{50};
  if (process_log_limit().admit("http: cannot accept"))
    log::warn("http: {} cannot accept: {}", options_.name, why.message());
  const auto longest_idle =
      is_exhausted(why) ? guests_.dismiss_one(std::chrono::steady_clock::now()) : nullptr;
  if (longest_idle) {
    measures_.count_dismissed();
    longest_idle->end();
  }
  timer.expires_after(longest_idle ? until_one_has_closed : until_some_come_back);
  error_code ignored;
  co_await timer.async_wait(asio::redirect_error(use_task, ignored));
}

/// Whether another one may be waiting.
bool listener::accept_one(const workers& threads, error_code& error) {
  auto& thread = least_loaded(threads);
  net_socket peer{thread.context().get_executor()};
  acceptor_->accept(peer, error);
  if (!error)
    admit(std::move(peer), thread);
  return !error;
}

/// Whether whoever waits is in, or has gone.
bool listener::accept_with_spare(const workers& threads) {
  error_code error = asio::error::no_descriptors;
  while (is_exhausted(error) && shared_.spare.give_one())
    accept_one(threads, error);
  return !error || error == asio::error::would_block;
}

void listener::take_backlog(const workers& threads) {
  error_code error;
  while (acceptor_->is_open() && accept_one(threads, error))
    ;
  acceptor_->close(error);
}

void listener::admit(net_socket peer, worker& thread) {
  error_code error;
  const auto where = peer.remote_endpoint(error);
  if (error)
    return; // it has gone already
  const auto from = ip_address::of(where.address());
  auto arrival =
      guests_.arrives(from, limits().trust.covers(from), std::chrono::steady_clock::now());
  if (!arrival.who)
    return turn_away(std::move(peer), from, arrival.what);
  if (arrival.instead_of) {
    measures_.count_dismissed();
    arrival.instead_of->end();
  }
  asio::post(
      thread.context(), [&thread, peer = std::move(peer),
                         place = seat{*this, thread, std::move(arrival.who), from}]() mutable {
        connection::start(std::move(peer), thread, std::move(place));
      });
}

void listener::turn_away(net_socket peer, const ip_address& from, guest_list::verdict why) {
  const auto by_address = why == guest_list::verdict::address_full;
  measures_.count_refused(by_address);
  if (process_log_limit().admit("http: refused connections"))
    log::warn(
        "http: {} refuses a connection of {}: {}", options_.name, from.text(),
        by_address ? "it has as many as one address may have" : "all are taken");
  refuse(std::move(peer));
}

} // namespace guildhall::http
