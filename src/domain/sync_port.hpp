#pragma once

#include "domain/budget.hpp"
#include "domain/onboarding.hpp"
#include "domain/operation.hpp"
#include "domain/realm_index.hpp"
#include "domain/sync.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the sync keeps in the database. Every operation is one transaction (`sweep` is a few,
/// and guilds that a profile discovers are tracked after it). Those that write results are
/// fenced: `ec::lease_lost` means that another instance has taken the work over and nothing was
/// written. They are patient: while the database is away they wait for it until their deadline.
///
/// Clocks differ. What an operation says about the future is a time beside the moment `made_at`
/// of the same clock; the store sends the difference, never less than a second, and the
/// database adds it to its own time.
namespace guildhall::domain {

// --- leases: a row is nobody else's until it is released or its time is over

/// Guilds that were claimed; none while the sync is paused.
struct claimed_guilds {
  bool paused{false};
  std::vector<guild_work> guilds{};
  std::chrono::microseconds clock_ahead{}; ///< of the database's clock to this instance's
};

/// Claims due tracked guilds of one class, at most `limit`; expired leases first become free.
/// A guild is due when its roster is, or when any of its characters is.
struct claim_guilds {
  using answer = claimed_guilds;
  static constexpr operation_traits traits{"claim_guilds", manner::patient_once};
  domain::priority priority{};
  int limit{0};
  std::chrono::seconds lease; ///< how long the claim holds without renewal
  /// Those of other regions wait for an instance that syncs theirs. Empty: of every region.
  std::vector<region> regions{};
};

/// Claims due characters of one tracked guild, or (no guild) players' own outside of tracked
/// guilds.
struct claim_characters {
  using answer = std::vector<character_work>;
  static constexpr operation_traits traits{"claim_characters", manner::patient_once};
  std::optional<guild_id> guild;
  int limit{0};
  std::chrono::seconds lease;
  std::vector<region> regions{}; ///< as of guilds; for players' own
};

/// Answers the leases that are still held.
struct renew {
  using answer = std::vector<domain::lease>;
  static constexpr operation_traits traits{"renew", manner::patient, lane::control};
  std::vector<domain::lease> leases;
  std::chrono::seconds lease;
};

/// Gives leases back untouched: due again at once.
struct release {
  using answer = void;
  static constexpr operation_traits traits{"release", manner::patient, lane::control};
  std::vector<lease> leases;
};

// --- the guild step

/// Applies it: guild, memberships, characters, ranks, leader, events, documents' states; the
/// lease stays held. `malformed` is no failure here: a body that JSONB refuses is recorded on
/// its document and the rest is applied. A guild that was never fetched and still cannot be has
/// no row: `guild_applied::guild` is then 0.
struct apply_guild {
  using answer = guild_applied;
  static constexpr operation_traits traits{"apply_guild", manner::patient};
  guild_outcome outcome;
};

/// The guild answers at another address, or under another realm: its row, history and rights
/// and the tracked row go there. Whoever answers at the old address becomes a candidate.
/// `ec::conflict` if the new address is tracked already, or its guild known by itself; the
/// tracked row then only says where its guild went.
struct move_guild {
  using answer = void;
  static constexpr operation_traits traits{"move_guild", manner::patient};
  guild_work work;
  guild_address to;
  guild_identity identity; ///< under which it answers there
  std::optional<guild_view> left_behind{};
};

/// The tracked address belongs to another guild from now on: the one that was there loses its
/// memberships, leader and address (history and rosters stay its own), and the tracked row
/// follows the address.
struct hand_over_guild {
  using answer = void;
  static constexpr operation_traits traits{"hand_over_guild", manner::patient};
  guild_work work;
};

/// Up to `limit` addresses of members who can be asked, latest login first: they know best
/// where their guild is.
struct some_members {
  using answer = std::vector<character_address>;
  static constexpr operation_traits traits{"some_members", manner::patient};
  guild_id guild;
  int limit{0};
};

/// `same`: both are one character. Its places in the guild's rosters and its main flag there
/// move; whose it is, only its player's account list says.
struct settle_transfer {
  using answer = void;
  static constexpr operation_traits traits{"settle_transfer", manner::patient};
  domain::lease lease; ///< of the guild
  pending_transfer transfer;
  bool same{false};
};

/// How a coordinator leaves its guild. After a guild step, members whose next look was reckoned
/// at more than twice of what a call costs now are due sooner.
struct finish_guild {
  using answer = void;
  static constexpr operation_traits traits{"finish_guild", manner::patient};
  domain::lease lease;
  tracked_guild_id tracked;
  std::optional<guildhall::guild_id> guild;
  /// When the guild step is due again. Nothing: it was not due this time and its time stays.
  /// The row is due at the earlier of this and the first of its characters.
  std::optional<time_point> next_roster_due{};
  /// The row is due no earlier than this, whatever its characters say: the budget or the
  /// circuit breaker said when to come back.
  std::optional<time_point> not_before{};
  time_point made_at{wall_now()};   ///< now, by the clock of these times
  std::vector<time_point> played{}; ///< when profiles of its members changed, as this sync saw
  bool announce{false};             ///< something changed that was not notified yet
  bool failed{false};               ///< the guild step failed: attempts go up
  failure_class failed_as{failure_class::transient}; ///< of which class they are
  std::string error{}; ///< why it stopped early, for operators; empty: what is noted stays
};

// --- characters

/// Applies one character's documents, states, columns, identity and guild; releases its lease.
/// Of a user's character, the guild it is in may be tracked from now on.
struct apply_character {
  using answer = void;
  static constexpr operation_traits traits{"apply_character", manner::patient};
  character_outcome outcome;
  bool announce{true}; ///< also notify that its guild has changed
  discovery policy{};
};

/// A character for which only `checked_at` moves.
struct checked_character {
  domain::lease lease;
  character_id character;
  std::vector<document> unchanged;
  time_point next_due{};
  std::optional<look_record> look{};
  std::optional<hint_answer> hint{};
  bool failed{false};             ///< its outcome could not be written: attempts go up
  time_point made_at{wall_now()}; ///< now, by the clock of `next_due`
};

/// `checked_at` and the due times of many, in one statement each; releases their leases. Those
/// whose lease was lost meanwhile are left out; the others are written.
struct checked_characters {
  using answer = void;
  static constexpr operation_traits traits{"checked_characters", manner::patient};
  std::vector<checked_character> characters;
};

// --- what all instances share

/// Borrows from the shared Battle.net budget in the name of `instance`, giving back the unspent
/// rest of its last loan. `met`: 429s that the others are to hear of, at once where a change
/// feed is and with their next loan elsewhere.
struct borrow_budget {
  using answer = budget_loan;
  static constexpr operation_traits traits{
      "borrow_budget", manner::patient_once, lane::control};
  std::string instance;
  loan_request request;
  budget_limits limits;
  std::int64_t unspent{0};
  std::optional<slowdown> met{};
};

/// Remembers a region's M+ period. True: it is a new one, and M+ documents of older ones become
/// due, spread over 6 h: of characters of the region who played within 8 weeks, in bounded
/// steps; what one call cannot do before its deadline, the next one goes on with.
struct set_period {
  using answer = bool;
  static constexpr operation_traits traits{"set_period", manner::patient};
  domain::region region{};
  std::int64_t period{0};
};

/// Ends, as failed and with a sentence, the open jobs that nobody is at work on and nobody will
/// be: of what is not tracked or not kept fresh any more, of a guild that another tracked row
/// stands for, of what ends whoever works on it, and of regions that no instance syncs. Answers
/// how many. `regions`: those that this instance syncs; empty: all.
struct end_idle_jobs {
  using answer = std::int64_t;
  static constexpr operation_traits traits{"end_idle_jobs", manner::patient};
  std::vector<region> regions;
};

/// Remembers which realms a region has. A list that lacks more than half of those that are
/// known changes nothing.
struct set_realms {
  using answer = void;
  static constexpr operation_traits traits{"set_realms", manner::patient};
  domain::region region{};
  std::vector<realm> realms;
  bool whole{true}; ///< else realms that are not in it may be those that could not be read
};

/// Battle.net is in doubt about a kind of document in a region, still is, or (`over`) is not
/// any more: then what was refused or failed since half an hour before it began is due again
/// within three minutes, and the answer is how many entities that are.
struct report_doubt {
  using answer = std::int64_t;
  static constexpr operation_traits traits{"report_doubt", manner::patient};
  domain::region region{};
  std::string document;
  std::chrono::seconds lasted{0};
  bool over{false};
};

/// The kinds of documents about which some instance has said within the last quarter of an hour
/// that Battle.net is in doubt in that region.
struct doubts_in {
  using answer = std::vector<std::string>;
  static constexpr operation_traits traits{"doubts_in", manner::patient};
  domain::region region{};
};

/// The price of a call, and what it was solved by.
struct call_price {
  double price{0};
  double demand{0}; ///< calls an hour that all characters ask for at this price
  double supply{0}; ///< calls an hour that there are for them
};

/// Solves the price of a call anew, at most every five minutes over all instances: at it the
/// characters ask for what the budget leaves them, but it never falls below `floor`. Nothing:
/// it was solved lately.
struct price_calls {
  using answer = std::optional<call_price>;
  static constexpr operation_traits traits{"price_calls", manner::patient};
  budget_limits limits;
  double floor{0};
  double children{3}; ///< calls that a change costs on top of the look
  std::chrono::seconds guild_interval{4 * 3600};
  interval_bounds bounds{};
};

/// What a sweep erased or deleted, in rows of each kind.
struct sweep_report {
  std::int64_t characters{0}; ///< their documents or names, also what rosters said of leavers
  std::int64_t guilds{0};     ///< their documents
  std::int64_t users{0};      ///< their Battle.net tokens
  std::int64_t events{0};     ///< names in what happened to guilds and characters
  std::int64_t battletags{0};
  std::int64_t logins{0};
  std::int64_t candidates{0};
  std::int64_t jobs{0};
  std::int64_t audit{0};
  std::int64_t answers{0}; ///< to requests that named themselves

  struct kind {
    std::string_view name;
    std::int64_t sweep_report::*rows;
  };
  /// Every kind there is: counted, logged and shown in the metrics from here.
  static const std::array<kind, 10> kinds;

  std::int64_t rows() const {
    std::int64_t sum = 0;
    for (const auto& one : kinds)
      sum += this->*one.rows;
    return sum;
  }
  sweep_report& operator+=(const sweep_report& other) {
    for (const auto& one : kinds)
      this->*one.rows += other.*one.rows;
    return *this;
  }
};

inline constexpr std::array<sweep_report::kind, 10> sweep_report::kinds{{
    {"characters", &sweep_report::characters},
    {"guilds", &sweep_report::guilds},
    {"users", &sweep_report::users},
    {"events", &sweep_report::events},
    {"battletags", &sweep_report::battletags},
    {"logins", &sweep_report::logins},
    {"candidates", &sweep_report::candidates},
    {"jobs", &sweep_report::jobs},
    {"audit", &sweep_report::audit},
    {"answers", &sweep_report::answers},
}};
static_assert(
    sizeof(sweep_report) == sweep_report::kinds.size() * sizeof(std::int64_t),
    "every kind stands in the list");

/// One bounded step of erasing what must not be kept (R12): up to `limit` of each kind. A
/// report of zeros: nothing is left.
struct sweep {
  using answer = sweep_report;
  static constexpr operation_traits traits{"sweep", manner::patient};
  int limit{0};
  std::chrono::seconds erase_after;
  /// Entries of the audit log end after this; nothing: they are kept.
  std::optional<std::chrono::seconds> audit_after{};
};

/// How fresh the mirror is, for metrics.
struct mirror_state {
  std::optional<double> oldest_roster; ///< seconds, of the active guilds; none without any
  std::int64_t guilds_overdue{0};      ///< by more than five minutes
  std::int64_t jobs_failed{0};         ///< within a day
};
struct state_of_mirror {
  using answer = mirror_state;
  static constexpr operation_traits traits{"state_of_mirror", manner::read};
};

using sync_operations = operations<
    claim_guilds, claim_characters, renew, release, apply_guild, move_guild, hand_over_guild,
    some_members, settle_transfer, finish_guild, apply_character, checked_characters,
    borrow_budget, price_calls, set_period, end_idle_jobs, set_realms, report_doubt, doubts_in,
    sweep, state_of_mirror>;

class sync_port : public port<sync_operations> {};

} // namespace guildhall::domain
