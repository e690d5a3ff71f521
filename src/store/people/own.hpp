#pragma once

#include "domain/people_port.hpp"

#include <vector>

/// `domain::people_port`, what is a user's own: whatever their account list showed.
namespace guildhall::store {

class session;

result<std::vector<domain::own_guild>> own_guilds(session& db, user_id who);
result<std::vector<domain::character_row>>
own_characters(session& db, user_id who, domain::detail how);
result<domain::character_row>
sync_own_at(session& db, const domain::author& by, const domain::character_address& where);
result<domain::character_row> sync_own(session& db, const domain::author& by, character_id id);

} // namespace guildhall::store
