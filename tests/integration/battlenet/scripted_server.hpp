#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace guildhall::test {

using server_request = boost::beast::http::request<boost::beast::http::string_body>;

/// What the server does with one request.
struct reply {
  std::string bytes{};    ///< sent as they are, status line included; may be no HTTP at all
  bool hold{false};       ///< first waits until `release`
  bool then_close{false}; ///< closes the connection afterwards
  bool then_reset{false}; ///< cuts it off with RST afterwards
  std::chrono::milliseconds pause{0}; ///< between every two bytes
};

/// An HTTP response with Content-Length.
reply respond(int status, std::string body, const std::string& extra_headers = "");

/// A web server that follows a script, on 127.0.0.1, a port of its own, and one thread.
class scripted_server {
public:
  /// Called on the server's thread; `connection` and `request` count from 1.
  using script = std::function<reply(const server_request&, int connection, int request)>;

  /// With `tls`, which must outlive the server, it speaks https.
  explicit scripted_server(script what, boost::asio::ssl::context* tls = nullptr);
  ~scripted_server();

  std::string port() const;
  std::string
  url(const std::string& scheme = "http", const std::string& host = "127.0.0.1") const;

  /// Lets every reply go that is or will be held.
  void release();

  int connections() const {
    return connections_;
  }
  int requests() const {
    return requests_;
  }
  int open_connections() const {
    return open_;
  }

private:
  boost::asio::awaitable<void> listen();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket, int connection);
  template <class Stream>
  boost::asio::awaitable<void>
  talk(Stream& stream, boost::asio::ip::tcp::socket& socket, int connection);

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer gate_;
  script script_;
  boost::asio::ssl::context* tls_;
  bool released_{false};
  std::atomic<int> connections_{0};
  std::atomic<int> requests_{0};
  std::atomic<int> open_{0};
  std::thread thread_;
};

} // namespace guildhall::test
