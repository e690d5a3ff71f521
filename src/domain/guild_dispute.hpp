#pragma once

#include "domain/sync.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where a guild went that is not at its address any more, and whether another one has the
/// address for good (docs/rules.md, Disputes). Members' profiles tell; a second odd answer of
/// the address itself proves nothing.
namespace guildhall::domain {

/// How many members are asked.
inline constexpr int max_witnesses = 5;

/// Where a member's profile shows a guild.
struct guild_place {
  guild_address address;
  guild_identity identity;

  auto operator<=>(const guild_place&) const = default;
};

/// What a member's profile says about our guild.
struct witness_word {
  std::optional<guild_place> place{};  ///< where it shows our guild
  bool unclear{false};                 ///< it stays open what guild the member is in
  std::optional<time_point> written{}; ///< when the profile was
  bool refused{false};                 ///< the member is not shown: 404 or 403
};

/// `failed`: the profile could not be had; else `body` is its body, which must be of whom it
/// was asked for (`as`). Our id on another realm, and our name on another realm, may be our
/// guild, moved.
witness_word hear_witness(
    const guild_work& work, std::optional<failure_class> failed, std::string_view body,
    std::string_view last_modified, const reading& as = {});

/// Where to look for the guild, the likeliest first: a place under its own identity on one
/// word; another realm on the word of three, or of all where fewer were asked; under another id
/// only if nobody answers at the old address. Whether it is there, only that address can tell.
std::vector<guild_place> places_to_look(
    const guild_work& work, const std::vector<witness_word>& words, bool nobody_answers);

/// Three or more were asked and nobody is shown: then it is Battle.net that shows nothing, and
/// what it says of the guild is no verdict. Members who are gone for good are not asked again.
bool is_everybody_refused(const std::vector<witness_word>& words);

/// The address belongs to whoever answers there now (`stranger`): of the members who played
/// since our guild last answered three, or all where there are fewer, show another guild or
/// none and nobody shows ours, at least 6 h after the first odd answer; or the same stranger
/// was there for 14 days and nobody who played meanwhile shows ours.
bool is_handed_over(
    const guild_work& work, const guild_identity& stranger,
    const std::vector<witness_word>& words, time_point now);

/// When a disputed address is looked at again: once 6 h have passed, then daily.
time_point next_dispute_look(const guild_work& work, time_point now, double random);

} // namespace guildhall::domain
