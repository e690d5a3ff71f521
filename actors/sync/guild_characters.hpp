#pragma once

#include "actors/sync/character_sync.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace guildhall::actors {

/// The second half of a coordinator's life: the guild's due characters, claimed in batches and
/// synced a bounded number at once. Part of the coordinator's state and on its thread.
class guild_characters {
public:
  struct totals {
    std::size_t characters{0};
    std::size_t changed{0};
    std::size_t unchanged{0};
    std::size_t failed{0};
    std::size_t requests{0};
  };

  /// `terms`: of every character's task, but for what is its own.
  guild_characters(
      guild_coordinator_actor::pointer self, environment_ptr environment, character_task terms);

  /// Claims and syncs until nothing is left. `members`: about how many there are.
  void begin(std::optional<guild_id> guild, std::size_t members);
  /// Takes no more characters; those under way go on.
  void stop(std::optional<failure> why = std::nullopt);
  /// Writes what is to be written in one batch; true once that is done, nothing is under way
  /// and nothing is left to do.
  bool settle();
  /// Ends what is under way (its writes are fenced); the leases of all that was taken.
  std::vector<domain::lease> abandon();

  // What the coordinator is told of them.
  void take_claim(const claimed_characters& claimed);
  void take_end(const character_done& done);
  void take_death(const caf::down_msg& down);
  void batch_written(const store_done& how);

  std::vector<domain::lease> held() const;
  /// Forgets what waits under a lost lease. What is under way finds out when it writes.
  void drop(const std::function<bool(const domain::lease&)>& is_lost);

  bool is_claiming() const {
    return claiming_;
  }
  /// Something was written that others were not told of.
  bool has_unannounced() const {
    return unannounced_;
  }
  /// When profiles changed, of those that were written.
  const std::vector<time_point>& played() const {
    return played_;
  }
  const std::optional<failure>& stopped_by() const {
    return stopped_by_;
  }
  const totals& counts() const {
    return counts_;
  }

private:
  void feed();
  void claim_more();
  void spawn(const domain::character_work& work);
  void not_done(const domain::character_work& work, const character_done& done);
  /// The database took this character's outcome: what it refused before was its own trouble.
  void written();
  void settle_refused();
  void refused(const domain::character_work& work, const failure& why);
  void raise_alarm(const failure& why);
  void try_later(const domain::character_work& work, const failure& why);
  void put_off(const domain::character_work& work);
  void flush_checked();
  /// Releases what waits.
  void give_back();
  bool announces_now();
  std::int64_t remaining_requests() const;

  guild_coordinator_actor::pointer self_;
  environment_ptr environment_;
  character_task terms_;
  std::optional<guild_id> guild_;
  std::size_t members_{0};

  std::deque<domain::character_work> queue_;
  running_characters active_;
  std::vector<domain::checked_character> checked_; ///< to be written in one batch
  bool claiming_{false};
  bool drained_{false};  ///< the last claim found nothing
  bool stopping_{false}; ///< takes no more characters
  std::optional<failure> stopped_by_;
  /// Outcomes that the database refused, one after the other: some more, and it takes none.
  std::vector<std::pair<domain::character_work, failure>> refused_;
  prometheus::Gauge* alarm_{nullptr}; ///< of all guilds: the database takes nothing
  std::size_t open_writes_{0};
  std::chrono::steady_clock::time_point announced_{};
  bool unannounced_{false};
  std::vector<time_point> played_;
  totals counts_;
};

} // namespace guildhall::actors
