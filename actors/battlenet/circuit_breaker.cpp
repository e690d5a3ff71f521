#include "actors/battlenet/circuit_breaker.hpp"

#include <utility>

namespace guildhall::actors {

namespace {

using battlenet::outcome;

constexpr int most_transient = 25;
constexpr int most_silent = 5;
constexpr int most_refused = 10;
constexpr std::size_t enough_groups = 2;

} // namespace

void circuit_breaker::note_sent(moment now) {
  if (open_)
    next_probe_ = now + probe_interval;
}

circuit_breaker::change circuit_breaker::open(moment now) {
  next_probe_ = now + probe_interval;
  return std::exchange(open_, true) ? change::none : change::opened;
}

circuit_breaker::change circuit_breaker::close() {
  refused_in_a_row_ = 0;
  transient_in_a_row_ = 0;
  silent_in_a_row_ = 0;
  failing_groups_.clear();
  return std::exchange(open_, false) ? change::closed : change::none;
}

circuit_breaker::change circuit_breaker::take_transient(
    const fetch_request& about, const battlenet::answer& answer, moment now) {
  ++transient_in_a_row_;
  silent_in_a_row_ = answer.status == 0 ? silent_in_a_row_ + 1 : 0;
  if (failing_groups_.size() < enough_groups)
    failing_groups_.insert(about.group);
  const bool many = transient_in_a_row_ >= most_transient || silent_in_a_row_ >= most_silent;
  return many && failing_groups_.size() >= enough_groups ? open(now) : change::none;
}

circuit_breaker::change
circuit_breaker::take_forbidden(const fetch_request& about, moment now) {
  const int refused = refused_in_a_row_ + (about.answered_before ? 1 : 0);
  const auto turn = refused < most_refused ? close() : open(now);
  refused_in_a_row_ = refused;
  return turn;
}

circuit_breaker::change
circuit_breaker::take(const fetch_request& about, const battlenet::answer& answer, moment now) {
  if (answer.unsent)
    return change::none;
  switch (answer.outcome) {
  case outcome::transient:
    return take_transient(about, answer, now);
  case outcome::forbidden: // with a user's token it is about that user
    return about.user_token.empty() ? take_forbidden(about, now) : change::none;
  case outcome::throttled:
    return change::none;
  default:
    return close();
  }
}

} // namespace guildhall::actors
