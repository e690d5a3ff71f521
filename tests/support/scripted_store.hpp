#pragma once

#include "domain/budget.hpp"
#include "domain/sync_port.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::test {

/// A store where nothing is due and every write succeeds; a test replaces the answers it cares
/// about. Completions run at once. Keeps what it was asked to write.
class scripted_store : public domain::sync_port {
public:
  template <class T>
  using done = domain::completion<T>;

  // --- answers ------------------------------------------------------------------------------
  std::function<result<bool>()> on_paused = [] { return false; };
  std::function<result<std::vector<domain::guild_work>>(domain::priority, int)>
      on_claim_guilds = [](domain::priority, int) { return std::vector<domain::guild_work>{}; };
  std::function<result<std::vector<domain::character_work>>(std::optional<guild_id>, int)>
      on_claim_characters =
          [](std::optional<guild_id>, int) { return std::vector<domain::character_work>{}; };
  std::function<result<std::vector<domain::lease>>(std::vector<domain::lease>)> on_renew =
      [](std::vector<domain::lease> leases) { return leases; };
  std::function<result<domain::guild_applied>(const domain::guild_outcome&)> on_apply_guild =
      [](const domain::guild_outcome& outcome) {
        return domain::guild_applied{.guild = outcome.work.guild.value_or(guild_id{})};
      };
  std::function<result<void>(const std::string&)> on_guild_renamed = [](const std::string&) {
    return result<void>{};
  };
  std::function<result<std::vector<domain::character_address>>()> on_some_members = [] {
    return std::vector<domain::character_address>{};
  };
  std::function<result<std::vector<domain::pending_transfer>>()> on_pending_transfers = [] {
    return std::vector<domain::pending_transfer>{};
  };
  std::function<result<void>(const domain::character_outcome&)> on_apply_character =
      [](const domain::character_outcome&) { return result<void>{}; };
  std::function<result<domain::budget_loan>(const domain::loan_request&, std::int64_t)>
      on_borrow = [](const domain::loan_request& request, std::int64_t) {
        return domain::budget_loan{
            .rate = request.wanted_rate,
            .background = request.wanted,
            .people = request.wanted_people,
            .spent_last_hour = 0,
            .hour_limit = 36'000,
            .valid_for = std::chrono::seconds{4}};
      };
  std::function<result<bool>(domain::region, std::int64_t)> on_set_period =
      [](domain::region, std::int64_t) { return true; };
  std::function<result<domain::sweep_report>()> on_sweep = [] {
    return domain::sweep_report{};
  };

  /// When set, every completion is handed over instead of being run at once.
  std::function<void(std::function<void()>)> postpone;

  // --- what was written
  // -------------------------------------------------------------------------
  std::vector<domain::guild_outcome> guilds;
  std::vector<domain::character_outcome> characters;
  std::vector<bool> announced; ///< per applied character
  std::vector<std::vector<domain::checked_character>> checked;
  std::vector<domain::lease> released;
  std::vector<domain::guild_finish> finished;
  std::vector<std::pair<domain::pending_transfer, bool>> settled;
  std::vector<std::vector<domain::lease>> renewals;

  // --- domain::sync_port
  // ------------------------------------------------------------------------
  void claim_guilds(
      domain::priority what, int limit, deadline,
      done<std::vector<domain::guild_work>> reply) override {
    answer(std::move(reply), on_claim_guilds(what, limit));
  }
  void claim_characters(
      std::optional<guild_id> guild, int limit, deadline,
      done<std::vector<domain::character_work>> reply) override {
    answer(std::move(reply), on_claim_characters(guild, limit));
  }
  void renew(
      std::vector<domain::lease> leases, deadline,
      done<std::vector<domain::lease>> reply) override {
    renewals.push_back(leases);
    answer(std::move(reply), on_renew(std::move(leases)));
  }
  void release(std::vector<domain::lease> leases, deadline, done<void> reply) override {
    released.insert(released.end(), leases.begin(), leases.end());
    answer(std::move(reply), result<void>{});
  }
  void apply_guild(
      domain::guild_outcome outcome, deadline, done<domain::guild_applied> reply) override {
    auto applied = on_apply_guild(outcome);
    guilds.push_back(std::move(outcome));
    answer(std::move(reply), std::move(applied));
  }
  void guild_renamed(
      domain::guild_work, std::string new_name_slug, deadline, done<void> reply) override {
    answer(std::move(reply), on_guild_renamed(new_name_slug));
  }
  void some_members(
      guild_id, int, deadline, done<std::vector<domain::character_address>> reply) override {
    answer(std::move(reply), on_some_members());
  }
  void finish_guild(domain::guild_finish how, deadline, done<void> reply) override {
    finished.push_back(how);
    answer(std::move(reply), result<void>{});
  }
  void pending_transfers(
      guild_id, deadline, done<std::vector<domain::pending_transfer>> reply) override {
    answer(std::move(reply), on_pending_transfers());
  }
  void settle_transfer(
      domain::lease, domain::pending_transfer which, bool same, deadline,
      done<void> reply) override {
    settled.emplace_back(std::move(which), same);
    answer(std::move(reply), result<void>{});
  }
  void apply_character(
      domain::character_outcome outcome, bool announce, deadline, done<void> reply) override {
    auto applied = on_apply_character(outcome);
    characters.push_back(std::move(outcome));
    announced.push_back(announce);
    answer(std::move(reply), std::move(applied));
  }
  void checked_characters(
      std::vector<domain::checked_character> batch, deadline, done<void> reply) override {
    checked.push_back(std::move(batch));
    answer(std::move(reply), result<void>{});
  }
  void borrow_budget(
      std::string, domain::loan_request request, domain::budget_limits, std::int64_t unspent,
      deadline, done<domain::budget_loan> reply) override {
    answer(std::move(reply), on_borrow(request, unspent));
  }
  void
  set_period(domain::region where, std::int64_t period, deadline, done<bool> reply) override {
    answer(std::move(reply), on_set_period(where, period));
  }
  void sweep(int, std::chrono::seconds, deadline, done<domain::sweep_report> reply) override {
    answer(std::move(reply), on_sweep());
  }
  void paused(deadline, done<bool> reply) override {
    answer(std::move(reply), on_paused());
  }

private:
  template <class T>
  void answer(done<T> reply, result<T> outcome) {
    if (!postpone) {
      reply(std::move(outcome));
      return;
    }
    // A function is copied; a completion cannot be.
    auto held =
        std::make_shared<std::pair<done<T>, result<T>>>(std::move(reply), std::move(outcome));
    postpone([held] { held->first(std::move(held->second)); });
  }
};

} // namespace guildhall::test
