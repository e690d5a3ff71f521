#include "domain/crawling/hints.hpp"

#include <algorithm>
#include <array>

namespace guildhall::domain {

namespace {

/// After how long it is looked for again, by the looks that were in vain.
constexpr std::array<std::chrono::minutes, 4> waits{
    std::chrono::minutes{0}, std::chrono::minutes{30}, std::chrono::minutes{60},
    std::chrono::minutes{120}};
constexpr int most_tries = static_cast<int>(waits.size());

bool is_seen(time_point said, std::optional<time_point> last_change) {
  return last_change && *last_change >= said;
}

} // namespace

std::optional<change_hint> newest_hint(
    std::optional<change_hint> before, time_point said, std::optional<time_point> last_change) {
  if (is_seen(said, last_change) || (before && before->said >= said))
    return before;
  return change_hint{.said = said, .tries = 0};
}

std::optional<time_point>
hint_due(const change_hint& hint, std::optional<time_point> last_change, time_point looked_at) {
  const auto tries = static_cast<std::size_t>(std::max(hint.tries, 0));
  if (is_seen(hint.said, last_change) || tries >= waits.size())
    return std::nullopt;
  return looked_at + waits[tries];
}

time_point with_hint(
    time_point due, const std::optional<change_hint>& hint,
    std::optional<time_point> last_change, time_point looked_at) {
  const auto hinted = hint ? hint_due(*hint, last_change, looked_at) : std::nullopt;
  return hinted ? std::min(due, *hinted) : due;
}

hint_answer answer_of_look(const change_hint& hint, std::optional<time_point> last_change) {
  if (is_seen(hint.said, last_change))
    return {.said = hint.said};
  return {.said = hint.said, .tries = std::clamp(hint.tries, 0, most_tries - 1) + 1};
}

} // namespace guildhall::domain
