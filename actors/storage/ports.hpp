#pragma once

#include "actors/bridge.hpp"
#include "domain/account_port.hpp"
#include "domain/onboarding.hpp"
#include "domain/ports.hpp"

#include <chrono>

/// The domain's ports, answered by the database pools: every call becomes one named job.
namespace guildhall::actors {

class pool_read_port final : public domain::read_port {
public:
  explicit pool_read_port(const db_pool_slot& readers) : readers_(readers) {}

  void guild(
      guild_id id, domain::detail how, deadline expires,
      domain::completion<domain::guild_row> done) override;
  void guild_at(
      domain::guild_address address, domain::detail how, deadline expires,
      domain::completion<domain::guild_row> done) override;
  void members(
      guild_id id, deadline expires,
      domain::completion<std::vector<domain::member_row>> done) override;
  void member_details(
      guild_id id, domain::detail how, deadline expires,
      domain::completion<std::vector<domain::member_detail>> done) override;
  void member_activity(
      guild_id id, deadline expires, domain::completion<domain::member_activity> done) override;
  void ranks(
      guild_id id, deadline expires,
      domain::completion<std::vector<domain::rank_row>> done) override;
  void freshness(
      guild_id id, deadline expires, domain::completion<domain::guild_freshness> done) override;
  void character(
      character_id id, domain::detail how, deadline expires,
      domain::completion<domain::character_row> done) override;
  void character_at(
      domain::character_address address, domain::detail how, deadline expires,
      domain::completion<domain::character_row> done) override;

private:
  const db_pool_slot& readers_;
};

class pool_control_port final : public domain::control_port {
public:
  explicit pool_control_port(const db_pool_slot& writers) : writers_(writers) {}

  void track(
      domain::guild_address address, std::string by, deadline expires,
      domain::completion<domain::job_row> done) override;
  void untrack(
      domain::guild_address address, deadline expires, domain::completion<void> done) override;
  void
  sync_guild(guild_id id, deadline expires, domain::completion<domain::job_row> done) override;
  void sync_character(
      character_id id, deadline expires, domain::completion<domain::job_row> done) override;
  void job(job_id id, deadline expires, domain::completion<domain::job_row> done) override;
  void overview(deadline expires, domain::completion<domain::sync_overview> done) override;
  void set_paused(bool paused, deadline expires, domain::completion<void> done) override;

private:
  const db_pool_slot& writers_;
};

class pool_account_port final : public domain::account_port {
public:
  pool_account_port(const db_pool_slot& readers, const db_pool_slot& writers)
      : readers_(readers),
        writers_(writers) {}

  void
  standing(user_id id, deadline expires, domain::completion<domain::standing> done) override;
  void open_login(
      std::string state_hash, domain::region where, deadline expires,
      domain::completion<void> done) override;
  void close_login(
      std::string state_hash, deadline expires,
      domain::completion<domain::region> done) override;
  void revoke_tokens(user_id id, deadline expires, domain::completion<void> done) override;
  void set_role(
      user_id id, std::string role, user_id by, deadline expires,
      domain::completion<domain::user_row> done) override;

private:
  const db_pool_slot& readers_;
  const db_pool_slot& writers_;
};

/// Hands logins to the desk in the slot.
class desk_login_port final : public domain::login_port {
public:
  explicit desk_login_port(const handle_slot<login_desk_actor>& desk) : desk_(desk) {}

  void log_in(
      std::string code, domain::region where, deadline expires,
      domain::completion<domain::standing> done) override;

private:
  const handle_slot<login_desk_actor>& desk_;
};

} // namespace guildhall::actors
