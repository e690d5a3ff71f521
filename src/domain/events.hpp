#pragma once

#include "domain/authorship.hpp"
#include "domain/once.hpp"
#include "domain/operation.hpp"
#include "domain/pages.hpp"
#include "domain/read_models.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A guild's calendar.
namespace guildhall::domain {

inline constexpr int max_events_per_guild = 2'000;
// Of one author in one guild, so that nobody fills a calendar alone.
inline constexpr int max_events_ahead = 100; ///< that are not over
inline constexpr int max_events_a_day = 100; ///< made within a day
inline constexpr int max_events_of_author = 500;
/// Of an event whose author named none: the most that the web client's form accepts.
inline constexpr int default_max_participants = 100;

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

/// Whoever made it, and the roles that look after everybody's; members only.
inline bool may_edit(const standing& who, const event_row& event) {
  const auto looks_after_all = who.role == "guild_leader";
  return who.is_admin()
      || (who.is_member(event.guild_id)
          && (looks_after_all || (event.created_by && *event.created_by == who.id)));
}

/// Whoever may change it, and the guild master: of members, of those who left, of nobody.
inline bool may_remove(const standing& who, const event_row& event) {
  return may_edit(who, event) || who.leads(event.guild_id);
}

/// How many events of one author a guild has.
struct authored_events {
  std::int64_t ahead{0};
  std::int64_t of_a_day{0};
  std::int64_t all{0};
};
/// Why this author may not make another; nothing: they may.
std::optional<std::string> why_no_more(const authored_events& so_far);
/// Why none of theirs that is over may be moved ahead.
std::optional<std::string> why_none_ahead(const authored_events& so_far);

/// The answer about an event that is not there, or not for the eyes of whoever asks.
inline constexpr std::string_view no_such_event{"Event not found"};

/// By their start, without `event_details`; an unknown guild has none.
struct events_of {
  using answer = std::vector<event_row>;
  static constexpr operation_traits traits{"events", manner::read, lane::bulk};
  guild_id guild;
};

/// Some of them, in the same order; `full`: with `event_details`.
struct event_page_of {
  using answer = page_of<event_row>;
  static constexpr operation_traits traits{"event_page", manner::read, lane::bulk};
  guild_id guild;
  page_asked from{};
  detail how{};
};

struct event_by_id {
  using answer = event_row;
  static constexpr operation_traits traits{"event", manner::read};
  event_id id;
};

struct add_event {
  using answer = written<event_row>;
  static constexpr operation_traits traits{"add_event", manner::write};
  author by;
  guild_id guild;
  event_change what;
};

struct change_event {
  using answer = written<event_row>;
  static constexpr operation_traits traits{"change_event", manner::write};
  author by;
  event_id event;
  event_change what;
};

struct remove_event {
  using answer = written<event_row>;
  static constexpr operation_traits traits{"remove_event", manner::write};
  author by;
  event_id event;
};

using event_operations = operations<
    events_of, event_page_of, event_by_id, add_event, once<add_event>, change_event,
    remove_event>;

} // namespace guildhall::domain
