#pragma once

#include "domain/roster.hpp"
#include "domain/sync.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Set-based statements on `guild_members` and the characters in them; roster.cpp puts them in
/// order.
namespace guildhall::store {

class session;

/// Every row of the guild, open or closed.
std::vector<domain::stored_member> stored_members(session& db, guild_id guild);

/// An open membership in another guild, of somebody this roster lists.
struct contested_member {
  domain::character_identity who;
  character_id character;
  member_id membership;
  guild_id other;
  int rank{0};
  std::optional<time_point> roster_modified_at; ///< of the other guild's roster
};
std::vector<contested_member>
open_elsewhere(session& db, guild_id guild, std::span<const domain::character_identity> who);

/// Locks, in the order of their ids, every guild that applying this roster may write: the
/// guild, whoever has its address now, and those that its members are in. Two steps that take
/// members from each other wait for each other, and count what the other one has left.
void hold_guilds_of_roster(
    session& db, std::optional<guild_id> guild, const domain::guild_address& address,
    std::span<const domain::roster_member> members);

/// What a roster says of one character.
struct roster_character {
  domain::character_identity who;
  std::string name;
  std::string name_key; ///< empty: none, or another has the address
  std::string realm;
  int class_id{0};
  int level{0};
};

using character_ids = std::map<domain::character_identity, character_id>;

void lock_characters(session& db, const std::vector<std::int64_t>& ids);
/// By identity: makes them, or gives them their name and address.
character_ids
upsert_characters(session& db, domain::region where, std::span<const roster_character> list);
/// Members who lost their address to somebody who has left it since: it is theirs again.
void restore_addresses(session& db, guild_id guild);
/// Those whose own profile is newer than the roster.
std::vector<std::int64_t> with_newer_profile(
    session& db, const std::vector<std::int64_t>& characters, time_point roster_modified_at);

struct level_change {
  character_id character;
  int class_id{0};
  int level{0};
};
void update_levels(
    session& db, const std::vector<level_change>& changes,
    std::optional<time_point> roster_modified_at);

struct membership {
  character_id character;
  int rank{0};
  std::string name;
  std::string class_name;
};
/// Opens rows, new ones or closed ones; `first_scan`: nobody knows when they joined.
void open_memberships(
    session& db, guild_id guild, const std::vector<membership>& list, bool first_scan);
void close_memberships(session& db, const std::vector<std::int64_t>& members);
void set_rank(session& db, const std::vector<domain::rank_change>& changes);
/// `characters.guild_id` of those who joined, and of those who left this guild.
void set_guild(session& db, guild_id guild, const std::vector<std::int64_t>& characters);
void clear_guild(session& db, guild_id guild, const std::vector<std::int64_t>& characters);
/// `guild_members` keeps each character's name and class, and its part of the stored roster as
/// received.
void refresh_member_names(session& db, guild_id guild);
void refresh_member_data(session& db, guild_id guild);
void add_pending_transfer(
    session& db, guild_id guild, character_id leaver, character_id joiner);

} // namespace guildhall::store
