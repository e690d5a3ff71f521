#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::robustness {

/// Many raw connections to 127.0.0.1 that need not behave; closed with the object.
class crowd {
public:
  struct options {
    std::uint16_t port{0};
    int connections{1};
    std::vector<std::string> from{"127.0.0.2"}; ///< their addresses, in turn
    int receive_buffer{0};                      ///< bytes that the kernel takes; 0: its choice
  };
  explicit crowd(const options& what);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  /// Those that were connected at all.
  int connected() const {
    return connected_;
  }
  /// Each says this; what cannot be sent at once is left out.
  void say(std::string_view bytes);
  /// One of them does.
  void say(int who, std::string_view bytes);
  /// Reads and forgets what has come.
  void listen();
  /// Those that the server has not closed; what has come is left unread.
  int open();

private:
  std::vector<int> sockets_;
  int connected_{0};
};

/// One client that says the same again and again as fast as it is taken, on a new connection
/// whenever the server ends one. How often it was said.
std::int64_t flood(
    std::uint16_t port, const std::string& from, std::string_view bytes,
    std::chrono::milliseconds length);

} // namespace guildhall::robustness
