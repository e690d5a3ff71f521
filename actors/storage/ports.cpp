#include "actors/storage/ports.hpp"

#include "domain/budget.hpp"
#include "store/mirror/character_writes.hpp"
#include "store/mirror/guild_writes.hpp"
#include "store/mirror/periods.hpp"
#include "store/mirror/retention.hpp"
#include "store/postgres/session.hpp"
#include "store/run.hpp"
#include "store/work/budget_store.hpp"
#include "store/work/overview.hpp"
#include "store/work/queue.hpp"

namespace guildhall::actors {

namespace {

using domain::completion;
using store::session;

/// What happens to a job whose connection is lost or that finds no database at all.
enum class manner {
  read,         ///< may run twice; refused while the database is down
  write,        ///< runs once; refused while the database is down
  patient_once, ///< runs once; waits for the database
  patient       ///< may run twice, being fenced or without effect the second time; waits
};

template <class T, class Work>
void post(
    const db_pool_slot& pool, std::string_view name, manner how, deadline expires,
    completion<T> done, Work work) {
  auto job = make_job<T>(name, expires, std::move(work), std::move(done));
  job->idempotent = how == manner::read || how == manner::patient;
  job->patient = how == manner::patient_once || how == manner::patient;
  submit(pool, std::move(job));
}

} // namespace

// --- reads
// ------------------------------------------------------------------------------------

void pool_read_port::guild(
    guild_id id, domain::detail how, deadline expires, completion<domain::guild_row> done) {
  post<domain::guild_row>(
      readers_, "guild", manner::read, expires, std::move(done), [id, how](session& db) {
        return store::run(db, domain::guild_by_id{id, how});
      });
}

void pool_read_port::guild_at(
    domain::guild_address address, domain::detail how, deadline expires,
    completion<domain::guild_row> done) {
  post<domain::guild_row>(
      readers_, "guild_at", manner::read, expires, std::move(done),
      [address = std::move(address), how](session& db) {
        return store::run(db, domain::guild_at{address, how});
      });
}

void pool_read_port::members(
    guild_id id, deadline expires, completion<std::vector<domain::member_row>> done) {
  post<std::vector<domain::member_row>>(
      readers_, "members", manner::read, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::members_of{id}); });
}

void pool_read_port::member_details(
    guild_id id, domain::detail how, deadline expires,
    completion<std::vector<domain::member_detail>> done) {
  post<std::vector<domain::member_detail>>(
      readers_, "member_details", manner::read, expires, std::move(done),
      [id, how](session& db) {
        return store::run(db, domain::member_details_of{id, how});
      });
}

void pool_read_port::member_activity(
    guild_id id, deadline expires, completion<domain::member_activity> done) {
  post<domain::member_activity>(
      readers_, "member_activity", manner::read, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::member_activity_of{id}); });
}

void pool_read_port::ranks(
    guild_id id, deadline expires, completion<std::vector<domain::rank_row>> done) {
  post<std::vector<domain::rank_row>>(
      readers_, "ranks", manner::read, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::ranks_of{id}); });
}

void pool_read_port::freshness(
    guild_id id, deadline expires, completion<domain::guild_freshness> done) {
  post<domain::guild_freshness>(
      readers_, "freshness", manner::read, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::freshness_of{id}); });
}

void pool_read_port::character(
    character_id id, domain::detail how, deadline expires,
    completion<domain::character_row> done) {
  post<domain::character_row>(
      readers_, "character", manner::read, expires, std::move(done), [id, how](session& db) {
        return store::run(db, domain::character_by_id{id, how});
      });
}

void pool_read_port::character_at(
    domain::character_address address, domain::detail how, deadline expires,
    completion<domain::character_row> done) {
  post<domain::character_row>(
      readers_, "character_at", manner::read, expires, std::move(done),
      [address = std::move(address), how](session& db) {
        return store::run(db, domain::character_at{address, how});
      });
}

// --- control
// ----------------------------------------------------------------------------------

void pool_control_port::track(
    domain::guild_address address, std::string by, deadline expires,
    completion<domain::job_row> done) {
  post<domain::job_row>(
      writers_, "track", manner::write, expires, std::move(done),
      [address = std::move(address), by = std::move(by)](session& db) {
        return store::run(db, domain::track{address, by});
      });
}

void pool_control_port::untrack(
    domain::guild_address address, deadline expires, completion<void> done) {
  post<void>(
      writers_, "untrack", manner::write, expires, std::move(done),
      [address = std::move(address)](session& db) {
        return store::run(db, domain::untrack{address});
      });
}

void pool_control_port::sync_guild(
    guild_id id, deadline expires, completion<domain::job_row> done) {
  post<domain::job_row>(
      writers_, "sync_guild", manner::write, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::sync_guild{id}); });
}

void pool_control_port::sync_character(
    character_id id, deadline expires, completion<domain::job_row> done) {
  post<domain::job_row>(
      writers_, "sync_character", manner::write, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::sync_character{id}); });
}

void pool_control_port::job(job_id id, deadline expires, completion<domain::job_row> done) {
  post<domain::job_row>(
      writers_, "job", manner::read, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::job_by_id{id}); });
}

void pool_control_port::overview(deadline expires, completion<domain::sync_overview> done) {
  post<domain::sync_overview>(
      writers_, "overview", manner::read, expires, std::move(done),
      [](session& db) { return store::run(db, domain::overview_of_sync{}); });
}

void pool_control_port::set_paused(bool paused, deadline expires, completion<void> done) {
  post<void>(
      writers_, "set_paused", manner::write, expires, std::move(done),
      [paused](session& db) { return store::run(db, domain::set_paused{paused}); });
}

// --- users
// ------------------------------------------------------------------------------------

void pool_account_port::standing(
    user_id id, deadline expires, completion<domain::standing> done) {
  post<domain::standing>(
      readers_, "standing", manner::read, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::standing_of{id}); });
}

void pool_account_port::open_login(
    std::string state_hash, domain::region where, deadline expires, completion<void> done) {
  post<void>(
      writers_, "open_login", manner::write, expires, std::move(done),
      [state_hash = std::move(state_hash), where](session& db) {
        return store::run(db, domain::open_login{state_hash, where});
      });
}

void pool_account_port::close_login(
    std::string state_hash, deadline expires, completion<domain::region> done) {
  post<domain::region>(
      writers_, "close_login", manner::write, expires, std::move(done),
      [state_hash = std::move(state_hash)](session& db) {
        return store::run(db, domain::close_login{state_hash});
      });
}

void pool_account_port::revoke_tokens(user_id id, deadline expires, completion<void> done) {
  post<void>(
      writers_, "revoke_tokens", manner::write, expires, std::move(done),
      [id](session& db) { return store::run(db, domain::revoke_tokens{id}); });
}

void pool_account_port::set_role(
    user_id id, std::string role, user_id by, deadline expires,
    completion<domain::user_row> done) {
  post<domain::user_row>(
      writers_, "set_role", manner::write, expires, std::move(done),
      [id, role = std::move(role), by](session& db) {
        domain::author author;
        author.who.id = by;
        return store::run(db, domain::set_role{author, id, role});
      });
}

void desk_login_port::log_in(
    std::string code, domain::region where, deadline expires,
    completion<domain::standing> done) {
  auto ticket =
      std::make_shared<login_ticket>(std::move(code), where, expires, std::move(done));
  if (const auto desk = desk_.get())
    caf::anon_send(desk, atom::login_v, std::move(ticket));
}

// --- the sync
// ---------------------------------------------------------------------------------

void pool_sync_port::claim_guilds(
    domain::priority what, int limit, deadline expires,
    completion<std::vector<domain::guild_work>> done) {
  post<std::vector<domain::guild_work>>(
      writers_, "claim_guilds", manner::patient_once, expires, std::move(done),
      [what, limit, lease = lease_](session& db) {
        return store::claim_guilds(db, what, limit, lease);
      });
}

void pool_sync_port::claim_characters(
    std::optional<guild_id> guild, int limit, deadline expires,
    completion<std::vector<domain::character_work>> done) {
  post<std::vector<domain::character_work>>(
      writers_, "claim_characters", manner::patient_once, expires, std::move(done),
      [guild, limit, lease = lease_](session& db) {
        return store::claim_characters(db, guild, limit, lease);
      });
}

void pool_sync_port::renew(
    std::vector<domain::lease> leases, deadline expires,
    completion<std::vector<domain::lease>> done) {
  post<std::vector<domain::lease>>(
      writers_, "renew", manner::patient, expires, std::move(done),
      [leases = std::move(leases), lease = lease_](session& db) {
        return store::renew(db, leases, lease);
      });
}

void pool_sync_port::release(
    std::vector<domain::lease> leases, deadline expires, completion<void> done) {
  post<void>(
      writers_, "release", manner::patient, expires, std::move(done),
      [leases = std::move(leases)](session& db) { return store::release(db, leases); });
}

void pool_sync_port::apply_guild(
    domain::guild_outcome outcome, deadline expires, completion<domain::guild_applied> done) {
  post<domain::guild_applied>(
      writers_, "apply_guild", manner::patient, expires, std::move(done),
      [outcome = std::move(outcome)](session& db) { return store::apply_guild(db, outcome); });
}

void pool_sync_port::guild_renamed(
    domain::guild_work work, std::string new_name_slug, deadline expires,
    completion<void> done) {
  post<void>(
      writers_, "guild_renamed", manner::patient, expires, std::move(done),
      [work = std::move(work), slug = std::move(new_name_slug)](session& db) {
        return store::guild_renamed(db, work, slug);
      });
}

void pool_sync_port::some_members(
    guild_id guild, int limit, deadline expires,
    completion<std::vector<domain::character_address>> done) {
  post<std::vector<domain::character_address>>(
      writers_, "some_members", manner::patient, expires, std::move(done),
      [guild, limit](session& db) { return store::some_members(db, guild, limit); });
}

void pool_sync_port::finish_guild(
    domain::guild_finish how, deadline expires, completion<void> done) {
  post<void>(
      writers_, "finish_guild", manner::patient, expires, std::move(done),
      [how](session& db) { return store::finish_guild(db, how); });
}

void pool_sync_port::pending_transfers(
    guild_id guild, deadline expires, completion<std::vector<domain::pending_transfer>> done) {
  post<std::vector<domain::pending_transfer>>(
      writers_, "pending_transfers", manner::patient, expires, std::move(done),
      [guild](session& db) { return store::pending_transfers(db, guild); });
}

void pool_sync_port::settle_transfer(
    domain::lease guild_lease, domain::pending_transfer which, bool same, deadline expires,
    completion<void> done) {
  post<void>(
      writers_, "settle_transfer", manner::patient, expires, std::move(done),
      [guild_lease, which = std::move(which), same](session& db) {
        return store::settle_transfer(db, guild_lease, which, same);
      });
}

void pool_sync_port::apply_character(
    domain::character_outcome outcome, bool announce, deadline expires, completion<void> done) {
  post<void>(
      writers_, "apply_character", manner::patient, expires, std::move(done),
      [outcome = std::move(outcome), announce, policy = policy_](session& db) {
        return store::apply_character(db, outcome, announce, policy);
      });
}

void pool_sync_port::checked_characters(
    std::vector<domain::checked_character> characters, deadline expires,
    completion<void> done) {
  post<void>(
      writers_, "checked_characters", manner::patient, expires, std::move(done),
      [characters = std::move(characters)](session& db) {
        return store::checked_characters(db, characters);
      });
}

void pool_sync_port::borrow_budget(
    std::string instance, domain::loan_request request, domain::budget_limits limits,
    std::int64_t unspent, deadline expires, completion<domain::budget_loan> done) {
  post<domain::budget_loan>(
      writers_, "borrow_budget", manner::patient_once, expires, std::move(done),
      [instance = std::move(instance), request, limits, unspent](session& db) {
        return store::borrow_budget(db, instance, request, limits, unspent);
      });
}

void pool_sync_port::set_period(
    domain::region where, std::int64_t period, deadline expires, completion<bool> done) {
  post<bool>(
      writers_, "set_period", manner::patient, expires, std::move(done),
      [where, period](session& db) { return store::set_period(db, where, period); });
}

void pool_sync_port::sweep(
    int limit, std::chrono::seconds erase_after, deadline expires,
    completion<domain::sweep_report> done) {
  post<domain::sweep_report>(
      writers_, "sweep", manner::patient, expires, std::move(done),
      [limit, erase_after](session& db) { return store::sweep(db, limit, erase_after); });
}

void pool_sync_port::paused(deadline expires, completion<bool> done) {
  post<bool>(writers_, "paused", manner::patient, expires, std::move(done), [](session& db) {
    return store::paused(db);
  });
}

} // namespace guildhall::actors
