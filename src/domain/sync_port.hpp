#pragma once

#include "domain/ports.hpp"
#include "domain/sync.hpp"

#include <span>
#include <string>
#include <vector>

namespace guildhall::domain {

/// A character for which only `checked_at` moves.
struct checked_character {
  domain::lease lease;
  character_id character;
  std::vector<document> unchanged;
  time_point next_due{};
  bool failed{false}; ///< its outcome could not be written: attempts go up
};

/// How a coordinator leaves its guild.
struct guild_finish {
  domain::lease lease;
  tracked_guild_id tracked;
  std::optional<guildhall::guild_id> guild;
  /// When the guild step is due again. Nothing: it was not due this time and its time stays.
  /// The row is due at the earlier of this and the first of its characters.
  std::optional<time_point> next_roster_due{};
  /// The row is due no earlier than this, whatever its characters say: the budget or the
  /// circuit breaker said when to come back.
  std::optional<time_point> not_before{};
  bool announce{false}; ///< something changed that was not notified yet
  bool failed{false};   ///< the guild step failed: attempts go up
  std::string error{};  ///< why it stopped early, for operators; empty: what is noted stays
};

/// What a sweep erased.
struct sweep_report {
  std::int64_t characters{0};
  std::int64_t guilds{0};
  std::int64_t users{0};
  std::int64_t events{0};
};

/// What the sync keeps in the database. Every call is one transaction and returns at once; its
/// completion runs exactly once, on any thread. Calls that write results are fenced:
/// `ec::lease_lost` means that another instance has taken the work over and nothing was
/// written.
class sync_port {
public:
  virtual ~sync_port() = default;

  /// Claims due tracked guilds of one class, at most `limit`; expired leases first become free.
  /// A guild is due when its roster is, or when any of its characters is.
  virtual void claim_guilds(
      priority what, int limit, deadline expires, completion<std::vector<guild_work>> done) = 0;
  /// Claims due characters of one tracked guild, or (no guild) players' own outside of tracked
  /// guilds.
  virtual void claim_characters(
      std::optional<guild_id> guild, int limit, deadline expires,
      completion<std::vector<character_work>> done) = 0;
  /// Renews; answers the leases that are still held.
  virtual void
  renew(std::vector<lease> leases, deadline expires, completion<std::vector<lease>> done) = 0;
  /// Gives leases back untouched: due again at once.
  virtual void release(std::vector<lease> leases, deadline expires, completion<void> done) = 0;

  /// Applies the guild step: guild, memberships, characters, ranks, leader, events, documents'
  /// states.
  virtual void
  apply_guild(guild_outcome outcome, deadline expires, completion<guild_applied> done) = 0;
  /// The guild answers at another address: the tracked row moves there. `ec::conflict` if that
  /// address is tracked already; the row then only says where its guild went.
  virtual void guild_renamed(
      guild_work work, std::string new_name_slug, deadline expires, completion<void> done) = 0;
  /// Up to `limit` addresses of members (lowest rank first), to find a guild's new name.
  virtual void some_members(
      guild_id guild, int limit, deadline expires,
      completion<std::vector<character_address>> done) = 0;
  virtual void finish_guild(guild_finish how, deadline expires, completion<void> done) = 0;

  virtual void pending_transfers(
      guild_id guild, deadline expires, completion<std::vector<pending_transfer>> done) = 0;
  /// `same`: the leaver's status is 404, so both are one character; else they are two.
  virtual void settle_transfer(
      lease guild_lease, pending_transfer which, bool same, deadline expires,
      completion<void> done) = 0;

  /// Applies one character's documents, states, columns, identity and guild; releases its
  /// lease.
  virtual void apply_character(
      character_outcome outcome, bool announce, deadline expires, completion<void> done) = 0;
  /// `checked_at` and the due times of many, in one statement each; releases their leases.
  virtual void checked_characters(
      std::vector<checked_character> characters, deadline expires, completion<void> done) = 0;

  /// Borrows from the shared Battle.net budget in the name of `instance`, giving back the
  /// unspent rest of its last loan.
  virtual void borrow_budget(
      std::string instance, struct loan_request request, struct budget_limits limits,
      std::int64_t unspent, deadline expires, completion<budget_loan> done) = 0;

  /// Remembers a region's M+ period; a new one makes older M+ documents due, spread over 6 h.
  virtual void
  set_period(region where, std::int64_t period, deadline expires, completion<bool> done) = 0;

  /// One bounded step of erasing what must not be kept (R12); `done` in the report when nothing
  /// is left.
  virtual void sweep(
      int limit, std::chrono::seconds erase_after, deadline expires,
      completion<sweep_report> done) = 0;

  virtual void paused(deadline expires, completion<bool> done) = 0;
};

} // namespace guildhall::domain
