#pragma once

#include "domain/people_port.hpp"

#include <string>
#include <vector>

/// `domain::people_port`, events and sign-ups. Everything that belongs to them stands under one
/// cache tag per guild.
namespace guildhall::store {

class session;

result<std::vector<domain::event_row>> events(session& db, guild_id guild, domain::detail how);
result<domain::event_row> event(session& db, event_id id);

result<domain::written<domain::event_row>> add_event(
    session& db, const domain::author& by, guild_id guild, const domain::event_change& what);
result<domain::written<domain::event_row>> change_event(
    session& db, const domain::author& by, event_id id, const domain::event_change& what);
result<domain::written<domain::event_row>>
remove_event(session& db, const domain::author& by, event_id id);

result<domain::event_sign_ups> sign_ups(session& db, event_id id);
result<domain::written<domain::sign_up_row>>
sign_up(session& db, const domain::author& by, event_id id, const domain::sign_up_change& what);
result<domain::written<domain::sign_up_row>> change_sign_up(
    session& db, const domain::author& by, event_id id, const domain::sign_up_change& what);
result<domain::written<event_id>> withdraw(session& db, const domain::author& by, event_id id);

} // namespace guildhall::store
