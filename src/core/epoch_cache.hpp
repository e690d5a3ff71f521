#pragma once

#include "core/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall {

/// Immutable values under tags. A tag ("guild:12") has an epoch: a read notes the epochs of its
/// tags before it is started, its answer is kept only if none has moved since, it is served
/// only while none moves, and no request that arrives after a move joins that read. Least
/// recently used answers go first when the byte budget is spent. What is large is found all the
/// same for as long as somebody holds it (a connection that it is being written to), so that
/// its readers share one copy. Thread-safe.
///
/// What a value weighs says `std::size_t cost_of(const Value&)`, found beside the type. The
/// members are in epoch_cache_impl.hpp, which the file that instantiates the cache includes.
template <class Value>
class epoch_cache {
public:
  using value_ptr = std::shared_ptr<const Value>;

  struct options {
    std::size_t max_bytes{64u << 20}; ///< 0: off; then every request has a read of its own
    /// Bounds how old the header X-Guildhall-Checked-At can be, which no epoch moves for.
    std::chrono::seconds max_age{60};
    /// A read under way for longer is not joined: one that hangs holds up nobody who comes
    /// later. Half of a request's deadline; the longest lists take a second or two, and every
    /// further read of one would hold it in memory once more.
    std::chrono::milliseconds join_within{2'500};
  };

  /// What a read brings: the answer, and tags that only the answer can name (the guild that an
  /// address turned out to be). With such tags it is kept only if nothing at all moved
  /// meanwhile.
  struct fresh_answer {
    value_ptr answer;
    std::vector<std::string> late_tags{};
  };
  using waiter = std::move_only_function<void(result<value_ptr>)>;
  using filler = std::move_only_function<void(result<fresh_answer>)>;
  /// Starts the read. Dropping the filler without calling it answers `ec::unavailable`.
  using starter = std::move_only_function<void(filler)>;

  explicit epoch_cache(options how);
  epoch_cache(const epoch_cache&) = delete;
  epoch_cache& operator=(const epoch_cache&) = delete;
  ~epoch_cache();

  /// A hit, or null.
  value_ptr find(std::string_view key);

  /// Joins the read that is under way for `key` if nothing has moved since, or notes the epochs
  /// of `tags` and calls `start` (before it returns, on this thread). `done` runs exactly once,
  /// on whichever thread fills.
  void read(std::string key, const std::vector<std::string>& tags, waiter done, starter start);

  /// What stands under the tag is no longer served once this returns.
  void move(std::string_view tag);
  void move_all();

  /// Whether changes made elsewhere are heard of. It begins as false: nothing is kept or joined
  /// until the change feed is in force. Turning true moves everything.
  void set_coherent(bool coherent);

  struct statistics {
    std::uint64_t hits{0};
    std::uint64_t reads{0};
    std::uint64_t joined{0};
    std::uint64_t evicted{0};
    std::size_t entries{0};
    std::size_t bytes{0};
    bool coherent{false};
  };
  statistics stats() const;

private:
  class state; // shared with the reads under way, which may outlive the cache
  std::shared_ptr<state> state_;
};

} // namespace guildhall
