#include "tests/system/support/http.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cctype>

namespace guildhall::system_test {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr std::uint64_t max_body = 256U << 20U;

tcp::endpoint local(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(
      out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

using stream_ptr = std::unique_ptr<boost::beast::tcp_stream>;

http::request<http::string_body> request_of(const question& what, bool keep) {
  http::request<http::string_body> request{http::verb::get, what.target, 11};
  request.method_string(what.method);
  request.set(http::field::host, "127.0.0.1");
  request.keep_alive(keep);
  for (const auto& [name, value] : what.headers)
    request.set(name, value);
  request.body() = what.body;
  if (!what.body.empty() && request.count(http::field::content_type) == 0)
    request.set(http::field::content_type, "application/json");
  request.prepare_payload();
  return request;
}

/// Opens the stream if there is none; lets go of it unless both sides keep it.
asio::awaitable<void>
converse(std::uint16_t port, const question& what, bool keep, stream_ptr& stream, reply& out) {
  try {
    if (!stream)
      stream = std::make_unique<boost::beast::tcp_stream>(co_await asio::this_coro::executor);
    stream->expires_after(what.timeout);
    if (!stream->socket().is_open())
      co_await stream->async_connect(local(port), asio::use_awaitable);
    out.connected = true;
    const auto request = request_of(what, keep);
    co_await http::async_write(*stream, request, asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_body);
    co_await http::async_read(*stream, buffer, parser, asio::use_awaitable);
    auto& answer = parser.get();
    for (const auto& field : answer)
      out.headers.emplace(lower(std::string{field.name_string()}), std::string{field.value()});
    out.status = static_cast<int>(answer.result_int());
    if (!keep || !answer.keep_alive())
      stream.reset();
    out.body = std::move(answer.body());
  } catch (const std::exception& e) {
    out.error = e.what();
    stream.reset();
  }
}

} // namespace

std::string reply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

boost::json::value reply::json() const {
  return boost::json::parse(body);
}

std::vector<boost::json::value> elements(const boost::json::value& array) {
  const auto& all = array.as_array();
  return {all.begin(), all.end()};
}

reply ask(std::uint16_t port, const question& what) {
  reply out;
  asio::io_context io{1};
  stream_ptr stream;
  asio::co_spawn(io, converse(port, what, false, stream, out), asio::detached);
  io.run();
  return out;
}

struct kept_connection::state {
  std::uint16_t port;
  asio::io_context io{1};
  stream_ptr stream{};
};

kept_connection::kept_connection(std::uint16_t port) : state_{new state{port}} {}

kept_connection::~kept_connection() = default;

reply kept_connection::ask(const question& what) {
  reply out;
  state_->io.restart();
  asio::co_spawn(
      state_->io, converse(state_->port, what, true, state_->stream, out), asio::detached);
  state_->io.run();
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view{"-._~/"}.find(c) != std::string_view::npos)
      out += c;
    else
      out.append({'%', digits[byte / 16], digits[byte % 16]});
  }
  return out;
}

} // namespace guildhall::system_test
