#pragma once

#include "battlenet_sim/options.hpp"
#include "battlenet_sim/world.hpp"

#include <string>

namespace guildhall::sim {

/// Makes the guilds of the options, each with players, their alts and their toys. The same
/// options and the same `epoch` (Unix seconds, the start of a week) give the same world, but
/// for the players who logged out since then: who does so when is fixed too, `now` decides who
/// has.
///
/// What a client must cope with is in every roster: about 15 % of the members on the connected
/// realm, names outside ASCII (a tenth; all of them on Russian realms), names that exist on
/// both realms, characters below level 10 and others whose profile is 404, dead characters
/// (name plus the low 24 bits of the id in hexadecimal).
void populate(world& state, const options& opts, std::int64_t epoch, std::int64_t now);

/// A player-like name for a realm.
std::string make_name(std::uint64_t seed, bool cyrillic);

/// Most toys there are.
constexpr int toy_pool = 900;

} // namespace guildhall::sim
