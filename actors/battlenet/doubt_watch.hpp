#pragma once

#include "actors/messages.hpp"
#include "domain/upstream_doubt.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace guildhall::actors {

/// What a gateway knows of how far its region can be believed: a rule for each kind of
/// document, and what has flipped to 404 or 403, by target. Part of the gateway's state and on
/// its thread.
class doubt_watch {
public:
  using moment = domain::upstream_doubt::moment;
  using change = domain::upstream_doubt::change;

  /// What the answer says about its kind. `ended`: what had flipped is forgotten.
  change take(const fetch_request& about, battlenet::outcome what, moment now);
  /// The answer (or the lack of one) to a canary.
  change take_canary(const fetch_request& about, bool well, moment now);

  /// The kinds that others doubt; it counts until `until`, or until the next word. Not of what
  /// is settling: the store may have been asked before it was told.
  void hear(std::vector<std::string> kinds, moment until);

  /// A 404 or 403 of this kind is no verdict now: here or to another instance. A kind of which
  /// too little is asked for to judge by its own goes with the guilds and profiles of its
  /// region.
  bool is_doubtful(std::string_view kind, moment now) const;
  /// It has flipped, and asking again is the canaries' part.
  bool must_wait(const battlenet::request& what, moment now) const;
  bool is_silent(std::string_view kind, moment now) const;

  struct look {
    std::string_view kind;
    std::vector<battlenet::request> canaries;
  };
  /// The look that is due, if any. Its canaries' answers are waited for. `one`: a single one,
  /// which only tells whether a whole look is worth while.
  std::optional<look> next_look(moment now, bool one);
  /// Battle.net has begun to answer: all looks are due.
  void hurry(moment now);
  /// The kinds whose doubt is over because nothing speaks for it any more.
  std::vector<std::string_view> note_time(moment now);
  /// When the next one is due; nothing while none is to come or one is under way.
  std::optional<moment> next_look_at() const;
  /// The kinds whose doubt ended a minute ago, once: what was being written then is done now.
  std::vector<std::string_view> take_settled(moment now);
  /// When the next one of them is to be had.
  std::optional<moment> settles_at() const;
  /// How long the kind has been in doubt.
  std::chrono::seconds lasted(std::string_view kind, moment now) const;

private:
  /// Beyond this, what flips is asked for as before (and flips again).
  static constexpr std::size_t most_flipped = 10'000;

  struct kind_state {
    domain::upstream_doubt rule;
    std::unordered_map<std::string, battlenet::request> flipped;
    std::size_t turn{0};    ///< whose turn it is to be a canary
    std::size_t asked{0};   ///< canaries of the look that is under way
    std::size_t waiting{0}; ///< of them, not answered yet
    std::size_t well{0};
    bool is_probe{false}; ///< the look is of one
    moment began{};
    std::optional<moment> settles_at;
  };
  change noted(std::string_view kind, kind_state& of, change what, moment now);

  bool doubted_elsewhere(std::string_view kind, moment now) const;

  std::map<std::string_view, kind_state> kinds_;
  std::vector<std::string> heard_;
  moment heard_until_{};
};

} // namespace guildhall::actors
