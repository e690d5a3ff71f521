#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/activity.hpp"
#include "domain/address.hpp"
#include "domain/crawling/hints.hpp"
#include "domain/crawling/next_check.hpp"
#include "domain/document.hpp"
#include "domain/payload.hpp"
#include "domain/projection.hpp"
#include "domain/roster.hpp"

#include <array>
#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// What the scheduler, the coordinators and the store hand to each other: work that was
/// claimed, and what came of it. Plain values.
namespace guildhall::domain {

/// Who waits for a Battle.net request; lower goes first. Also `sync_queue.priority`.
enum class priority : std::uint8_t { person = 0, roster = 1, character = 2, sweep = 3 };
inline constexpr std::size_t priority_count = 4;
std::string_view to_string(priority what) noexcept;

/// The right to write results for one entity, until it is released, lost or expires.
struct lease {
  queue_entry_id entry;
  lease_token token;
};

/// Another guild answers at a tracked address (docs/rules.md, Disputes).
struct dispute {
  guild_identity by;
  time_point since{}; ///< this one has been there
};

/// A tracked guild whose lease was claimed: it, some of its characters, or both are due.
struct guild_work {
  domain::lease lease;
  tracked_guild_id tracked;
  guild_address address;
  std::optional<guildhall::guild_id> guild; ///< none until fetched once
  std::optional<guild_identity> identity;
  std::string state;                         ///< as in tracked_guild_row
  std::optional<time_point> not_found_since; ///< the first answer that was not this guild's
  std::optional<dispute> disputed;
  bool roster_due{true};           ///< else only characters are
  bool forced{false};              ///< sync now: max-age is ignored
  std::chrono::seconds interval{}; ///< of this guild; 0: the configured one
  hour_counts played{};            ///< when its members play
  domain::priority priority{domain::priority::roster};
  document_record guild_document;
  document_record roster_document;
  document_record activity_document;
  std::optional<suspicion> earlier_suspicion;
  std::size_t open_members{0};
  int attempts{0};                               ///< failures in a row of the guild step
  std::optional<failure_class> attempts_class{}; ///< what they were
  /// How far the database's clock, by which these times are, was ahead of the claimer's.
  std::chrono::microseconds clock_ahead{};
};

/// What a look at a profile leaves in the queue's row: what has been seen of its changes, and
/// by what the next one was reckoned (the price is solved from these).
struct look_record {
  change_record seen;
  double per_hour{0};
  double weight{1};
  double price{0};
  std::optional<time_point> changed_at{}; ///< when the profile did, if this look has found so
};

/// A character whose lease was claimed.
struct character_work {
  domain::lease lease;
  guildhall::character_id character;
  character_identity identity;
  character_address address; ///< to be asked under
  std::string name;
  std::optional<guildhall::user_id> user;
  std::optional<guildhall::guild_id> guild;
  bool forced{false};
  bool profile_stored{false}; ///< a profile body of this very identity is stored
  std::optional<time_point> verified_at;
  std::optional<time_point> last_login_at;
  std::optional<change_hint> hint{};
  bool grouped{false}; ///< has a user, or is grouped with others already
  std::vector<document_record> documents;
  change_record seen{};
  interest why{};
  int attempts{0};
  std::chrono::microseconds clock_ahead{};       ///< as of a guild
  std::optional<failure_class> attempts_class{}; ///< what they were
};

/// A document that arrived with 200 and has the right shape.
struct fetched_document {
  domain::document document{};
  std::string body; ///< as received
  std::string last_modified;
  std::string schema_revision;
  std::string version{}; ///< as `version_of` makes it
  unread left_out{};

  const std::string& stored_version() const noexcept {
    return version.empty() ? last_modified : version;
  }
};

/// An attempt that brought nothing; the stored document stays.
struct document_failure {
  domain::document document{};
  failure_class error_class{};
  std::string detail; ///< printable and short: what quotes an answer is cut where it is made
  time_point retry_at{};
  /// A 404 or 403 that is no verdict yet: how the document stands stays open.
  bool in_question{false};
  /// Battle.net does not show it: so it is.
  bool is_verdict() const {
    return !in_question && is_refusal(error_class);
  }
};

/// What one character sync brought; applied in one fenced transaction.
struct character_outcome {
  character_work work;
  std::vector<fetched_document> arrived;
  std::vector<domain::document> unchanged; ///< 304
  std::vector<document_failure> failed;
  std::optional<profile_view> profile;   ///< when the profile arrived
  character_columns columns;             ///< what the arrived documents project to
  std::string profile_version;           ///< the version children belong to (new or stored)
  std::optional<std::int64_t> period_id; ///< M+ period of the region at the time
  bool verified{false};                  ///< a 200 with the right id arrived
  bool gone{false};                      ///< is_valid false or another id: erase
  std::optional<hint_answer> hint;       ///< nothing if nobody looked for one
  time_point next_due{};
  std::optional<look_record> look{}; ///< nothing if the profile was not seen
  time_point made_at{wall_now()};    ///< now, by the clock of the times in it
  /// Nothing but 304s: only checked_at moves, batched with others.
  bool only_checked() const {
    return arrived.empty() && failed.empty() && !gone && !verified;
  }
};

/// What came of asking for a guild's activity: one of these, or nothing if it was not asked.
struct activity_answer {
  std::optional<fetched_document> arrived; ///< without its body
  bool unchanged{false};
  std::optional<document_failure> failed;
};

/// What one guild step brought, before it is applied.
struct guild_outcome {
  guild_work work;
  std::optional<fetched_document> guild;
  std::optional<guild_view> guild_document;
  std::optional<fetched_document> roster;
  std::optional<roster_view> roster_document;
  std::vector<domain::document> unchanged;
  std::vector<document_failure> failed;
  std::optional<guild_view> stranger; ///< who answers at the address instead
  /// Apart from the others: however it ends, the guild is as fresh as before.
  activity_answer activity;
  std::vector<activity_hint> hints;     ///< of its activity
  std::vector<time_point> raid_moments; ///< of its activity: when the guild certainly played
  time_point next_due{};
  time_point made_at{wall_now()}; ///< now, by the clock of the times in it
};

/// A leaver and a joiner that may be one character; settled by asking the leaver's status, or
/// where the joiner has the leaver's address, by asking who is there.
struct pending_transfer {
  std::int64_t id{0};
  guildhall::character_id leaver;
  guildhall::character_id joiner;
  character_address leaver_address; ///< without a name: the joiner, or a third, has it
  bnet_character_id leaver_bnet_id;
  character_address joiner_address;
  bnet_character_id joiner_bnet_id;
  bool same_address{false}; ///< the joiner is called as the leaver was, on the same realm
};

/// What applying a guild step did: counts for the log line and the job, and what must follow.
struct guild_applied {
  guildhall::guild_id guild;
  bool first_scan{false};
  bool changed{false};
  std::int64_t members{0};
  std::int64_t joined{0};
  std::int64_t returned{0};
  std::int64_t left{0};
  std::int64_t rank_changes{0};
  std::int64_t renamed{0};
  std::int64_t addresses_taken_over{0};
  std::vector<pending_transfer> transfers{}; ///< to be settled, also of earlier scans
  /// A document that arrived could not be applied: when to look again (what was asked for
  /// stands in its document's record).
  std::optional<time_point> retry_at{};
  /// A suspect roster: when a second opinion counts.
  std::optional<time_point> look_again{};
};

using region_set = std::bitset<region_count>;

/// What Battle.net's answers with status 429 have brought about, as the instances tell each
/// other. Their clocks differ, so what lasts is told as a duration from now.
struct slowdown {
  double factor{1};                   ///< of the rate; a tenth of the whole returns per second
  std::chrono::milliseconds pause{0}; ///< of everything
  std::array<std::chrono::milliseconds, region_count> regions{}; ///< of each region alone
  friend bool operator==(const slowdown&, const slowdown&) = default;
};

/// The Battle.net budget as lent to one instance.
struct budget_loan {
  double rate{0};                  ///< requests per second this instance may pace
  std::int64_t background{0};      ///< requests any class may spend
  std::int64_t people{0};          ///< requests only `priority::person` may spend, on top
  std::int64_t spent_last_hour{0}; ///< over all instances, lent counts as spent
  std::int64_t hour_limit{0};
  std::chrono::milliseconds valid_for{0}; ///< rate and counts are void after this
  double price{0};   ///< of a call: by it characters are looked at (crawling/check_rule.hpp)
  slowdown slowed{}; ///< what the instances have met; not in `rate` yet
};

} // namespace guildhall::domain
