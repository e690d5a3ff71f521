#include "tests/integration/battlenet/scripted_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>

namespace guildhall::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr auto await = asio::as_tuple(asio::use_awaitable);

} // namespace

reply respond(int status, std::string body, const std::string& extra_headers) {
  reply out;
  out.bytes = "HTTP/1.1 " + std::to_string(status) + " Status\r\n" + extra_headers;
  if (status != 204 && status != 304)
    out.bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  out.bytes += "\r\n" + body;
  return out;
}

scripted_server::scripted_server(script what, asio::ssl::context* tls)
    : acceptor_(io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}),
      gate_(io_),
      script_(std::move(what)),
      tls_(tls) {
  gate_.expires_at(asio::steady_timer::time_point::max());
  asio::co_spawn(io_, listen(), asio::detached);
  thread_ = std::thread{[this] { io_.run(); }};
}

scripted_server::~scripted_server() {
  io_.stop();
  thread_.join();
}

std::string scripted_server::port() const {
  return std::to_string(acceptor_.local_endpoint().port());
}

std::string scripted_server::url(const std::string& scheme, const std::string& host) const {
  return scheme + "://" + host + ":" + port();
}

void scripted_server::release() {
  asio::post(io_, [this] {
    released_ = true;
    gate_.cancel();
  });
}

asio::awaitable<void> scripted_server::listen() {
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(await);
    if (error)
      co_return;
    asio::co_spawn(io_, serve(std::move(socket), ++connections_), asio::detached);
  }
}

asio::awaitable<void> scripted_server::serve(tcp::socket socket, int connection) {
  ++open_;
  if (tls_) {
    asio::ssl::stream<tcp::socket&> stream{socket, *tls_};
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, await);
    if (!error)
      co_await talk(stream, socket, connection);
  } else {
    co_await talk(socket, socket, connection);
  }
  boost::system::error_code ignored;
  socket.close(ignored);
  --open_;
}

template <class Stream>
asio::awaitable<void>
scripted_server::talk(Stream& stream, tcp::socket& socket, int connection) {
  boost::beast::flat_buffer buffer;
  for (;;) {
    server_request request;
    const auto [not_read, size] = co_await http::async_read(stream, buffer, request, await);
    if (not_read)
      co_return;
    const auto what = script_(request, connection, ++requests_);
    if (what.hold && !released_)
      co_await gate_.async_wait(await);
    const auto step = what.pause.count() == 0 ? what.bytes.size() : std::size_t{1};
    for (std::size_t at = 0; at < what.bytes.size(); at += step) {
      const auto piece = asio::buffer(what.bytes.data() + at, step);
      const auto [not_sent, sent] = co_await asio::async_write(stream, piece, await);
      if (not_sent)
        co_return;
      if (what.pause.count() != 0) {
        asio::steady_timer timer{io_, what.pause};
        co_await timer.async_wait(await);
      }
    }
    if (what.then_reset)
      socket.set_option(asio::socket_base::linger{true, 0});
    if (what.then_reset || what.then_close)
      co_return;
  }
}

} // namespace guildhall::test
