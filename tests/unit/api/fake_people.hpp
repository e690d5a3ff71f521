#pragma once

#include "domain/people_port.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::api::test {

/// Answers what a test put into it, and remembers the last write and who made it.
class fake_people final : public domain::people_port {
  template <class T>
  using answer_of = result<T>;

public:
  answer_of<domain::written<domain::rank_row>> rank_answer;
  answer_of<std::vector<domain::roster_row>> rosters_answer;
  answer_of<domain::roster_with_places> roster_answer{
      fail(ec::not_found, "Roster with ID 12 not found")};
  answer_of<domain::written<domain::roster_row>> roster_written;
  answer_of<domain::written<domain::roster_with_places>> places_written;
  answer_of<domain::written<domain::roster_place>> place_written;
  answer_of<std::vector<domain::event_row>> events_answer;
  answer_of<domain::event_row> event_answer{fail(ec::not_found, "Event not found")};
  answer_of<domain::written<domain::event_row>> event_written;
  answer_of<domain::event_sign_ups> sign_ups_answer;
  answer_of<domain::written<domain::sign_up_row>> sign_up_written;
  answer_of<domain::written<event_id>> withdrawn;
  answer_of<domain::written<domain::main_override>> main_written;
  answer_of<std::vector<domain::own_guild>> own_guilds_answer;
  answer_of<std::vector<domain::character_row>> own_characters_answer;
  answer_of<domain::character_row> synced;
  answer_of<std::vector<domain::validation_stats>> validation_answer;
  answer_of<void> reset_answer;

  int reads{0};
  std::string last_write; ///< e.g. "rename roster 12 to Raid"
  domain::author last_author;
  std::vector<domain::roster_addition> last_additions;
  domain::event_change last_event;
  domain::sign_up_change last_sign_up;
  domain::rank_edit last_rank;
  domain::character_address last_address;

  void set_rank(
      domain::author by, guild_id guild, domain::rank_edit what, deadline,
      wrote<domain::rank_row> done) override {
    note("set rank " + number(what.rank_id) + " of " + number(guild.value), std::move(by));
    last_rank = std::move(what);
    done(rank_answer);
  }

  void rosters(
      guild_id, deadline, domain::completion<std::vector<domain::roster_row>> done) override {
    ++reads;
    done(rosters_answer);
  }
  void
  roster(roster_id, deadline, domain::completion<domain::roster_with_places> done) override {
    ++reads;
    done(roster_answer);
  }
  void add_roster(
      domain::author by, guild_id guild, std::string name, deadline,
      wrote<domain::roster_row> done) override {
    note("add roster " + name + " to " + number(guild.value), std::move(by));
    done(roster_written);
  }
  void rename_roster(
      domain::author by, roster_id id, std::string name, deadline,
      wrote<domain::roster_row> done) override {
    note("rename roster " + number(id.value) + " to " + name, std::move(by));
    done(roster_written);
  }
  void remove_roster(
      domain::author by, roster_id id, deadline, wrote<domain::roster_row> done) override {
    note("remove roster " + number(id.value), std::move(by));
    done(roster_written);
  }
  void add_places(
      domain::author by, roster_id id, std::vector<domain::roster_addition> additions, deadline,
      wrote<domain::roster_with_places> done) override {
    note("add places to " + number(id.value), std::move(by));
    last_additions = std::move(additions);
    done(places_written);
  }
  void set_place_role(
      domain::author by, roster_id id, character_id who, std::optional<std::string> role,
      deadline, wrote<domain::roster_place> done) override {
    note(
        number(who.value) + " is " + role.value_or("nothing") + " in " + number(id.value),
        std::move(by));
    done(place_written);
  }
  void remove_place(
      domain::author by, roster_id id, character_id who, deadline,
      wrote<domain::roster_row> done) override {
    note("remove " + number(who.value) + " from " + number(id.value), std::move(by));
    done(roster_written);
  }

  void events(
      guild_id, domain::detail, deadline,
      domain::completion<std::vector<domain::event_row>> done) override {
    ++reads;
    done(events_answer);
  }
  void event(event_id, deadline, domain::completion<domain::event_row> done) override {
    ++reads;
    done(event_answer);
  }
  void add_event(
      domain::author by, guild_id guild, domain::event_change what, deadline,
      wrote<domain::event_row> done) override {
    note("add event to " + number(guild.value), std::move(by));
    last_event = std::move(what);
    done(event_written);
  }
  void change_event(
      domain::author by, event_id id, domain::event_change what, deadline,
      wrote<domain::event_row> done) override {
    note("change event " + number(id.value), std::move(by));
    last_event = std::move(what);
    done(event_written);
  }
  void remove_event(
      domain::author by, event_id id, deadline, wrote<domain::event_row> done) override {
    note("remove event " + number(id.value), std::move(by));
    done(event_written);
  }

  void sign_ups(event_id, deadline, domain::completion<domain::event_sign_ups> done) override {
    ++reads;
    done(sign_ups_answer);
  }
  void sign_up(
      domain::author by, event_id id, domain::sign_up_change what, deadline,
      wrote<domain::sign_up_row> done) override {
    note("sign up for " + number(id.value), std::move(by));
    last_sign_up = std::move(what);
    done(sign_up_written);
  }
  void change_sign_up(
      domain::author by, event_id id, domain::sign_up_change what, deadline,
      wrote<domain::sign_up_row> done) override {
    note("change sign-up for " + number(id.value), std::move(by));
    last_sign_up = std::move(what);
    done(sign_up_written);
  }
  void withdraw(domain::author by, event_id id, deadline, wrote<event_id> done) override {
    note("withdraw from " + number(id.value), std::move(by));
    done(withdrawn);
  }

  void set_main(
      domain::author by, guild_id guild, character_id who, std::optional<bool> is_main,
      deadline, wrote<domain::main_override> done) override {
    note(
        "main of " + number(guild.value) + "-" + number(who.value) + ": "
            + (is_main ? (*is_main ? "true" : "false") : "null"),
        std::move(by));
    done(main_written);
  }

  void own_guilds(
      user_id, deadline, domain::completion<std::vector<domain::own_guild>> done) override {
    ++reads;
    done(own_guilds_answer);
  }
  void own_characters(
      user_id, domain::detail, deadline,
      domain::completion<std::vector<domain::character_row>> done) override {
    ++reads;
    done(own_characters_answer);
  }
  void sync_own_at(
      domain::author by, domain::character_address where, deadline,
      domain::completion<domain::character_row> done) override {
    note("sync at", std::move(by));
    last_address = std::move(where);
    done(synced);
  }
  void sync_own(
      domain::author by, character_id id, deadline,
      domain::completion<domain::character_row> done) override {
    note("sync " + number(id.value), std::move(by));
    done(synced);
  }

  void validation(
      deadline, domain::completion<std::vector<domain::validation_stats>> done) override {
    ++reads;
    done(validation_answer);
  }
  void reset_validation(domain::author by, deadline, domain::completion<void> done) override {
    note("reset validation", std::move(by));
    done(reset_answer);
  }

private:
  static std::string number(std::int64_t value) {
    return std::to_string(value);
  }
  void note(std::string what, domain::author by) {
    last_write = std::move(what);
    last_author = std::move(by);
  }
};

} // namespace guildhall::api::test
