#pragma once

#include "domain/authorship.hpp"
#include "domain/operation.hpp"
#include "domain/pages.hpp"
#include "domain/read_models.hpp"

#include <optional>
#include <string>
#include <vector>

/// A guild's calendar.
namespace guildhall::domain {

inline constexpr int max_events_per_guild = 2'000;
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

using event_operations =
    operations<events_of, event_page_of, event_by_id, add_event, change_event, remove_event>;

} // namespace guildhall::domain
