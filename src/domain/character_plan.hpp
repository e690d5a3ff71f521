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
  crawl_terms terms{};                        ///< of its guild
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
/// parts of it cannot be read: they may heal under the same version. A child's retry, or a new
/// M+ week, does not ask for a profile again that is not worth a look yet.
profile_request plan_profile(const character_work& work, const plan_context& context);

/// The child documents to fetch once the profile's version is known. A child is due when it
/// belongs to another version than the profile, whatever the profile answered; M+ also when it
/// is of an older period and the character played within 8 weeks. One whose retry time has not
/// come waits, unless the sync is forced. Toys only where grouping can use them, at most every
/// 30 days.
std::vector<document> plan_children(
    const character_work& work, const std::string& profile_version,
    const plan_context& context);

/// When a character is looked at again, and what this look has told of it.
struct next_check {
  time_point due{};
  std::optional<look_record> look{}; ///< nothing if the profile was not seen
  std::optional<hint_answer> hint{}; ///< the same, or if nobody looked for one
};

/// Due at the earliest retry, also of what was not asked for this time, else when the rule says
/// (`plan_next_look`) or a hint is to be looked for again. Without its profile nothing can be
/// asked for, so its retry decides.
next_check
plan_next_check(const character_outcome& outcome, const plan_context& context, double random);

} // namespace guildhall::domain
