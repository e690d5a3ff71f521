#pragma once

#include "domain/operation.hpp"
#include "domain/read_models.hpp"

#include <string>
#include <vector>

/// What operators can do and see. Every write is one transaction and notifies the instances;
/// the reads must see what was just written.
namespace guildhall::domain {

/// Answers the job that tracks it; tracking what is tracked joins the open job or starts a
/// sync. The realm may be a slug or a name in any language; the realm index, once it is known,
/// says which is meant, or `validation` what comes near. `validation` also for a region that is
/// not synced.
struct track {
  using answer = job_row;
  static constexpr operation_traits traits{"track", manner::write};
  guild_address address;
  std::string by;
  std::vector<region> synced{}; ///< the regions that are; empty: not looked at
};

/// `not_found` for a guild that is not tracked.
struct untrack {
  using answer = void;
  static constexpr operation_traits traits{"untrack", manner::write};
  guild_address address;
};

/// Sync now ignores max-age and goes before everything else. A running job is joined.
/// `not_found` for an unknown guild, `conflict` for one that is not tracked, `validation` for
/// one of a region that is not synced.
struct sync_guild {
  using answer = job_row;
  static constexpr operation_traits traits{"sync_guild", manner::write};
  guild_id guild;
  std::vector<region> synced{}; ///< as above
};

/// The same for one character; `not_found` for an unknown one, `conflict` for one without a
/// name that can be asked for.
struct sync_character {
  using answer = job_row;
  static constexpr operation_traits traits{"sync_character", manner::write};
  character_id character;
  std::vector<region> synced{}; ///< as above
};

/// `not_found` for an unknown one.
struct job_by_id {
  using answer = job_row;
  static constexpr operation_traits traits{"job", manner::read};
  job_id id;
};

/// What is tracked at an address whose realm may be a name. `not_found` for what is not
/// tracked, `validation` for a realm that there is not, each with what comes near.
struct tracked_guild_at {
  using answer = tracked_guild_row;
  static constexpr operation_traits traits{"tracked_guild", manner::read};
  guild_address address;
};

struct overview_of_sync {
  using answer = sync_overview;
  static constexpr operation_traits traits{"overview", manner::read};
};

/// Pauses the sync of all instances, or lets it go on.
struct set_paused {
  using answer = void;
  static constexpr operation_traits traits{"set_paused", manner::write};
  bool paused{false};
};

using control_operations = operations<
    track, untrack, sync_guild, sync_character, job_by_id, tracked_guild_at, overview_of_sync,
    set_paused>;

/// Its adapter is given the writers for both pools.
class control_port : public port<control_operations> {};

} // namespace guildhall::domain
