#include "actors/storage/people_port.hpp"

#include "store/postgres/session.hpp"
#include "store/run.hpp"

namespace guildhall::actors {

using domain::author;
using domain::completion;
using domain::written;
using store::session;

template <class T, class Work>
void pool_people_port::read(
    std::string_view name, deadline expires, completion<T> done, Work work) const {
  auto job = make_job<T>(name, expires, std::move(work), std::move(done));
  job->idempotent = true;
  submit(readers_, std::move(job));
}

template <class T, class Work>
void pool_people_port::write(
    std::string_view name, deadline expires, completion<T> done, Work work) const {
  submit(writers_, make_job<T>(name, expires, std::move(work), std::move(done)));
}

void pool_people_port::set_rank(
    author by, guild_id guild, domain::rank_edit what, deadline expires,
    wrote<domain::rank_row> done) {
  write<written<domain::rank_row>>(
      "set_rank", expires, std::move(done),
      [by = std::move(by), guild, what = std::move(what)](session& db) {
        return store::run(db, domain::set_rank{by, guild, what});
      });
}

// --- rosters
// ----------------------------------------------------------------------------------

void pool_people_port::rosters(
    guild_id guild, deadline expires, completion<std::vector<domain::roster_row>> done) {
  read<std::vector<domain::roster_row>>(
      "rosters", expires, std::move(done),
      [guild](session& db) { return store::run(db, domain::rosters_of{guild}); });
}

void pool_people_port::roster(
    roster_id id, deadline expires, completion<domain::roster_with_places> done) {
  read<domain::roster_with_places>("roster", expires, std::move(done), [id](session& db) {
    return store::run(db, domain::roster_by_id{id});
  });
}

void pool_people_port::add_roster(
    author by, guild_id guild, std::string name, deadline expires,
    wrote<domain::roster_row> done) {
  write<written<domain::roster_row>>(
      "add_roster", expires, std::move(done),
      [by = std::move(by), guild, name = std::move(name)](session& db) {
        return store::run(db, domain::add_roster{by, guild, name});
      });
}

void pool_people_port::rename_roster(
    author by, roster_id id, std::string name, deadline expires,
    wrote<domain::roster_row> done) {
  write<written<domain::roster_row>>(
      "rename_roster", expires, std::move(done),
      [by = std::move(by), id, name = std::move(name)](session& db) {
        return store::run(db, domain::rename_roster{by, id, name});
      });
}

void pool_people_port::remove_roster(
    author by, roster_id id, deadline expires, wrote<domain::roster_row> done) {
  write<written<domain::roster_row>>(
      "remove_roster", expires, std::move(done), [by = std::move(by), id](session& db) {
        return store::run(db, domain::remove_roster{by, id});
      });
}

void pool_people_port::add_places(
    author by, roster_id id, std::vector<domain::roster_addition> additions, deadline expires,
    wrote<domain::roster_with_places> done) {
  write<written<domain::roster_with_places>>(
      "add_places", expires, std::move(done),
      [by = std::move(by), id, additions = std::move(additions)](session& db) {
        return store::run(db, domain::add_places{by, id, additions});
      });
}

void pool_people_port::set_place_role(
    author by, roster_id id, character_id who, std::optional<std::string> role,
    deadline expires, wrote<domain::roster_place> done) {
  write<written<domain::roster_place>>(
      "set_place_role", expires, std::move(done),
      [by = std::move(by), id, who, role = std::move(role)](session& db) {
        return store::run(db, domain::set_place_role{by, id, who, role});
      });
}

void pool_people_port::remove_place(
    author by, roster_id id, character_id who, deadline expires,
    wrote<domain::roster_row> done) {
  write<written<domain::roster_row>>(
      "remove_place", expires, std::move(done), [by = std::move(by), id, who](session& db) {
        return store::run(db, domain::remove_place{by, id, who});
      });
}

// --- events and sign-ups
// ----------------------------------------------------------------------

void pool_people_port::events(
    guild_id guild, domain::detail how, deadline expires,
    completion<std::vector<domain::event_row>> done) {
  read<std::vector<domain::event_row>>(
      "events", expires, std::move(done), [guild, how](session& db) {
        return store::run(db, domain::events_of{guild, how});
      });
}

void pool_people_port::event(
    event_id id, deadline expires, completion<domain::event_row> done) {
  read<domain::event_row>("event", expires, std::move(done), [id](session& db) {
    return store::run(db, domain::event_by_id{id});
  });
}

void pool_people_port::add_event(
    author by, guild_id guild, domain::event_change what, deadline expires,
    wrote<domain::event_row> done) {
  write<written<domain::event_row>>(
      "add_event", expires, std::move(done),
      [by = std::move(by), guild, what = std::move(what)](session& db) {
        return store::run(db, domain::add_event{by, guild, what});
      });
}

void pool_people_port::change_event(
    author by, event_id id, domain::event_change what, deadline expires,
    wrote<domain::event_row> done) {
  write<written<domain::event_row>>(
      "change_event", expires, std::move(done),
      [by = std::move(by), id, what = std::move(what)](session& db) {
        return store::run(db, domain::change_event{by, id, what});
      });
}

void pool_people_port::remove_event(
    author by, event_id id, deadline expires, wrote<domain::event_row> done) {
  write<written<domain::event_row>>(
      "remove_event", expires, std::move(done), [by = std::move(by), id](session& db) {
        return store::run(db, domain::remove_event{by, id});
      });
}

void pool_people_port::sign_ups(
    event_id id, deadline expires, completion<domain::event_sign_ups> done) {
  read<domain::event_sign_ups>("sign_ups", expires, std::move(done), [id](session& db) {
    return store::run(db, domain::sign_ups_of{id});
  });
}

void pool_people_port::sign_up(
    author by, event_id id, domain::sign_up_change what, deadline expires,
    wrote<domain::sign_up_row> done) {
  write<written<domain::sign_up_row>>(
      "sign_up", expires, std::move(done),
      [by = std::move(by), id, what = std::move(what)](session& db) {
        return store::run(db, domain::sign_up{by, id, what});
      });
}

void pool_people_port::change_sign_up(
    author by, event_id id, domain::sign_up_change what, deadline expires,
    wrote<domain::sign_up_row> done) {
  write<written<domain::sign_up_row>>(
      "change_sign_up", expires, std::move(done),
      [by = std::move(by), id, what = std::move(what)](session& db) {
        return store::run(db, domain::change_sign_up{by, id, what});
      });
}

void pool_people_port::withdraw(
    author by, event_id id, deadline expires, wrote<event_id> done) {
  write<written<event_id>>(
      "withdraw", expires, std::move(done), [by = std::move(by), id](session& db) {
        return store::run(db, domain::withdraw{by, id});
      });
}

// --- mains, and what is theirs
// ----------------------------------------------------------------

void pool_people_port::set_main(
    author by, guild_id guild, character_id who, std::optional<bool> is_main, deadline expires,
    wrote<domain::main_override> done) {
  write<written<domain::main_override>>(
      "set_main", expires, std::move(done),
      [by = std::move(by), guild, who, is_main](session& db) {
        return store::run(db, domain::set_main{by, guild, who, is_main});
      });
}

void pool_people_port::own_guilds(
    user_id who, deadline expires, completion<std::vector<domain::own_guild>> done) {
  read<std::vector<domain::own_guild>>(
      "own_guilds", expires, std::move(done),
      [who](session& db) { return store::run(db, domain::own_guilds_of{who}); });
}

void pool_people_port::own_characters(
    user_id who, domain::detail how, deadline expires,
    completion<std::vector<domain::character_row>> done) {
  read<std::vector<domain::character_row>>(
      "own_characters", expires, std::move(done), [who, how](session& db) {
        return store::run(db, domain::own_characters_of{who, how});
      });
}

void pool_people_port::sync_own_at(
    author by, domain::character_address where, deadline expires,
    completion<domain::character_row> done) {
  write<domain::character_row>(
      "sync_own_at", expires, std::move(done),
      [by = std::move(by), where = std::move(where)](session& db) {
        return store::run(db, domain::sync_own_at{by, where});
      });
}

void pool_people_port::sync_own(
    author by, character_id id, deadline expires, completion<domain::character_row> done) {
  write<domain::character_row>(
      "sync_own", expires, std::move(done), [by = std::move(by), id](session& db) {
        return store::run(db, domain::sync_own{by, id});
      });
}

// --- for admins
// -------------------------------------------------------------------------------

void pool_people_port::validation(
    deadline expires, completion<std::vector<domain::validation_stats>> done) {
  read<std::vector<domain::validation_stats>>(
      "validation_stats", expires, std::move(done),
      [](session& db) { return store::run(db, domain::validation_report{}); });
}

void pool_people_port::reset_validation(author by, deadline expires, completion<void> done) {
  write<void>("reset_validation", expires, std::move(done), [by = std::move(by)](session& db) {
    return store::run(db, domain::reset_validation{by});
  });
}

} // namespace guildhall::actors
