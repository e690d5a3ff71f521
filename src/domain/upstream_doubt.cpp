#include "domain/upstream_doubt.hpp"

#include <algorithm>
#include <ranges>

namespace guildhall::domain {

namespace {

using std::chrono::seconds;

constexpr seconds first_pause{30};
constexpr seconds longest_pause{300};
constexpr std::chrono::hours patience{3};
constexpr std::chrono::minutes silence{30};
/// Answers of what never flipped, without which nothing speaks against the doubt.
constexpr std::size_t enough_to_end = 3;

} // namespace

void upstream_doubt::forget_old(moment now) {
  while (!last_.empty() && last_.front().at < now - remembers_for)
    last_.pop_front();
}

bool upstream_doubt::has_enough(moment now) const {
  return static_cast<std::size_t>(std::ranges::count_if(
             last_, [&](const answer& one) { return one.at >= now - remembers_for; }))
      >= enough;
}

bool upstream_doubt::is_silent(moment now) const {
  return !last_shown_ || *last_shown_ < now - silence;
}

upstream_doubt::change upstream_doubt::note(bool flipped, moment now) {
  if (!flipped)
    last_shown_ = now;
  last_.push_back({now, flipped});
  if (last_.size() > remembered)
    last_.pop_front();
  forget_old(now);
  if (since_)
    return note_time(now);
  if (last_.size() < enough)
    return change::none;
  const auto newest = std::min(judged, last_.size());
  const auto flips = static_cast<std::size_t>(std::ranges::count_if(
      last_ | std::views::reverse | std::views::take(newest), &answer::flipped));
  if (2 * flips <= newest)
    return change::none;
  since_ = now;
  pause_ = first_pause;
  next_look_ = now + pause_;
  return change::began;
}

upstream_doubt::change
upstream_doubt::note_look(std::size_t well, std::size_t asked, moment now) {
  if (!since_)
    return change::none;
  pause_ = std::min(2 * pause_, longest_pause);
  next_look_ = now + pause_;
  if (3 * well >= 2 * asked)
    return end();
  return note_time(now);
}

upstream_doubt::change upstream_doubt::note_time(moment now) {
  if (!since_ || now < *since_ + patience)
    return change::none;
  std::size_t well = 0;
  std::size_t seen = 0;
  for (const auto& one : last_ | std::views::reverse | std::views::take(judged)) {
    if (one.at <= *since_)
      break;
    ++seen;
    well += one.flipped ? 0 : 1;
  }
  return seen >= enough_to_end && 2 * well > seen ? end() : change::none;
}

upstream_doubt::change upstream_doubt::end() {
  since_.reset();
  last_.clear(); // it has been judged
  return change::ended;
}

} // namespace guildhall::domain
