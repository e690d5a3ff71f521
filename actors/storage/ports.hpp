#pragma once

#include "actors/bridge.hpp"
#include "domain/account_port.hpp"
#include "domain/onboarding.hpp"
#include "domain/ports.hpp"
#include "domain/sync_port.hpp"

#include <chrono>

/// The domain's ports, answered by the database pools: every call becomes one named job.
namespace guildhall::actors {

using db_pool_slot = handle_slot<db_pool_actor>;

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

/// Its jobs are patient: while the database is away they wait for it until their deadline.
class pool_sync_port final : public domain::sync_port {
public:
  pool_sync_port(
      const db_pool_slot& writers, std::chrono::seconds lease, domain::discovery policy = {})
      : writers_(writers),
        lease_(lease),
        policy_(policy) {}

  void claim_guilds(
      domain::priority what, int limit, deadline expires,
      domain::completion<std::vector<domain::guild_work>> done) override;
  void claim_characters(
      std::optional<guild_id> guild, int limit, deadline expires,
      domain::completion<std::vector<domain::character_work>> done) override;
  void renew(
      std::vector<domain::lease> leases, deadline expires,
      domain::completion<std::vector<domain::lease>> done) override;
  void release(
      std::vector<domain::lease> leases, deadline expires,
      domain::completion<void> done) override;
  void apply_guild(
      domain::guild_outcome outcome, deadline expires,
      domain::completion<domain::guild_applied> done) override;
  void guild_renamed(
      domain::guild_work work, std::string new_name_slug, deadline expires,
      domain::completion<void> done) override;
  void some_members(
      guild_id guild, int limit, deadline expires,
      domain::completion<std::vector<domain::character_address>> done) override;
  void finish_guild(
      domain::guild_finish how, deadline expires, domain::completion<void> done) override;
  void pending_transfers(
      guild_id guild, deadline expires,
      domain::completion<std::vector<domain::pending_transfer>> done) override;
  void settle_transfer(
      domain::lease guild_lease, domain::pending_transfer which, bool same, deadline expires,
      domain::completion<void> done) override;
  void apply_character(
      domain::character_outcome outcome, bool announce, deadline expires,
      domain::completion<void> done) override;
  void checked_characters(
      std::vector<domain::checked_character> characters, deadline expires,
      domain::completion<void> done) override;
  void borrow_budget(
      std::string instance, domain::loan_request request, domain::budget_limits limits,
      std::int64_t unspent, deadline expires,
      domain::completion<domain::budget_loan> done) override;
  void set_period(
      domain::region where, std::int64_t period, deadline expires,
      domain::completion<bool> done) override;
  void sweep(
      int limit, std::chrono::seconds erase_after, deadline expires,
      domain::completion<domain::sweep_report> done) override;
  void paused(deadline expires, domain::completion<bool> done) override;

private:
  const db_pool_slot& writers_;
  std::chrono::seconds lease_;
  domain::discovery policy_;
};

} // namespace guildhall::actors
