#pragma once

#include "domain/ports.hpp"

#include <vector>

namespace guildhall::store {

class session;

// `domain::read_port`. One statement each, in autocommit.

result<domain::guild_row> guild(session& db, guild_id id, domain::detail how);
result<domain::guild_row>
guild_at(session& db, const domain::guild_address& address, domain::detail how);
result<std::vector<domain::member_row>> members(session& db, guild_id id);
result<std::vector<domain::member_detail>>
member_details(session& db, guild_id id, domain::detail how);
result<domain::member_activity> member_activity(session& db, guild_id id);
result<std::vector<domain::rank_row>> ranks(session& db, guild_id id);
result<domain::guild_freshness> freshness(session& db, guild_id id);
result<domain::character_row> character(session& db, character_id id, domain::detail how);
result<domain::character_row>
character_at(session& db, const domain::character_address& address, domain::detail how);

} // namespace guildhall::store
