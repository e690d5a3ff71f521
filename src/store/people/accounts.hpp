#pragma once

#include "core/error.hpp"
#include "domain/standing.hpp"

#include <cstdint>
#include <vector>

/// `domain::account_port`, and what other writes need to know about users.
namespace guildhall::store {

class session;
class change_tags;

/// One statement, in autocommit.
result<domain::standing> standing(session& db, user_id id);

/// Tags of the users to whom these characters belong: their standing moves with them.
void add_owners(session& db, const std::vector<std::int64_t>& characters, change_tags& tags);
/// Tags of the users who have a character in this guild.
void add_users_of(session& db, guild_id guild, change_tags& tags);

} // namespace guildhall::store
