#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>

namespace guildhall::test {

/// A TCP proxy on an ephemeral port of 127.0.0.1 that can misbehave. One thread; what it does
/// can be changed at any time from any other, and holds until it is changed again.
class tcp_proxy {
public:
  enum class protocol { any, postgres };
  enum class way { to_server, to_client };
  enum class ending { close, reset };
  /// Where a connection ends: before the server hears of a COMMIT, or after it went through and
  /// before the client hears of that.
  enum class at_commit { nothing, before, after };

  /// To `127.0.0.1:target`. Commits are seen only if PostgreSQL's protocol is spoken.
  explicit tcp_proxy(std::uint16_t target, protocol spoken = protocol::any);
  ~tcp_proxy();
  tcp_proxy(const tcp_proxy&) = delete;
  tcp_proxy& operator=(const tcp_proxy&) = delete;

  std::uint16_t port() const {
    return port_;
  }
  /// Takes bytes and forwards none, in both directions; connections stay open. What it took
  /// goes on when it ends.
  void black_hole(bool on);
  /// Ends each connection, also those to come, once it has carried this many more bytes that
  /// way.
  void
  cut_after(std::int64_t bytes, way direction = way::to_client, ending how = ending::close);
  /// Holds every chunk back for this long.
  void delay(std::chrono::milliseconds time);
  /// Forwards so many bytes a second on each connection, each way; 0: all there are.
  void drip(std::int64_t bytes_per_second);
  /// Closes the server's side of what is open and of what comes, and keeps the client's side
  /// open and silent. Those never speak again; they end when their clients end them.
  void half_open(bool on);
  /// Resets what is open and whatever comes, until switched off.
  void refuse(bool on);
  /// Resets, once, what is open now.
  void reset();
  /// Ends the connection at every n-th commit.
  void around_commit(at_commit where, int every = 1);
  /// Nothing of the above from now on; what it has taken goes on.
  void behave();

  int accepted() const {
    return accepted_;
  }
  /// Connections that it has ended, or made half open.
  int struck() const {
    return struck_;
  }

private:
  struct behaviour {
    std::uint64_t version{0}; ///< counts the changes
    bool black_hole{false};
    bool half_open{false};
    bool refuse{false};
    std::int64_t cut_after{-1}; ///< negative: never
    way cut_way{way::to_client};
    ending cut_how{ending::close};
    std::chrono::milliseconds delay{0};
    std::int64_t bytes_per_second{0};
    at_commit commit{at_commit::nothing};
    int every{1};
    int resets{0};
  };
  struct worker;

  template <class Change>
  void change(Change what);
  behaviour present() const;

  std::uint16_t target_;
  protocol spoken_;
  std::uint16_t port_{0};
  int listener_{-1};
  int wake_[2]{-1, -1};
  mutable std::mutex mutex_;
  behaviour behaviour_;
  std::atomic<bool> stop_{false};
  std::atomic<int> accepted_{0};
  std::atomic<int> struck_{0};
  std::thread thread_;
};

} // namespace guildhall::test
