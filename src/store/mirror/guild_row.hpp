#pragma once

#include "domain/sync.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// The row of one guild, and of the address it is tracked under.
namespace guildhall::store {

class session;

struct stored_guild {
  guild_id id;
  domain::guild_identity identity;
  std::string name;
  std::optional<std::string> name_key;
  std::int64_t member_count{0};
};

/// Locks the guild: first of the lock order guild, characters by id, members.
std::optional<stored_guild> lock_guild(session& db, guild_id id);

struct guild_written {
  stored_guild guild;
  bool created{false};
  bool changed{false};
  bool moved{false}; ///< it has another address, or took its from another guild
};

/// Where a guild is whose document was found at `asked`: the document need not say all of it.
domain::guild_address
address_of(const domain::guild_view& view, const domain::guild_address& asked);

/// The guild that a document describes: found by its identity or made, moved to its address
/// (which is taken from another guild if need be), with name, faction and count. What the
/// document does not say stays.
guild_written
write_guild(session& db, const domain::guild_address& address, const domain::guild_view& view);

/// Stores the document as received. False if JSONB refuses it.
bool store_guild_document(session& db, guild_id id, const std::string& body);
bool store_roster_document(session& db, guild_id id, const std::string& body);

/// `member_count` of the stored document.
std::optional<std::int64_t> document_count(session& db, guild_id id);

/// The tracked address led to this guild.
void tracked_found(session& db, tracked_guild_id tracked, guild_id guild, bool complete);
/// It led to none: `not_found`, after 14 days `gone`. The sentence is for whoever tracked it.
void tracked_not_found(session& db, tracked_guild_id tracked, const std::string& sentence);
void tracked_failed(session& db, tracked_guild_id tracked, const std::string& detail);

/// What is remembered of a suspect roster; nothing forgets it.
void remember_suspicion(session& db, guild_id id, const std::optional<domain::suspicion>& what);

/// `guilds.highest_level`: of the roster that is being applied.
void remember_highest_level(session& db, guild_id guild, int level);

} // namespace guildhall::store
