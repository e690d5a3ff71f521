#pragma once

#include "domain/read_models.hpp"
#include "domain/sync_port.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What operators started: opened by tracking.hpp, moved on by the leases.
namespace guildhall::store {

class array;
class session;

struct new_job {
  std::string kind;
  std::string target;
  std::optional<tracked_guild_id> tracked{};
  std::optional<guild_id> guild{};
  std::optional<character_id> character{};
  std::string by{};
};

struct opened_job {
  job_id id;
  bool joined{false}; ///< it was open already
};

/// The open job of the same target, or a new one.
opened_job open_job(session& db, const new_job& what);
std::optional<domain::job_row> find_job(session& db, job_id id);

/// Claimed: their jobs are running.
void start_guild_jobs(session& db, const std::vector<std::int64_t>& tracked);
void start_character_jobs(session& db, const std::vector<std::int64_t>& characters);

/// Fails what is open of the tracked guild.
void fail_guild_jobs(session& db, tracked_guild_id tracked, const std::string& why);

/// Done when no character of the guild is due any more; failed when the guild cannot be had.
void finish_guild_job(session& db, const domain::finish_guild& how, bool more_to_do);
void finish_character_jobs(session& db, const std::vector<std::int64_t>& characters);

/// Of jobs and tracked guilds: that whoever has these battletags asked for them.
void forget_who_asked(session& db, const array& battletags);

/// Deletes up to `limit` jobs that ended this long ago; answers how many.
std::int64_t expire_jobs(session& db, int limit, std::chrono::seconds after);

} // namespace guildhall::store
