#include "actors/battlenet/doubt_watch.hpp"

#include "domain/document_kinds.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace guildhall::actors {

namespace {

using battlenet::outcome;

constexpr std::chrono::seconds until_settled{60};

/// Those whose doubt spreads to kinds that are asked for too rarely.
bool is_of_an_entity(std::string_view kind) {
  return std::ranges::any_of(domain::document_kinds, [&](const auto& one) {
    return one.place == domain::document_place::entity && one.name == kind;
  });
}

} // namespace

doubt_watch::change
doubt_watch::noted(std::string_view kind, kind_state& of, change what, moment now) {
  if (what == change::began) {
    of.began = now;
    of.settles_at.reset();
  }
  if (what == change::ended) {
    of.asked = of.waiting = of.well = 0;
    of.settles_at = now + until_settled;
    std::erase(heard_, kind); // for the others it has ended as well
  }
  return what;
}

doubt_watch::change doubt_watch::take(const fetch_request& about, outcome what, moment now) {
  const bool shown = what == outcome::ok || what == outcome::not_modified;
  if (!shown && what != outcome::not_found && what != outcome::forbidden)
    return change::none;
  auto& of = kinds_[about.what.kind];
  if (shown)
    of.rule.note_shown(now);
  // What flipped has been counted; it is judged by itself from now on.
  if (of.flipped.erase(about.what.target) > 0 || !about.answered_before)
    return change::none;
  const auto turn = noted(about.what.kind, of, of.rule.note(!shown, now), now);
  if (!shown && of.flipped.size() < most_flipped)
    of.flipped.emplace(about.what.target, about.what);
  return turn;
}

doubt_watch::change
doubt_watch::take_canary(const fetch_request& about, bool well, moment now) {
  auto& of = kinds_[about.what.kind];
  if (well) {
    of.rule.note_shown(now);
    of.flipped.erase(about.what.target);
  }
  if (of.waiting == 0) // of a look that does not count any more
    return change::none;
  of.well += well ? 1 : 0;
  if (--of.waiting > 0)
    return change::none;
  const auto asked = std::exchange(of.asked, 0);
  if (std::exchange(of.is_probe, false)) {
    const bool worth_while = std::exchange(of.well, 0) > 0;
    return worth_while ? change::none
                       : noted(about.what.kind, of, of.rule.note_look(0, asked, now), now);
  }
  const auto turn = of.rule.note_look(std::exchange(of.well, 0), asked, now);
  // Enough are shown again: what flipped is asked for like everything else.
  if (turn == change::ended)
    of.flipped.clear();
  return noted(about.what.kind, of, turn, now);
}

void doubt_watch::hear(std::vector<std::string> kinds, moment until) {
  std::erase_if(kinds, [&](const std::string& kind) {
    const auto own = kinds_.find(kind);
    return own != kinds_.end() && own->second.settles_at;
  });
  heard_ = std::move(kinds);
  heard_until_ = until;
}

bool doubt_watch::doubted_elsewhere(std::string_view kind, moment now) const {
  return now < heard_until_ && std::ranges::find(heard_, kind) != heard_.end();
}

bool doubt_watch::is_doubtful(std::string_view kind, moment now) const {
  const auto own = kinds_.find(kind);
  if (own != kinds_.end() && own->second.rule.holds())
    return true;
  if (doubted_elsewhere(kind, now))
    return true;
  if (own != kinds_.end() && own->second.rule.has_enough(now))
    return false;
  if (now < heard_until_ && std::ranges::any_of(heard_, is_of_an_entity))
    return true;
  return std::ranges::any_of(kinds_, [](const auto& other) {
    return is_of_an_entity(other.first) && other.second.rule.holds();
  });
}

bool doubt_watch::must_wait(const battlenet::request& what, moment now) const {
  const auto of = kinds_.find(what.kind);
  return of != kinds_.end() && of->second.flipped.contains(what.target)
      && is_doubtful(what.kind, now);
}

bool doubt_watch::is_silent(std::string_view kind, moment now) const {
  const auto of = kinds_.find(kind);
  return of == kinds_.end() || of->second.rule.is_silent(now);
}

std::optional<doubt_watch::look> doubt_watch::next_look(moment now, bool one) {
  for (auto& [kind, of] : kinds_) {
    if (!of.rule.holds() || of.rule.next_look() > now || of.waiting > 0 || of.flipped.empty())
      continue;
    look due{kind, {}};
    const auto wanted = one ? 1 : std::min(domain::upstream_doubt::canaries, of.flipped.size());
    of.is_probe = one;
    for (std::size_t i = 0; i < wanted; ++i) {
      const auto turn = of.turn++ % of.flipped.size();
      due.canaries.push_back(
          std::next(of.flipped.begin(), static_cast<std::ptrdiff_t>(turn))->second);
    }
    of.asked = of.waiting = wanted;
    return due;
  }
  return std::nullopt;
}

void doubt_watch::hurry(moment now) {
  for (auto& [kind, of] : kinds_)
    if (of.rule.holds())
      of.rule.hurry(now);
}

std::vector<std::string_view> doubt_watch::note_time(moment now) {
  std::vector<std::string_view> over;
  for (auto& [kind, of] : kinds_) {
    if (!of.rule.holds() || of.waiting > 0)
      continue;
    const auto turn =
        of.flipped.empty() ? of.rule.note_look(1, 1, now) : of.rule.note_time(now);
    if (noted(kind, of, turn, now) == change::ended)
      over.push_back(kind);
  }
  return over;
}

std::optional<doubt_watch::moment> doubt_watch::next_look_at() const {
  std::optional<moment> earliest;
  for (const auto& [kind, of] : kinds_)
    if (of.rule.holds() && of.waiting == 0)
      earliest = std::min(earliest.value_or(of.rule.next_look()), of.rule.next_look());
  return earliest;
}

std::vector<std::string_view> doubt_watch::take_settled(moment now) {
  std::vector<std::string_view> settled;
  for (auto& [kind, of] : kinds_)
    if (of.settles_at && *of.settles_at <= now) {
      of.settles_at.reset();
      settled.push_back(kind);
    }
  return settled;
}

std::optional<doubt_watch::moment> doubt_watch::settles_at() const {
  std::optional<moment> earliest;
  for (const auto& [kind, of] : kinds_)
    if (of.settles_at)
      earliest = std::min(earliest.value_or(*of.settles_at), *of.settles_at);
  return earliest;
}

std::chrono::seconds doubt_watch::lasted(std::string_view kind, moment now) const {
  const auto of = kinds_.find(kind);
  return of == kinds_.end() ? std::chrono::seconds{0}
                            : std::chrono::ceil<std::chrono::seconds>(now - of->second.began);
}

} // namespace guildhall::actors
