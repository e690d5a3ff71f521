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

asio::awaitable<void> converse(std::uint16_t port, const question& what, reply& out) {
  try {
    boost::beast::tcp_stream stream{co_await asio::this_coro::executor};
    stream.expires_after(what.timeout);
    co_await stream.async_connect(local(port), asio::use_awaitable);
    out.connected = true;
    http::request<http::string_body> request{http::verb::get, what.target, 11};
    request.method_string(what.method);
    request.set(http::field::host, "127.0.0.1");
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : what.headers)
      request.set(name, value);
    request.body() = what.body;
    if (!what.body.empty())
      request.set(http::field::content_type, "application/json");
    request.prepare_payload();
    co_await http::async_write(stream, request, asio::use_awaitable);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_body);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    auto& answer = parser.get();
    for (const auto& field : answer)
      out.headers.emplace(lower(std::string{field.name_string()}), std::string{field.value()});
    out.body = std::move(answer.body());
    out.status = static_cast<int>(answer.result_int());
  } catch (const std::exception& e) {
    out.error = e.what();
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
  asio::co_spawn(io, converse(port, what, out), asio::detached);
  io.run();
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
