#pragma once

#include "actors/sync/sync_environment.hpp"
#include "domain/character_plan.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace guildhall::actors {

struct character_task {
  domain::character_work work;
  domain::priority priority{domain::priority::character};
  std::int64_t group{0};     ///< the guild, for fairness
  std::int64_t remaining{1}; ///< requests the guild still has to send, about
  std::optional<std::int64_t> current_period;
  domain::crawl_terms terms{}; ///< by which it is looked at again
  bool announce{true};         ///< notify the instances of what this one changes
};

/// A character sync as its parent knows it.
struct running_character {
  domain::character_work work;
  caf::actor actor;
};
using running_characters = std::unordered_map<std::int64_t, running_character>; ///< by id
std::vector<domain::lease> leases_of(const running_characters& characters);

struct character_sync_state {
  explicit character_sync_state(
      character_sync_actor::stateful_pointer<character_sync_state> self);

  environment_ptr environment;
  character_parent_actor parent;
  character_task task;
  domain::plan_context context;
  domain::character_outcome outcome;
  std::size_t waiting{0}; ///< children that were asked for
  std::size_t requests{0};
  std::optional<failure> not_sent; ///< a request that the budget or breaker refused
  static inline const char* name = "character-sync";
};

/// What is written of a character whose sync came to nothing: its profile failed, for a reason
/// that may pass, and is tried again later the more often that has happened.
domain::apply_character undone(
    const sync_environment& environment, const domain::character_work& work, std::string why);

/// What is written of a character whose sync the database refuses to take: that it is asked for
/// again, later the more often that has happened.
domain::checked_character
put_off(const sync_environment& environment, const domain::character_work& work);

/// CHARACTER SYNC: owns one character's lease while its parent renews it. Profile first, then
/// the child documents that belong to another version of it, in parallel; what arrived is
/// written in one fenced transaction even if the rest failed. Tells its parent how it went and
/// ends. If it dies, its parent gives the lease back and only this character is late.
character_sync_actor::behavior_type character_sync(
    character_sync_actor::stateful_pointer<character_sync_state> self,
    environment_ptr environment, character_parent_actor parent, character_task task);

/// Spawns one that tells `self`, its parent, how it ended; `self` monitors it.
template <class Self>
running_character
start_character(Self* self, environment_ptr environment, character_task task) {
  auto work = task.work;
  auto actor = self->spawn(
      character_sync, std::move(environment),
      caf::actor_cast<character_parent_actor>(typename Self::actor_hdl{self}), std::move(task));
  self->monitor(actor);
  return {std::move(work), caf::actor_cast<caf::actor>(actor)};
}

} // namespace guildhall::actors
