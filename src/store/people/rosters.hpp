#pragma once

#include "domain/people_port.hpp"

#include <optional>
#include <string>
#include <vector>

/// `domain::people_port`, rosters. Everything that belongs to them stands under one cache tag
/// per guild.
namespace guildhall::store {

class session;

result<std::vector<domain::roster_row>> rosters(session& db, guild_id guild);
result<domain::roster_with_places> roster(session& db, roster_id id);

result<domain::written<domain::roster_row>>
add_roster(session& db, const domain::author& by, guild_id guild, const std::string& name);
result<domain::written<domain::roster_row>>
rename_roster(session& db, const domain::author& by, roster_id id, const std::string& name);
result<domain::written<domain::roster_row>>
remove_roster(session& db, const domain::author& by, roster_id id);
result<domain::written<domain::roster_with_places>> add_places(
    session& db, const domain::author& by, roster_id id,
    const std::vector<domain::roster_addition>& additions);
result<domain::written<domain::roster_place>> set_place_role(
    session& db, const domain::author& by, roster_id id, character_id who,
    const std::optional<std::string>& role);
result<domain::written<domain::roster_row>>
remove_place(session& db, const domain::author& by, roster_id id, character_id who);

} // namespace guildhall::store
