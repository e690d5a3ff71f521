#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/sync.hpp"

#include <set>
#include <string>
#include <vector>

/// What every write of the sync shares.
namespace guildhall::store {

class session;

/// Locks the row of a lease; `lease_lost` when it is another's by now. First in every
/// transaction that writes results: a check without the row lock does not fence.
result<void> fence(session& db, const domain::lease& held);

/// The database's time (`app_now()`).
time_point now_of(session& db);

/// What a transaction changed, told to every instance when it commits.
class change_tags {
public:
  void add(guild_id id);
  void add(character_id id);
  /// Their standing: what is theirs, their ranks, their role, which tokens count.
  void add(user_id id);
  /// Somebody is found under another address, or nobody is: lookups by name.
  void add_addresses();
  /// What people write in a guild: its rosters; its calendar; one event and who signed up.
  void add_rosters(guild_id id);
  void add_events(guild_id id);
  void add(event_id id);
  void send(session& db) const;
  /// The same, for the instance that writes.
  std::vector<std::string> list() const {
    return {tags_.begin(), tags_.end()};
  }

private:
  std::set<std::string> tags_;
};

/// Wakes the schedulers of all instances when the transaction commits.
void wake_schedulers(session& db);

} // namespace guildhall::store
