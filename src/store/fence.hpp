#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/sync.hpp"

#include <set>
#include <string>

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
  /// Somebody is found under another address, or nobody is: lookups by name.
  void add_addresses();
  void send(session& db) const;

private:
  std::set<std::string> tags_;
};

/// Wakes the schedulers of all instances when the transaction commits.
void wake_schedulers(session& db);

} // namespace guildhall::store
