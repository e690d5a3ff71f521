#include "domain/throttling.hpp"

#include <algorithm>

namespace guildhall::domain {

namespace {

using std::chrono::seconds;

constexpr double growth_per_second = 0.1;
/// How many answers are "recent", and how many are enough to say that 429 is the common one;
/// fewer when it was just before.
constexpr std::size_t window = 50;
constexpr std::size_t enough = 20;
constexpr std::size_t enough_again = 10;
/// The share from which the rate is halved: chance alone makes it of 5 % once in minutes.
constexpr double slow_share = 0.16;
/// Answers after which a halved rate is judged. Where the rate was the reason, half of it
/// leaves next to nothing of a share below one half.
constexpr std::size_t trial = 20;
constexpr double helped_below = 1.0 / 3;
constexpr seconds no_reason_for{30};

constexpr seconds one_second{1};
/// Without a 429 for so long, the next one is the first.
constexpr seconds calm{10};
constexpr seconds first_pause{5};
constexpr seconds longest_pause{60};
constexpr seconds longest_region_pause{3'600};
/// Of what a single answer asks for.
constexpr seconds longest_doubted_pause{300};
constexpr double lowest_factor = 1.0 / 16;
constexpr double factor_after_pause = 1.0 / 8;

std::chrono::milliseconds
left(throttling::clock_time until, throttling::clock_time now, seconds longest) {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - now);
  return std::clamp<std::chrono::milliseconds>(wait, std::chrono::milliseconds{0}, longest);
}

/// The first long pause, and twice as long for each further one in a row.
seconds pause_after(int earlier) {
  constexpr int enough_doublings = 4;
  return std::min(first_pause * (1 << std::min(earlier, enough_doublings)), longest_pause);
}

} // namespace

double grown_back(double factor, std::chrono::duration<double> since) {
  const double grown = factor + growth_per_second * std::max(0.0, since.count());
  return std::clamp(grown, lowest_factor, 1.0);
}

slowdown slower(const slowdown& one, const slowdown& other) {
  slowdown out{
      .factor = std::min(one.factor, other.factor),
      .pause = std::max(one.pause, other.pause),
      .regions = one.regions};
  for (std::size_t i = 0; i < out.regions.size(); ++i)
    out.regions[i] = std::max(one.regions[i], other.regions[i]);
  return out;
}

throttling::degree
throttling::note(region where, clock_time sent, bool throttled, clock_time now) {
  const auto index = static_cast<std::size_t>(where);
  if (sent < fresh_since_[index])
    return degree::none;
  recent_.push_back({where, throttled});
  if (recent_.size() > window)
    recent_.pop_front();
  const auto here = count(where);
  if (!here.is_common() && here.answers >= enough_again)
    pauses_ = region_pauses_[index] = 0;
  judge_trial(now);
  if (!throttled) {
    wishes_[index].is_doubted &= sent < wishes_[index].until;
    return degree::none;
  }
  const bool first = now - last_429_ > calm;
  last_429_ = now;
  if (const auto longer = long_pause(where, now))
    return *longer;
  if (first && pauses_ == 0 && region_pauses_[index] == 0)
    return react(degree::wait, where, now);
  const auto all = count(std::nullopt);
  if (!on_trial_ && all.answers == window && all.share() >= slow_share
      && now >= no_reason_until_)
    return react(degree::slow, where, now);
  return degree::none;
}

/// Where 429 is the common answer; of this region alone, if the others answer well.
std::optional<throttling::degree> throttling::long_pause(region where, clock_time now) {
  const auto again = pauses_ + region_pauses_[static_cast<std::size_t>(where)] > 0;
  const auto here = count(where);
  const auto all = count(std::nullopt);
  const tally elsewhere{all.answers - here.answers, all.throttled - here.throttled};
  const bool well_elsewhere = elsewhere.answers >= enough_again && !elsewhere.is_common();
  const auto needed = again ? enough_again : enough;
  if (well_elsewhere && here.is_common() && here.answers >= needed)
    return react(degree::region, where, now);
  if (!well_elsewhere && all.is_common() && all.answers >= needed)
    return react(degree::pause, where, now);
  return std::nullopt;
}

throttling::tally throttling::count(std::optional<region> where) const {
  tally out;
  for (const auto& one : recent_)
    if (!where || one.where == *where) {
      ++out.answers;
      out.throttled += one.throttled ? 1 : 0;
    }
  return out;
}

/// A share that did not fall with the rate has another reason.
void throttling::judge_trial(clock_time now) {
  const auto all = count(std::nullopt);
  if (!on_trial_ || all.answers < trial)
    return;
  on_trial_ = false;
  if (all.share() > share_before_ * helped_below)
    no_reason_until_ = now + no_reason_for;
}

throttling::degree throttling::react(degree what, region where, clock_time now) {
  if (what == degree::region) {
    const auto index = static_cast<std::size_t>(where);
    regions_[index] = std::max(regions_[index], now + pause_after(region_pauses_[index]++));
    forget(where, now);
    return what;
  }
  on_trial_ = what == degree::slow;
  share_before_ = count(std::nullopt).share();
  forget_all(now);
  if (what == degree::wait)
    paused_until_ = std::max(paused_until_, now + one_second);
  if (what == degree::slow)
    set_factor(factor(now) / 2, now);
  if (what == degree::pause) {
    paused_until_ = std::max(paused_until_, now + pause_after(pauses_++));
    set_factor(std::min(factor(now), factor_after_pause), paused_until_);
  }
  return what;
}

/// What was sent before now tells nothing new.
void throttling::forget(region where, clock_time now) {
  fresh_since_[static_cast<std::size_t>(where)] = now;
  std::erase_if(recent_, [where](const noted& one) { return one.where == where; });
}

void throttling::forget_all(clock_time now) {
  fresh_since_.fill(now);
  recent_.clear();
}

void throttling::set_factor(double factor, clock_time grows_from) {
  factor_ = std::clamp(factor, lowest_factor, 1.0);
  grows_from_ = grows_from;
}

bool throttling::pause_region(region where, clock_time sent, seconds length, clock_time now) {
  const auto index = static_cast<std::size_t>(where);
  auto& last = wishes_[index];
  if (sent < last.since)
    return false;
  const bool again = last.is_doubted && sent >= last.until;
  const auto later =
      now + std::min(length, again ? longest_region_pause : longest_doubted_pause);
  if (later <= std::max(regions_[index], now))
    return false;
  regions_[index] = later;
  last = {.since = now, .until = later, .is_doubted = length > longest_doubted_pause};
  forget(where, now);
  return true;
}

void throttling::adopt(const slowdown& theirs, clock_time now) {
  // What they have met is no news where it is what they were told from here.
  constexpr std::chrono::milliseconds same_pause{500};
  constexpr double same_factor = 0.05;
  const auto pause = std::min<std::chrono::milliseconds>(theirs.pause, longest_pause);
  const bool longer = pause > left(paused_until_, now, longest_pause) + same_pause;
  const bool lower = theirs.factor < factor(now) - same_factor;
  if (longer)
    paused_until_ = now + pause;
  if (lower)
    set_factor(theirs.factor, std::max(now, paused_until_));
  if (longer || lower) {
    forget_all(now);
    on_trial_ = false;
  }
  for (std::size_t i = 0; i < regions_.size(); ++i) {
    const auto length =
        std::min<std::chrono::milliseconds>(theirs.regions[i], longest_region_pause);
    if (length <= left(regions_[i], now, longest_region_pause) + same_pause)
      continue;
    regions_[i] = now + length;
    // Our own pauses are shorter: another instance was asked for this one.
    if (length > longest_pause)
      wishes_[i] = {.since = now, .until = now + length, .is_doubted = true};
  }
}

double throttling::factor(clock_time now) const {
  return factor_ >= 1 ? 1 : grown_back(factor_, now - grows_from_);
}

region_set throttling::closed(clock_time now) const {
  region_set out;
  for (std::size_t i = 0; i < regions_.size(); ++i)
    out[i] = now < regions_[i];
  return out;
}

slowdown throttling::told(clock_time now) const {
  slowdown out{
      .factor = factor(now), .pause = left(paused_until_, now, longest_pause), .regions = {}};
  for (std::size_t i = 0; i < regions_.size(); ++i)
    out.regions[i] = left(regions_[i], now, longest_region_pause);
  return out;
}

} // namespace guildhall::domain
