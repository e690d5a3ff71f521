#pragma once

#include "domain/sync_port.hpp"
#include "domain/verdict.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// The rules of a guild's turn: how its documents are asked for, what an answer means, and when
/// the guild is due again.
namespace guildhall::domain {

/// What decides when a guild is asked for again.
struct guild_context {
  time_point now{};                              ///< by the clock of the work's times
  std::chrono::seconds guild_interval{4 * 3600}; ///< of guilds without one of their own
  /// An unconditional answer at least this often.
  std::chrono::seconds verify_within{14 * 86400};
  double random{0}; ///< uniform in [0, 1)
};

/// If-Modified-Since for a document of the guild; empty: unconditional. Only what is
/// stored as it was received can be confirmed by a 304; a suspect roster is asked for whole,
/// with its guild, and so is a document with parts that could not be read. Unconditional also
/// when a person wants to know, when the last whole answer is older than `verify_within` (a 304
/// carries no id, so it hides who answers), and where the stored date lies ahead: such a date
/// would be confirmed for ever.
std::string
guild_condition(const guild_work& work, document what, const guild_context& context);

/// An attempt that brought no guild document or no roster, and when it is made again. Waits
/// longer the more have failed in a row; a guild that was never fetched has no documents to
/// count by. A roster that is not found was there a moment ago, with its guild: that is being
/// renamed, which the next look finds out.
document_failure failed_attempt(
    const guild_work& work, document what, failed_answer why, const guild_context& context);

/// Whether the guild's activity is asked for in this step: not before the guild itself is
/// known, and no sooner than its retry.
bool activity_is_due(const guild_work& work, const guild_context& context);

/// The same of its activity. Nothing depends on it: one that is not shown waits for a day.
document_failure
failed_activity(const guild_work& work, const failed_answer& why, const guild_context& context);

/// Whether the last word about a document of the guild was a good one.
bool answered_well(const guild_work& work, document what);

/// When the guild step is due again: at the interval or when Battle.net's answer goes stale,
/// whichever is later; after a failure at its retry.
time_point next_guild_due(
    const guild_outcome& outcome, std::optional<std::chrono::seconds> max_age,
    const guild_context& context);

/// The database is there but takes nothing, or not this: rights, room, a value.
bool is_refused_write(ec code) noexcept;

/// How a coordinator leaves its guild. `applied`: the guild step was done and written;
/// `stopped_by`: why no more was done, its time by this instance's clock. What cannot be done
/// now says when to come back, or leaves a pause, which grows while the database refuses what
/// is written.
finish_guild finish_of(
    const guild_outcome& outcome, const std::optional<guild_applied>& applied,
    const std::optional<failure>& stopped_by, const guild_context& context);

} // namespace guildhall::domain
