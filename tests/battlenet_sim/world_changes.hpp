#pragma once

#include "battlenet_sim/world.hpp"

#include <cstdint>
#include <string>

namespace guildhall::sim {

/// What happens in the game while guildhall looks on. Every change moves the Last-Modified of
/// the documents that show it, to `now` (Unix seconds) and by at least one second; never back.
///
/// A character who joins, leaves or is renamed is online, so its profile moves too; except in
/// lag mode, where `profile.guild` waits for the next logout. A guild's new name shows up in
/// its members' profiles at once, but on the guild's own clock: their Last-Modified does not
/// move.

/// A new character of a new account, without a guild. The address must be free.
character& create(
    world& state, std::string_view region, const realm& home, std::string name, bool horde,
    std::int64_t now);

/// Leaves its guild first if it has one.
void join(world& state, character& who, guild& where, int rank, std::int64_t now);
void leave(world& state, character& who, std::int64_t now);

/// Rank 0 makes a guild master; the former one becomes rank 1.
void set_rank(world& state, character& who, int rank, std::int64_t now);

/// False when the name is taken on that realm.
bool rename(world& state, character& who, std::string name, std::int64_t now);
/// Each keeps its realm and takes the other's name. False when one of the addresses is a
/// third's.
bool swap_names(world& state, character& a, character& b, std::int64_t now);

/// The character is gone for good: unreachable, in no roster. `keep_in_roster` leaves it there
/// as a dead character, its name extended by the low 24 bits of its id.
void remove(world& state, character& who, bool keep_in_roster, std::int64_t now);

/// Moves it to another realm of its region, out of its guild. With `keep_id` it stays the same
/// character; otherwise a new one with a new id continues it and the old one is gone. Null when
/// the name is taken there.
character*
transfer(world& state, character& who, const realm& to, bool keep_id, std::int64_t now);

/// A session ends: documents change, toys may be learned, a level gained.
void log_out(world& state, character& who, std::int64_t now);

/// The guild's activity says so: of one of its members, or (null) of an encounter.
void leave_line(guild& which, const character* who, std::int64_t now_ms);

/// False when the realm has a guild of that name.
bool rename(world& state, guild& which, std::string name, std::int64_t now);

/// To another realm, id and members kept. False when that realm has a guild of its name.
bool move(world& state, guild& which, const realm& to, std::int64_t now);

/// Everybody leaves; its address answers nobody.
void disband(world& state, guild& which, std::int64_t now);

/// The old one is disbanded, and another one with another id takes its name.
guild& found_again(world& state, guild& old, character& founder, std::int64_t now);

/// The same name, realm, class, guild and rank under another id; the old one is gone.
character& make_anew(world& state, character& who, std::int64_t now);

} // namespace guildhall::sim
