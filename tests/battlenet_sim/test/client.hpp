#pragma once

#include "battlenet_sim/server.hpp"
#include "battlenet_sim/text.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

namespace guildhall::sim::test {

struct response {
  int status = 0;                             ///< 0: the connection broke
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;

  bool has(const std::string& name) const {
    return headers.contains(name);
  }
  std::string header(const std::string& name) const {
    return has(name) ? headers.at(name) : std::string();
  }
  boost::json::value json() const;
};

using headers = std::map<std::string, std::string>;

/// A blocking HTTP client on one keep-alive connection.
class client {
public:
  explicit client(std::uint16_t port);

  response send(
      const std::string& method, const std::string& target, const headers& fields = {},
      const std::string& content = {});

private:
  void connect();

  std::uint16_t port_;
  boost::asio::io_context io_;
  std::optional<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer buffer_;
};

/// Without latency and limits: what most tests start.
options quick();

/// A served world and a client with a token.
class served : public ::testing::Test {
protected:
  void begin(options opts);

  /// GET with token, namespace of the path's kind and locale.
  response get(const std::string& path, headers extra = {});
  response post(const std::string& path, const std::string& content);
  /// A control call that has to succeed.
  boost::json::value control(const std::string& path, const std::string& content);
  /// The members of a guild as the control API lists them.
  boost::json::array members(const std::string& guild);

  server upstream;
  std::optional<client> http;
  std::string token;
};

std::string new_token(client& http);

/// The path of a character as a client makes it from realm slug and name.
std::string path_of(const std::string& realm_slug, const std::string& name);
std::string path_of(const boost::json::value& character);

/// The first listed member whose profile is reachable, from this position on.
boost::json::object available_member(const boost::json::array& members, std::size_t from = 0);

std::string gunzip(const std::string& compressed);

} // namespace guildhall::sim::test
