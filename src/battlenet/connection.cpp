#include "battlenet/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
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
/// "Go on" and "early hints" before an answer.
constexpr int max_interim = 8;
/// What an error says is not read; a short body keeps the connection.
constexpr std::size_t max_error_bytes = 64 * 1024;

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

/// Status and headers.
raw_response head_of(const response_parser::value_type& message) {
  raw_response raw;
  raw.status = message.result_int();
  for (const auto& field : message) {
    const auto name = field.name_string();
    const auto value = field.value();
    raw.headers.emplace(
        lower({name.data(), name.size()}), std::string{value.data(), value.size()});
  }
  return raw;
}

/// An answer that is on its way to another one (RFC 9110, 15.2). We ask for no upgrade.
bool is_interim(unsigned status) {
  constexpr unsigned upgrade = 101;
  constexpr unsigned first_final = 200;
  return status >= 100 && status < first_final && status != upgrade;
}

/// A body over the limit makes an answer unusable; what an error says besides is no loss.
exchange_result too_long(raw_response head) {
  if (head.status != static_cast<unsigned>(http::status::ok))
    return head;
  auto failed = unusable_response(head, "the body is over the limit");
  return std::unexpected{std::move(failed)};
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

  auto outcome = receive(stream, reused);
  co_return co_await std::move(outcome);
}

/// Reads the head of the answer itself into `parser`.
template <class Stream>
asio::awaitable<boost::system::error_code>
connection::receive_head(Stream& stream, std::optional<response_parser>& parser) {
  for (int interim = 0; interim <= max_interim; ++interim) {
    parser.emplace();
    parser->header_limit(max_header_bytes);
    parser->body_limit(boost::none); // known when the status is
    const auto [error, size] =
        co_await http::async_read_header(stream, buffer_, *parser, await);
    if (error || !is_interim(parser->get().result_int()))
      co_return error;
  }
  co_return http::error::header_limit;
}

/// Trailers are read and left alone: what counts stands before the body.
template <class Stream>
asio::awaitable<exchange_result> connection::receive(Stream& stream, bool reused) {
  std::optional<response_parser> parser;
  const auto no_head = co_await receive_head(stream, parser);
  if (no_head || aborted_) {
    const bool untouched = !parser->got_some() && buffer_.size() == 0;
    auto failed = no_response_on(reused && untouched && !aborted_, explain("receive", no_head));
    co_return std::unexpected{std::move(failed)};
  }
  auto answered = head_of(parser->get());
  const bool is_good = parser->get().result() == http::status::ok;
  const auto limit =
      is_good ? bounds_.max_body_bytes : std::min(bounds_.max_body_bytes, max_error_bytes);
  if (parser->content_length().value_or(0) > limit)
    co_return too_long(std::move(answered));
  parser->body_limit(limit);
  if (!parser->is_done()) {
    const auto [not_read, read] = co_await http::async_read(stream, buffer_, *parser, await);
    if (not_read == http::error::body_limit)
      co_return too_long(std::move(answered));
    if (not_read || aborted_) {
      auto failed = no_response(explain("receive", not_read));
      co_return std::unexpected{std::move(failed)};
    }
  }
  auto message = parser->release();
  // Bytes behind the response belong to nothing that was asked.
  open_ = message.keep_alive() && answered.status >= 200 && buffer_.size() == 0;
  answered.body = std::move(message.body());
  co_return std::move(answered);
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
