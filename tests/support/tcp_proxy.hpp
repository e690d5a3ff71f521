#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <thread>

namespace guildhall::test {

/// A TCP proxy on an ephemeral port of 127.0.0.1 that can misbehave. One thread; what it does
/// can be changed at any time from any other.
class tcp_proxy {
public:
  /// To `127.0.0.1:target`.
  explicit tcp_proxy(std::uint16_t target);
  ~tcp_proxy();
  tcp_proxy(const tcp_proxy&) = delete;
  tcp_proxy& operator=(const tcp_proxy&) = delete;

  std::uint16_t port() const {
    return port_;
  }
  /// Takes bytes and forwards none, in both directions; connections stay open.
  void black_hole(bool on) {
    black_hole_ = on;
  }
  /// Cuts every connection after this many more bytes from the server.
  void cut_after(std::int64_t bytes) {
    bytes_left_ = bytes;
  }
  /// Holds every chunk back for this long.
  void delay(std::chrono::milliseconds time) {
    delay_ms_ = time.count();
  }
  /// Closes what is open and refuses what comes until switched off.
  void refuse(bool on) {
    refuse_ = on;
  }
  int accepted() const {
    return accepted_;
  }

private:
  void loop();

  std::uint16_t target_;
  std::uint16_t port_{0};
  int listener_{-1};
  int wake_[2]{-1, -1};
  std::atomic<bool> black_hole_{false};
  std::atomic<bool> refuse_{false};
  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> bytes_left_{std::numeric_limits<std::int64_t>::max()};
  std::atomic<std::int64_t> delay_ms_{0};
  std::atomic<int> accepted_{0};
  std::thread thread_;
};

} // namespace guildhall::test
