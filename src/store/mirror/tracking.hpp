#pragma once

#include "domain/ports.hpp"

#include <string>

namespace guildhall::store {

class session;

// `domain::control_port`.

result<domain::job_row>
track(session& db, const domain::guild_address& address, const std::string& by);
result<void> untrack(session& db, const domain::guild_address& address);
result<domain::job_row> sync_guild(session& db, guild_id id);
result<domain::job_row> sync_character(session& db, character_id id);
result<domain::job_row> job(session& db, job_id id);
result<domain::sync_overview> overview(session& db);
result<void> set_paused(session& db, bool paused);
result<bool> paused(session& db);

} // namespace guildhall::store
