#include "actors/storage/ports.hpp"

#include "store/postgres/session.hpp"
#include "store/run.hpp"

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

} // namespace guildhall::actors
