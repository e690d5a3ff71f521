#pragma once

#include "core/ids.hpp"

#include <cstdint>
#include <vector>

/// R12: what of a player must not be kept, in every table that holds it.
namespace guildhall::store {

class session;

/// Documents and what was derived from them; the names stay: somebody still lists them.
void erase_documents(session& db, const std::vector<std::int64_t>& characters);
/// Names as well, events too. The rows with their ids stay, so that foreign keys hold.
void erase_characters(session& db, const std::vector<std::int64_t>& characters);
/// The guild's documents: they hold its members' names.
void erase_guild_documents(session& db, guild_id guild);

} // namespace guildhall::store
