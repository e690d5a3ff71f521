#pragma once

#include "domain/control.hpp"
#include "domain/guild_reads.hpp"

#include <vector>

/// What `api` asks for, answered by whoever `app` plugs in (the actors). Every call returns at
/// once; its completion runs exactly once, on any thread, with `overloaded`,
/// `deadline_expired`, `database_down` or `unavailable` where no answer can be had.
namespace guildhall::domain {

class read_port {
public:
  virtual ~read_port() = default;

  /// `ec::not_found` for an unknown id or address, with the contract's message.
  virtual void guild(guild_id id, detail how, deadline expires, completion<guild_row> done) = 0;
  virtual void
  guild_at(guild_address address, detail how, deadline expires, completion<guild_row> done) = 0;
  /// Open memberships only; an unknown guild has none.
  virtual void
  members(guild_id id, deadline expires, completion<std::vector<member_row>> done) = 0;
  virtual void member_details(
      guild_id id, detail how, deadline expires,
      completion<std::vector<member_detail>> done) = 0;
  virtual void
  member_activity(guild_id id, deadline expires, completion<domain::member_activity> done) = 0;
  /// Ranks of the roster overlaid by `ranks` rows, ascending. `not_found` for an unknown guild.
  virtual void ranks(guild_id id, deadline expires, completion<std::vector<rank_row>> done) = 0;
  virtual void freshness(guild_id id, deadline expires, completion<guild_freshness> done) = 0;
  virtual void
  character(character_id id, detail how, deadline expires, completion<character_row> done) = 0;
  virtual void character_at(
      character_address address, detail how, deadline expires,
      completion<character_row> done) = 0;
};

/// What operators can do. Writes; each is one transaction and notifies the instances.
class control_port {
public:
  virtual ~control_port() = default;

  /// Answers the job that tracks it; tracking what is tracked joins the open job or starts a
  /// sync.
  virtual void
  track(guild_address address, std::string by, deadline expires, completion<job_row> done) = 0;
  virtual void untrack(guild_address address, deadline expires, completion<void> done) = 0;
  /// Sync now ignores max-age and goes before everything else. A running job is joined.
  virtual void sync_guild(guild_id id, deadline expires, completion<job_row> done) = 0;
  virtual void sync_character(character_id id, deadline expires, completion<job_row> done) = 0;
  virtual void job(job_id id, deadline expires, completion<job_row> done) = 0;
  virtual void overview(deadline expires, completion<sync_overview> done) = 0;
  virtual void set_paused(bool paused, deadline expires, completion<void> done) = 0;
};

} // namespace guildhall::domain
