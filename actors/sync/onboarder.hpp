#pragma once

#include "actors/interfaces.hpp"
#include "actors/sync/sync_environment.hpp"
#include "core/seal.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace guildhall::actors {

struct onboarder_options {
  domain::onboarding_port* store{nullptr};
  std::shared_ptr<const sealer> seals;
  std::chrono::seconds poll_interval{10};
  std::size_t max_users{64}; ///< at the same time; more are fetched when they are due again
};

struct onboarder_state {
  explicit onboarder_state(onboarder_actor::stateful_pointer<onboarder_state>) {}
  ~onboarder_state();

  struct run {
    std::vector<std::function<void()>> waiting; ///< told when it is over
    std::vector<domain::account_list> lists;
    std::size_t outstanding{0};     ///< regions that have not answered
    bool again{false};              ///< one could not be asked, and may answer later
    std::size_t looks{0};           ///< at profiles, and stored guilds of them, under way
    std::set<std::string> guilds{}; ///< that profiles have named
  };

  onboarder_options options;
  environment_ptr environment;
  std::map<std::int64_t, run> runs; ///< by user
  std::uint64_t timer{0};
  static inline const char* name = "onboarder";
};

/// ONBOARDER: owns the account lists that are being fetched. Asks every region with the user's
/// own token, as a person who waits; what all of them answered becomes one transaction. Where
/// guilds of users are tracked, the profiles of those characters of whom nothing is known yet
/// are looked at next, so that whoever waits finds their guild; a roster follows. A
/// region that does not answer, or oddly, is asked again ten minutes later and then ever more
/// rarely, for as long as the token is kept. Ends only with its supervisor: what was under way
/// is due again by then.
onboarder_actor::behavior_type onboarder(
    onboarder_actor::stateful_pointer<onboarder_state> self, environment_ptr environment,
    onboarder_options options);

} // namespace guildhall::actors
