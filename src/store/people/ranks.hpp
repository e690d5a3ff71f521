#pragma once

#include "domain/people_port.hpp"

/// `domain::people_port`, what officers and the guild master say about members and ranks.
namespace guildhall::store {

class session;

result<domain::written<domain::rank_row>>
set_rank(session& db, const domain::author& by, guild_id guild, const domain::rank_edit& what);

result<domain::written<domain::main_override>> set_main(
    session& db, const domain::author& by, guild_id guild, character_id who,
    std::optional<bool> is_main);

} // namespace guildhall::store
