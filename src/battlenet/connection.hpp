#pragma once

#include "battlenet/answer.hpp"
#include "battlenet/base_url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace guildhall::battlenet {

using response_parser = boost::beast::http::response_parser<boost::beast::http::string_body>;
using http_request = boost::beast::http::request<boost::beast::http::string_body>;

/// A response as it came, or the answer of an exchange that brought none which can be used.
using exchange_result = std::expected<raw_response, answer>;

/// One HTTP/1.1 connection, opened when it is needed and kept while the peer allows it. Its
/// coroutines and `abort` run on one strand, one exchange at a time.
class connection : public std::enable_shared_from_this<connection> {
public:
  using clock = std::chrono::steady_clock;

  struct limits {
    std::chrono::milliseconds connect_timeout;
    std::chrono::milliseconds request_timeout;
    std::size_t max_body_bytes;
  };

  /// `tls` may be null for plain http. What is referred to must outlive the connection.
  connection(
      boost::asio::any_io_executor strand, const base_url& where,
      boost::asio::ssl::context* tls, const limits& bounds);

  bool is_open() const noexcept {
    return open_;
  }

  /// Connects if necessary (also when the peer is seen to have closed what was kept), sends,
  /// and reads the whole response, all before `expires`. The body of the response is as it came
  /// over the wire, still packed.
  boost::asio::awaitable<exchange_result>
  exchange(const http_request& what, clock::time_point expires);

  /// Ends whatever is under way with `why`. The connection can be used again.
  void abort(const char* why);

private:
  using tcp = boost::asio::ip::tcp;

  /// Whether the peer has closed the kept connection, as far as can be seen without sending.
  bool is_over() noexcept;
  boost::asio::awaitable<std::string> open();
  template <class Stream>
  boost::asio::awaitable<exchange_result>
  converse(Stream& stream, const http_request& what, bool reused);
  template <class Stream>
  boost::asio::awaitable<exchange_result> receive(Stream& stream, bool reused);
  template <class Stream>
  boost::asio::awaitable<boost::system::error_code>
  receive_head(Stream& stream, std::optional<response_parser>& parser);
  void watch(std::chrono::milliseconds at_most, clock::time_point expires);
  void close();
  /// What to log about a failed stage: our own reason if it was ended by us.
  std::string explain(const char* stage, const boost::system::error_code& error) const;

  boost::asio::any_io_executor strand_;
  const base_url& where_;
  boost::asio::ssl::context* tls_;
  const limits& bounds_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<tcp::socket&>> tls_stream_;
  boost::asio::steady_timer watchdog_;
  /// What stands before a body's next bytes (headers, a chunk's extensions, trailers) has to
  /// find room in it.
  boost::beast::flat_buffer buffer_{64 * 1024};
  bool open_{false};
  const char* aborted_{nullptr}; ///< why the exchange under way was ended by us
  unsigned watches_{0};          ///< a watch that is not the latest one bites no more
};

} // namespace guildhall::battlenet
