#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace guildhall::http {

/// The memory of answers that wait for their clients to take them, over all connections. A body
/// that many wait for is held, and counted, once. Thread-safe.
class unsent_bytes {
public:
  using body_ptr = std::shared_ptr<const std::string>;
  /// Answers up to this size always go on.
  static constexpr std::size_t small = 64 * 1024;

  explicit unsent_bytes(std::size_t budget) : budget_{budget} {}

  /// Whether an answer of this body may be sent: it is small, there is room, or it is held
  /// already.
  bool admits(const std::string& body) const;

  /// One connection's part. Gives it back when it goes.
  class share {
  public:
    share() = default;
    share(unsent_bytes& of, body_ptr body);
    share(share&& other) noexcept
        : of_{std::exchange(other.of_, nullptr)},
          body_{std::move(other.body_)} {}
    share& operator=(share&& other) noexcept {
      std::swap(of_, other.of_);
      std::swap(body_, other.body_);
      return *this;
    }
    ~share();

  private:
    unsent_bytes* of_{nullptr};
    body_ptr body_;
  };
  /// From when an answer cannot be sent at once until it is sent, or its connection ends.
  share hold(body_ptr body) {
    return {*this, std::move(body)};
  }

  std::size_t held() const noexcept {
    return held_.load(std::memory_order_relaxed);
  }
  std::size_t budget() const noexcept {
    return budget_;
  }

private:
  void give_back(const std::string& body) noexcept;

  const std::size_t budget_;
  std::atomic<std::size_t> held_{0};
  mutable std::mutex lock_;
  std::unordered_map<const std::string*, unsigned> readers_;
};

} // namespace guildhall::http
