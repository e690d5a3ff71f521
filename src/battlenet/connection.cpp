#include "battlenet/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <openssl/ssl.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace guildhall::battlenet {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

constexpr auto await = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t max_header_bytes = 32 * 1024;

std::string lower(std::string_view name) {
  std::string out{name};
  for (auto& c : out)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// No response, for a reason that lies with the kept connection alone.
answer no_response_on(bool stale, std::string why) {
  auto failed = no_response(std::move(why));
  failed.stale = stale;
  return failed;
}

raw_response to_raw(http::response<http::string_body>&& message) {
  raw_response raw;
  raw.status = message.result_int();
  for (const auto& field : message) {
    const auto name = field.name_string();
    const auto value = field.value();
    raw.headers.emplace(
        lower({name.data(), name.size()}), std::string{value.data(), value.size()});
  }
  raw.body = std::move(message.body());
  return raw;
}

} // namespace

connection::connection(
    asio::any_io_executor strand, const base_url& where, asio::ssl::context* tls,
    const limits& bounds)
    : strand_(strand),
      where_(where),
      tls_(tls),
      bounds_(bounds),
      resolver_(strand),
      socket_(strand),
      watchdog_(strand) {}

asio::awaitable<exchange_result>
connection::exchange(const http_request& what, clock::time_point expires) {
  aborted_ = nullptr;
  if (open_ && is_over())
    close();
  const bool reused = open_;
  if (!open_) {
    watch(bounds_.connect_timeout, expires);
    auto why = co_await open();
    if (!why.empty()) {
      close();
      auto failed = no_response(std::move(why));
      co_return std::unexpected{std::move(failed)};
    }
  }
  watch(bounds_.request_timeout, expires);
  auto outcome =
      tls_stream_ ? converse(*tls_stream_, what, reused) : converse(socket_, what, reused);
  auto result = co_await std::move(outcome);
  ++watches_;
  watchdog_.cancel();
  if (!open_)
    close();
  co_return result;
}

void connection::abort(const char* why) {
  aborted_ = why;
  close();
}

bool connection::is_over() noexcept {
  char byte = 0;
  const auto seen = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (seen == 0)
    return true;
  if (seen < 0)
    return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
  return true; // nothing was asked that it could answer: TLS's last words, or a 408
}

/// Resolves, connects and shakes hands; answers why that failed, or nothing.
asio::awaitable<std::string> connection::open() {
  const auto [not_resolved, endpoints] =
      co_await resolver_.async_resolve(where_.host, where_.port, await);
  if (not_resolved || aborted_)
    co_return explain("resolve", not_resolved);
  const auto [not_connected, endpoint] =
      co_await asio::async_connect(socket_, endpoints, await);
  if (not_connected || aborted_)
    co_return explain("connect", not_connected);
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);

  if (tls_) {
    tls_stream_.emplace(socket_, *tls_);
    tls_stream_->set_verify_mode(asio::ssl::verify_peer);
    tls_stream_->set_verify_callback(asio::ssl::host_name_verification{where_.host});
    if (SSL_set_tlsext_host_name(tls_stream_->native_handle(), where_.host.c_str()) != 1)
      co_return std::string{"TLS: the host name cannot be sent"};
    const auto [no_handshake] =
        co_await tls_stream_->async_handshake(asio::ssl::stream_base::client, await);
    if (no_handshake || aborted_)
      co_return explain("TLS handshake", no_handshake);
  }
  open_ = true;
  co_return std::string{};
}

template <class Stream>
asio::awaitable<exchange_result>
connection::converse(Stream& stream, const http_request& what, bool reused) {
  open_ = false; // until the response shows that it may be kept
  const auto [not_sent, sent] = co_await http::async_write(stream, what, await);
  if (not_sent || aborted_) {
    auto failed = no_response_on(reused && !aborted_, explain("send", not_sent));
    co_return std::unexpected{std::move(failed)};
  }

  http::response_parser<http::string_body> parser;
  parser.header_limit(max_header_bytes);
  parser.body_limit(bounds_.max_body_bytes);
  const auto [not_read, read] = co_await http::async_read(stream, buffer_, parser, await);
  if (not_read == http::error::body_limit) {
    const auto head = to_raw(parser.release());
    auto failed = unusable_response(head, "the body is over the limit");
    co_return std::unexpected{std::move(failed)};
  }
  if (not_read || aborted_) {
    const bool untouched = !parser.got_some() && buffer_.size() == 0;
    auto failed =
        no_response_on(reused && untouched && !aborted_, explain("receive", not_read));
    co_return std::unexpected{std::move(failed)};
  }
  auto message = parser.release();
  // Bytes behind the response belong to nothing that was asked.
  open_ = message.keep_alive() && message.result_int() >= 200 && buffer_.size() == 0;
  co_return to_raw(std::move(message));
}

void connection::watch(std::chrono::milliseconds at_most, clock::time_point expires) {
  const auto limit = clock::now() + at_most;
  const char* why = expires <= limit ? "deadline passed" : "time-out";
  watchdog_.expires_at(std::min(limit, expires));
  watchdog_.async_wait([weak = weak_from_this(), turn = ++watches_, why](const auto& error) {
    const auto self = weak.lock();
    if (!error && self && turn == self->watches_)
      self->abort(why);
  });
}

void connection::close() {
  open_ = false;
  ++watches_;
  watchdog_.cancel();
  resolver_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
  buffer_.clear();
}

std::string
connection::explain(const char* stage, const boost::system::error_code& error) const {
  if (aborted_)
    return std::string{stage} + ": " + aborted_;
  return std::string{stage} + ": " + error.message();
}

} // namespace guildhall::battlenet
