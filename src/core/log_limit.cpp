#include "core/log_limit.hpp"

#include "core/log.hpp"

#include <utility>

namespace guildhall {

log_limit::log_limit(unsigned first, std::size_t max_kinds, clock::duration window)
    : first_{first},
      max_kinds_{max_kinds},
      window_{window} {}

bool log_limit::is_over(const count& one, clock::time_point now) const noexcept {
  return now - one.begin >= window_;
}

bool log_limit::admit(std::string_view kind, clock::time_point now) {
  const std::lock_guard guard{lock_};
  auto& one = begun(kind, now);
  if (one.written == first_) {
    ++one.left_out;
    return false;
  }
  ++one.written;
  return true;
}

void log_limit::leave_out(std::string_view kind, clock::time_point now) {
  const std::lock_guard guard{lock_};
  ++begun(kind, now).left_out;
}

/// The kind's count of this minute.
log_limit::count& log_limit::begun(std::string_view kind, clock::time_point now) {
  auto& one = count_of(kind, now);
  if (is_over(one, now)) {
    one.owed += std::exchange(one.left_out, 0);
    one.written = 0;
    one.begin = now;
  }
  return one;
}

log_limit::count& log_limit::count_of(std::string_view kind, clock::time_point now) {
  if (const auto known = kinds_.find(kind); known != kinds_.end())
    return known->second;
  if (kinds_.size() >= max_kinds_)
    make_room(now);
  if (kinds_.size() >= max_kinds_)
    kind = {};
  return kinds_.try_emplace(std::string{kind}, count{.begin = now}).first->second;
}

void log_limit::make_room(clock::time_point now) {
  constexpr auto looks_per_window = 60; // a flood of kinds must not look at all each time
  if (now < next_look_)
    return;
  next_look_ = now + window_ / looks_per_window;
  std::erase_if(kinds_, [&](const auto& entry) {
    const auto& one = entry.second;
    return is_over(one, now) && one.left_out + one.owed == 0;
  });
  if (kinds_.size() >= max_kinds_) // nobody has asked what was left out
    std::erase_if(kinds_, [&](const auto& entry) { return is_over(entry.second, now); });
}

std::vector<log_limit::left_out> log_limit::take_left_out(clock::time_point now) {
  std::vector<left_out> out;
  const std::lock_guard guard{lock_};
  for (auto& [kind, one] : kinds_) {
    if (is_over(one, now))
      one.owed += std::exchange(one.left_out, 0);
    if (const auto lines = std::exchange(one.owed, 0); lines > 0)
      out.push_back({kind, lines});
  }
  std::erase_if(kinds_, [&](const auto& entry) { return is_over(entry.second, now); });
  return out;
}

log_limit& process_log_limit() {
  constexpr unsigned first = 20;
  static log_limit limit{first};
  return limit;
}

void write_left_out(log_limit& limit, log_limit::clock::time_point now) {
  for (const auto& [kind, lines] : limit.take_left_out(now))
    log::warn(
        "log: {} more lines of the kind \"{}\" were left out within a minute", lines,
        kind.empty() ? "other" : kind);
}

} // namespace guildhall
