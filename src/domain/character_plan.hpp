#pragma once

#include "domain/sync.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::domain {

/// The times and facts that decide which of a character's documents are asked for.
struct plan_context {
  time_point now{};
  std::optional<std::int64_t> current_period; ///< M+ period of the region, when known
  std::chrono::seconds verify_within{14 * 86400};
  std::chrono::seconds character_interval{8 * 3600};
  std::vector<document> optional_documents{}; ///< those that are switched on
};

/// How the profile is asked for first.
struct profile_request {
  bool ask{true};          ///< false for names that cannot be asked for
  bool conditional{false}; ///< If-Modified-Since may be sent
  bool fresh{false};       ///< checked lately: only children that failed are asked for again
};

/// Conditional only if the stored body belongs to this identity, and at least every
/// `verify_within` unconditional: a 304 carries no id, so it hides a takeover. Also as long as
/// parts of it cannot be read: they may heal under the same version. A child's retry
/// does not ask for a profile again that was checked within half of the interval.
profile_request plan_profile(const character_work& work, const plan_context& context);

/// The child documents to fetch once the profile's version is known. A child is due when it
/// belongs to another version than the profile, whatever the profile answered; M+ also when it
/// is of an older period and the character played within 8 weeks. One whose retry time has not
/// come waits, unless the sync is forced. Toys only where grouping can use them, at most every
/// 30 days.
std::vector<document> plan_children(
    const character_work& work, const std::string& profile_version,
    const plan_context& context);

/// When the character is due again: the earliest retry, also of what was not asked for this
/// time, else the interval (stretched, jittered) after the profile was checked.
time_point next_character_due(
    const character_outcome& outcome, const plan_context& context, double stretch,
    double random);

} // namespace guildhall::domain
