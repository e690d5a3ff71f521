#pragma once

#include "domain/accounts.hpp"
#include "domain/events.hpp"
#include "domain/mains.hpp"
#include "domain/own.hpp"
#include "domain/ports.hpp"
#include "domain/ranks.hpp"
#include "domain/rosters.hpp"
#include "domain/sign_ups.hpp"
#include "domain/validation_stats.hpp"

namespace guildhall::domain {

/// The operations of the headers above, for callers that do not ask by value yet.
class people_port {
public:
  virtual ~people_port() = default;

  template <class T>
  using wrote = completion<written<T>>;

  // ranks
  virtual void set_rank(
      author by, guild_id guild, rank_edit what, deadline expires, wrote<rank_row> done) = 0;

  // rosters; all writes for the guild master only
  virtual void
  rosters(guild_id guild, deadline expires, completion<std::vector<roster_row>> done) = 0;
  virtual void roster(roster_id id, deadline expires, completion<roster_with_places> done) = 0;
  virtual void add_roster(
      author by, guild_id guild, std::string name, deadline expires,
      wrote<roster_row> done) = 0;
  virtual void rename_roster(
      author by, roster_id id, std::string name, deadline expires, wrote<roster_row> done) = 0;
  virtual void
  remove_roster(author by, roster_id id, deadline expires, wrote<roster_row> done) = 0;
  /// Who is not in the guild or has a place already is skipped.
  virtual void add_places(
      author by, roster_id id, std::vector<roster_addition> additions, deadline expires,
      wrote<roster_with_places> done) = 0;
  virtual void set_place_role(
      author by, roster_id id, character_id who, std::optional<std::string> role,
      deadline expires, wrote<roster_place> done) = 0;
  virtual void remove_place(
      author by, roster_id id, character_id who, deadline expires, wrote<roster_row> done) = 0;

  // events
  /// `lean`: without `event_details`.
  virtual void events(
      guild_id guild, detail how, deadline expires,
      completion<std::vector<event_row>> done) = 0;
  virtual void event(event_id id, deadline expires, completion<event_row> done) = 0;
  virtual void add_event(
      author by, guild_id guild, event_change what, deadline expires,
      wrote<event_row> done) = 0;
  virtual void change_event(
      author by, event_id id, event_change what, deadline expires, wrote<event_row> done) = 0;
  virtual void
  remove_event(author by, event_id id, deadline expires, wrote<event_row> done) = 0;

  // sign-ups: one per user and event, with a character of theirs that is in the guild
  virtual void sign_ups(event_id id, deadline expires, completion<event_sign_ups> done) = 0;
  /// `conflict` when every place is taken.
  virtual void sign_up(
      author by, event_id id, sign_up_change what, deadline expires,
      wrote<sign_up_row> done) = 0;
  virtual void change_sign_up(
      author by, event_id id, sign_up_change what, deadline expires,
      wrote<sign_up_row> done) = 0;
  virtual void withdraw(author by, event_id id, deadline expires, wrote<event_id> done) = 0;

  // mains; officers. Who becomes a main takes that from the others of the same player.
  virtual void set_main(
      author by, guild_id guild, character_id who, std::optional<bool> is_main,
      deadline expires, wrote<main_override> done) = 0;

  // what is theirs
  virtual void
  own_guilds(user_id who, deadline expires, completion<std::vector<own_guild>> done) = 0;
  virtual void own_characters(
      user_id who, detail how, deadline expires,
      completion<std::vector<character_row>> done) = 0;
  /// Queues a look at a character that is the author's by their account list, whatever is asked
  /// for; `forbidden` for any other.
  virtual void sync_own_at(
      author by, character_address where, deadline expires, completion<character_row> done) = 0;
  virtual void
  sync_own(author by, character_id id, deadline expires, completion<character_row> done) = 0;

  // for admins
  virtual void validation(deadline expires, completion<std::vector<validation_stats>> done) = 0;
  /// Failures up to now no longer count.
  virtual void reset_validation(author by, deadline expires, completion<void> done) = 0;
};

} // namespace guildhall::domain
