#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace guildhall {

/// The first lines of a kind in each minute are written, the others counted: nobody's flood
/// fills the log. Thread-safe. Remembers a bounded number of kinds; those beyond it share one.
///
///     if (process_log_limit().admit("feed lost"))
///       log::warn("feed: lost: {}", why);
class log_limit {
public:
  using clock = std::chrono::steady_clock;

  /// `first` lines of each kind per `window`.
  explicit log_limit(
      unsigned first, std::size_t max_kinds = 256,
      clock::duration window = std::chrono::minutes{1});

  /// Whether a line of this kind is to be written now. A kind is a few words of ours; what a
  /// stranger sent is no part of it (but its address may be).
  bool admit(std::string_view kind, clock::time_point now = clock::now());

  /// Counts a line that another limit has left out.
  void leave_out(std::string_view kind, clock::time_point now = clock::now());

  struct left_out {
    std::string kind; ///< "" for those that found no place of their own
    std::uint64_t lines;
  };
  /// Of the kinds whose minute is over, how many lines were not written in it; once each.
  std::vector<left_out> take_left_out(clock::time_point now = clock::now());

private:
  struct count {
    clock::time_point begin;
    unsigned written{0};
    std::uint64_t left_out{0}; ///< in this minute
    std::uint64_t owed{0};     ///< in those before, not told yet
  };
  struct hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  bool is_over(const count& one, clock::time_point now) const noexcept;
  count& begun(std::string_view kind, clock::time_point now);
  count& count_of(std::string_view kind, clock::time_point now);
  void make_room(clock::time_point now);

  const unsigned first_;
  const std::size_t max_kinds_;
  const clock::duration window_;
  std::mutex lock_;
  std::unordered_map<std::string, count, hash, std::equal_to<>> kinds_;
  clock::time_point next_look_{}; ///< for kinds that may go
};

/// The process's own: 20 lines of a kind. Whoever has a timer calls `write_left_out` for it.
log_limit& process_log_limit();

/// One line for each kind of which lines were left out.
void write_left_out(
    log_limit& limit, log_limit::clock::time_point now = log_limit::clock::now());

} // namespace guildhall
