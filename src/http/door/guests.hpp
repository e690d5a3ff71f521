#pragma once

#include "http/door/ip_address.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace guildhall::http {

/// One connection as its listener sees it. The connection's thread says whether it idles; the
/// accepting thread may take its place away while it does. Neither waits for the other.
class guest {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// What ends the connection when its place is taken: any thread, once. Set before it idles.
  std::move_only_function<void()> end;

  /// It waits for a request, since then.
  void idles(moment since) noexcept {
    auto busy = at_work;
    state_.compare_exchange_strong(
        busy, since.time_since_epoch().count(), std::memory_order_acq_rel);
  }
  /// A request begins. False when its place is gone: then it ends without an answer.
  bool works() noexcept;
  /// Its place is given to another, unless it has begun a request after `since`.
  bool takes_leave(std::int64_t since) noexcept {
    return state_.compare_exchange_strong(since, gone, std::memory_order_acq_rel);
  }
  /// `at_work`, `gone`, or since when it idles.
  std::int64_t state() const noexcept {
    return state_.load(std::memory_order_acquire);
  }

  static constexpr std::int64_t at_work = -1;
  static constexpr std::int64_t gone = -2;

private:
  friend class guest_list;
  std::atomic<std::int64_t> state_{at_work};
  ip_address from_{}; ///< its household
  std::size_t at_{0}; ///< in the list of its household
  bool listed_{false};
};

/// Who is connected to a listener: how many, and of which address. At a limit whoever idles
/// longest makes room. Thread-safe; coming and going take its lock, requests do not.
class guest_list {
public:
  using guest_ptr = std::shared_ptr<guest>;
  using moment = guest::moment;

  /// At most `all` at once, and `per_address` of one household.
  guest_list(unsigned all, unsigned per_address) : all_{all}, per_address_{per_address} {}

  enum class verdict : std::uint8_t { welcome, address_full, all_full };
  struct arrival {
    verdict what{verdict::welcome};
    guest_ptr who;                 ///< when welcome
    guest_ptr instead_of{nullptr}; ///< it left the list for this one and is to be ended
  };
  /// `exempt`: however many are of that address (a trusted proxy).
  arrival arrives(const ip_address& from, bool exempt, moment now);

  /// It has ended. A second time, or after its place was taken, changes nothing.
  void leaves(guest& who) noexcept;

  /// Whoever idles longest, off the list and to be ended; null when nobody idles.
  guest_ptr dismiss_one(moment now);

  std::size_t size() const noexcept;
  /// Addresses that are remembered: those of who is here.
  std::size_t addresses() const noexcept;

private:
  using household = std::vector<guest_ptr>;
  struct idle_guest {
    std::int64_t since;
    guest_ptr who;
  };

  guest_ptr dismiss_of(const household& these);
  guest_ptr dismiss_of_all(moment now);
  guest_ptr dismiss_found();
  void collect_idle();
  void remove(guest& who) noexcept;

  const unsigned all_;
  const unsigned per_address_;
  mutable std::mutex lock_;
  std::unordered_map<ip_address, household, ip_address_hash> households_;
  std::size_t count_{0};
  std::vector<idle_guest> longest_idle_; ///< found by the last look at all, longest last
  moment next_look_{};
};

} // namespace guildhall::http
