#pragma once

#include "core/ids.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

/// Who is told of a change, and when: every instance, as the transaction commits.
namespace guildhall::store {

class session;

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

/// Tags of the users to whom these characters belong: their standing moves with them.
void add_owners(session& db, const std::vector<std::int64_t>& characters, change_tags& tags);
/// Tags of the users who have a character in this guild.
void add_users_of(session& db, guild_id guild, change_tags& tags);

} // namespace guildhall::store
