#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/roster.hpp"
#include "store/ledger/change_tags.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

/// R12: what of a player must not be kept, in every table that holds it.
namespace guildhall::store {

class session;

/// Why a character's name goes, and with it what brings it back.
enum class erasing {
  unverified, ///< nobody vouched for it in time: the next roster or account list names it again
  gone,       ///< Battle.net says so: forgotten until `domain::is_there_again`, or its player's
              ///< next login
  asked,      ///< somebody asked: forgotten, and nobody's, until its player's next login
};

/// Locks the guilds that know them (and `also` this one) and then the characters, as
/// docs/rules.md has it: before they are read to be erased.
void hold_to_erase(
    session& db, const std::vector<std::int64_t>& characters,
    const std::optional<guild_id>& also = std::nullopt);

/// Documents and what was derived from them; the names stay: somebody still lists them.
void erase_documents(session& db, const std::vector<std::int64_t>& characters);

/// Names as well, events and stored rosters too, and their jobs end. The rows with their ids
/// stay, so that foreign keys hold. A roster that lists them is asked for in full next time.
/// They are held (`hold_to_erase`). Adds the tags of whoever shows them; answers how many
/// events lost a name.
std::int64_t erase_characters(
    session& db, const std::vector<std::int64_t>& characters, erasing why, change_tags& tags);

/// The guild's documents: they hold its members' names.
void erase_guild_documents(session& db, guild_id guild);

struct forgotten_members {
  std::vector<std::int64_t> ids;
  std::set<domain::character_identity> who;
};
/// Whom this roster lists and who must stay nameless. Who is there again is forgotten no more;
/// who comes to the guild is locked until the end of the transaction.
forgotten_members still_forgotten(
    session& db, guild_id guild, domain::region where, const domain::roster_view& roster,
    std::optional<time_point> modified_at);

/// Their elements leave the stored roster of this guild, which is locked.
void drop_from_roster(session& db, guild_id guild, const std::vector<std::int64_t>& characters);

/// Their players are here again: they may be named.
void end_forgetting(session& db, const std::vector<std::int64_t>& characters);

} // namespace guildhall::store
