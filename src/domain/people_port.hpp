#pragma once

#include "domain/ports.hpp"
#include "domain/standing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What people write in their guild (rosters, events, sign-ups, rank names, mains) and what is
/// theirs. Plain values, the rules for who may write, and the port that `api` asks through.
namespace guildhall::domain {

// --- limits

inline constexpr int max_rosters_per_guild = 100;
inline constexpr int max_places_per_roster = 1'000; ///< a guild has no more members
inline constexpr int max_events_per_guild = 2'000;
inline constexpr int max_sign_ups_per_event = 1'000;
/// Of an event whose author named none: the most that the web client's form accepts.
inline constexpr int default_max_participants = 100;
/// A player's own characters in one answer; Battle.net lets an account have fewer.
inline constexpr int max_own_characters = 500;
/// A character looked at so recently is not queued again when its owner asks.
inline constexpr std::chrono::minutes own_sync_pause{10};

// --- values

/// Who writes, and the `row_version` they have seen (`If-Match`); nothing: whichever it is.
struct author {
  standing who;
  std::optional<std::int64_t> seen_version{};
};

/// What a write left behind, and the tags that moved with it: those that every other instance
/// is told of.
template <class T>
struct written {
  T value{};
  std::vector<std::string> tags{};
};

struct roster_row {
  roster_id id;
  guildhall::guild_id guild_id;
  std::string name;
  std::int64_t row_version{0};
  time_point created_at{};
  time_point updated_at{};
};

struct roster_place {
  guildhall::character_id character_id;
  std::string name;                ///< "Unknown" once erased
  std::string rank;                ///< its name; empty for whoever has left the guild
  std::string class_name;          ///< English
  std::optional<std::string> role; ///< in this roster, else the character's
};

struct roster_with_places {
  roster_row roster;
  std::vector<roster_place> places; ///< by name
};

/// One character, or everybody of a rank.
struct roster_addition {
  std::optional<guildhall::character_id> character;
  std::optional<int> rank;
  std::optional<std::string> role;
};

struct event_row {
  event_id id;
  guildhall::guild_id guild_id;
  std::string title;
  std::string description;
  std::string event_type; ///< Raid, Dungeon, Special
  time_point start_time{};
  time_point end_time{};
  std::optional<user_id> created_by;
  int max_participants{default_max_participants};
  std::optional<json_text> event_details;
  std::optional<std::string> discord_message_id;
  std::optional<std::string> discord_thread_id;
  std::int64_t row_version{0};
  time_point created_at{};
  time_point updated_at{};
};

/// What is absent stays as it is; of a new event everything but the last three is there.
struct event_change {
  std::optional<std::string> title;
  std::optional<std::string> event_type;
  std::optional<time_point> start_time;
  std::optional<time_point> end_time;
  std::optional<std::string> description;
  std::optional<int> max_participants;
  std::optional<std::optional<json_text>> event_details;
};

struct sign_up_row {
  std::int64_t id{0};
  guildhall::event_id event_id;
  guildhall::user_id user_id;
  guildhall::character_id character_id;
  std::string status; ///< Confirmed, Tentative, Declined
  std::optional<std::string> note;
  time_point created_at{};
  std::string battletag;
  std::string character_name;
  std::string character_class;
  std::string character_role;
};

/// Of an unknown event there is neither a guild nor anybody.
struct event_sign_ups {
  std::optional<guildhall::guild_id> guild_id;
  std::vector<sign_up_row> list; ///< by status, then role
};

struct sign_up_change {
  std::string status;
  guildhall::character_id character;
  std::optional<std::string> note;
};

struct rank_edit {
  int rank_id{0};
  std::optional<std::string> name;
  std::optional<bool> is_officer;
};

struct main_override {
  guildhall::guild_id guild_id;
  guildhall::character_id character_id;
  std::optional<bool> is_main; ///< nothing: nobody said so
  std::int64_t row_version{0}; ///< 0 where nobody said so
};

/// A guild that one of a user's characters is in.
struct own_guild {
  guildhall::guild_id id;
  std::string name;
  std::string realm; ///< slug
  domain::region region{};
  std::optional<time_point> last_updated; ///< when the guild's document last changed
  std::optional<user_id> leader_id;
  json_text guild_data_json; ///< name, member_count, and the crest if there is one
};

/// How the documents of one kind fared.
struct validation_stats {
  std::string document;
  std::int64_t total{0};               ///< known documents of this kind
  std::int64_t malformed{0};           ///< of them, could not be used when last fetched
  std::optional<time_point> last_time; ///< the last such failure
  struct cause {
    std::string what;
    std::int64_t count{0};
  };
  std::vector<cause> causes; ///< at most 10, the most frequent first
};

// --- who may

/// Whoever made it, and the roles that look after everybody's; members only.
inline bool may_edit(const standing& who, const event_row& event) {
  const auto looks_after_all = who.role == "guild_leader";
  return who.is_admin()
      || (who.is_member(event.guild_id)
          && (looks_after_all || (event.created_by && *event.created_by == who.id)));
}

// --- the port

/// Reads need no author: who may see an answer is judged by the guild it belongs to. Every
/// write is one transaction with an `audit_log` row; the author is judged in it where only the
/// row says which guild it is about.
///
/// Errors besides those of ports.hpp: `not_found` with the contract's sentence, `forbidden`,
/// `precondition_failed` for a version somebody changed, `limit_reached`, `validation`,
/// `invalid_token` for an author who is gone.
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
