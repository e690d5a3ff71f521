#pragma once

#include "actors/storage/ports.hpp"
#include "domain/people_port.hpp"

namespace guildhall::actors {

/// `domain::people_port`, answered by the database pools: reads by the readers, every write as
/// one job of the writers.
class pool_people_port final : public domain::people_port {
public:
  pool_people_port(const db_pool_slot& readers, const db_pool_slot& writers)
      : readers_(readers),
        writers_(writers) {}

  void set_rank(
      domain::author by, guild_id guild, domain::rank_edit what, deadline expires,
      wrote<domain::rank_row> done) override;

  void rosters(
      guild_id guild, deadline expires,
      domain::completion<std::vector<domain::roster_row>> done) override;
  void roster(
      roster_id id, deadline expires,
      domain::completion<domain::roster_with_places> done) override;
  void add_roster(
      domain::author by, guild_id guild, std::string name, deadline expires,
      wrote<domain::roster_row> done) override;
  void rename_roster(
      domain::author by, roster_id id, std::string name, deadline expires,
      wrote<domain::roster_row> done) override;
  void remove_roster(
      domain::author by, roster_id id, deadline expires,
      wrote<domain::roster_row> done) override;
  void add_places(
      domain::author by, roster_id id, std::vector<domain::roster_addition> additions,
      deadline expires, wrote<domain::roster_with_places> done) override;
  void set_place_role(
      domain::author by, roster_id id, character_id who, std::optional<std::string> role,
      deadline expires, wrote<domain::roster_place> done) override;
  void remove_place(
      domain::author by, roster_id id, character_id who, deadline expires,
      wrote<domain::roster_row> done) override;

  void events(
      guild_id guild, domain::detail how, deadline expires,
      domain::completion<std::vector<domain::event_row>> done) override;
  void
  event(event_id id, deadline expires, domain::completion<domain::event_row> done) override;
  void add_event(
      domain::author by, guild_id guild, domain::event_change what, deadline expires,
      wrote<domain::event_row> done) override;
  void change_event(
      domain::author by, event_id id, domain::event_change what, deadline expires,
      wrote<domain::event_row> done) override;
  void remove_event(
      domain::author by, event_id id, deadline expires, wrote<domain::event_row> done) override;

  void sign_ups(
      event_id id, deadline expires, domain::completion<domain::event_sign_ups> done) override;
  void sign_up(
      domain::author by, event_id id, domain::sign_up_change what, deadline expires,
      wrote<domain::sign_up_row> done) override;
  void change_sign_up(
      domain::author by, event_id id, domain::sign_up_change what, deadline expires,
      wrote<domain::sign_up_row> done) override;
  void
  withdraw(domain::author by, event_id id, deadline expires, wrote<event_id> done) override;

  void set_main(
      domain::author by, guild_id guild, character_id who, std::optional<bool> is_main,
      deadline expires, wrote<domain::main_override> done) override;

  void own_guilds(
      user_id who, deadline expires,
      domain::completion<std::vector<domain::own_guild>> done) override;
  void own_characters(
      user_id who, domain::detail how, deadline expires,
      domain::completion<std::vector<domain::character_row>> done) override;
  void sync_own_at(
      domain::author by, domain::character_address where, deadline expires,
      domain::completion<domain::character_row> done) override;
  void sync_own(
      domain::author by, character_id id, deadline expires,
      domain::completion<domain::character_row> done) override;

  void validation(
      deadline expires,
      domain::completion<std::vector<domain::validation_stats>> done) override;
  void
  reset_validation(domain::author by, deadline expires, domain::completion<void> done) override;

private:
  /// Waits for nothing: refused while the database is down.
  template <class T, class Work>
  void
  read(std::string_view name, deadline expires, domain::completion<T> done, Work work) const;
  /// The same; runs once.
  template <class T, class Work>
  void
  write(std::string_view name, deadline expires, domain::completion<T> done, Work work) const;

  const db_pool_slot& readers_;
  const db_pool_slot& writers_;
};

} // namespace guildhall::actors
