#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::http::test {

/// What a server answered.
struct answer {
  int status{0};
  std::string head; ///< status line and headers
  std::string body;

  /// The value of the first header of that name, or "".
  std::string header(std::string_view name) const;
};

/// One blocking connection that says exactly the bytes it is told to. Every wait has a bound.
class client {
public:
  /// `from`: any address of 127.0.0.0/8, each of which is another client to the server.
  explicit client(std::uint16_t port, const char* from = "127.0.0.1");
  client(const client&) = delete;
  client& operator=(const client&) = delete;
  ~client();

  bool is_open() const noexcept {
    return socket_ >= 0;
  }
  /// False when the server has closed.
  bool send(std::string_view bytes);
  /// The next answer; nothing if the connection ended or 10 s passed before it was whole.
  /// `has_body` is false after HEAD.
  std::optional<answer> receive(bool has_body = true);
  /// `send` with a minimal request, then `receive`.
  std::optional<answer>
  ask(std::string_view target, std::string_view headers = {}, std::string_view verb = "GET");

  /// Takes a few bytes of what has come, and forgets them.
  void drip();

  /// Whether the server ends the connection within the time, without sending anything else.
  bool is_closed_within(std::chrono::milliseconds limit);

private:
  bool read_more(std::chrono::milliseconds limit);

  int socket_{-1};
  std::string pending_;
};

/// "VERB target HTTP/1.1" with Host and the given header lines.
std::string request_text(
    std::string_view target, std::string_view headers = {}, std::string_view verb = "GET");

} // namespace guildhall::http::test
