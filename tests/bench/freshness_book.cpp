#include "tests/bench/freshness_book.hpp"

#include <functional>

namespace guildhall::bench {

outcome& outcome::operator+=(const outcome& other) {
  const auto add = [](delays& to, const delays& from) {
    to.sum += from.sum;
    to.count += from.count;
    to.longest = std::max(to.longest, from.longest);
  };
  for (std::size_t i = 0; i < purpose_count; ++i)
    std::ranges::transform(calls[i], other.calls[i], calls[i].begin(), std::plus<>{});
  for (std::size_t i = 0; i < playing_count; ++i) {
    add(of[i], other.of[i]);
    add(in_playing_time[i], other.in_playing_time[i]);
  }
  longest_gap = std::max(longest_gap, other.longest_gap);
  return *this;
}

} // namespace guildhall::bench
