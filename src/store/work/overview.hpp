#pragma once

#include "domain/ports.hpp"

/// What is going on, for operators, and the switch that pauses it.
namespace guildhall::store {

class session;

result<domain::job_row> job(session& db, job_id id);
result<domain::sync_overview> overview(session& db);
result<void> set_paused(session& db, bool paused);
result<bool> paused(session& db);

} // namespace guildhall::store
