#pragma once

#include "api/body_rules.hpp"
#include "core/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace guildhall::api::rules {

/// "2025-05-13T18:00" (UTC: the web client's form prints UTC into the same field) or full ISO
/// 8601 with Z or an offset; years 1970 to 2999.
std::optional<time_point> parse_event_time(std::string_view text) noexcept;

/// Kept as "2025-05-13T18:00:00.000Z", whose order as text is the order in time.
extern const text_form event_time;

inline constexpr std::array<std::string_view, 3> event_types{"Raid", "Dungeon", "Special"};

/// Every field of an event that people write; on an update none of them is required.
consteval auto event_fields(bool all_required) {
  return std::array{
      field_rule{
          .name = "title",
          .label = "Event title",
          .required = all_required,
          .min = 3,
          .max = 100,
          .form = &trimmed_text},
      field_rule{
          .name = "description", .label = "Event description", .nullable = true, .max = 1'000},
      field_rule{
          .name = "event_type",
          .label = "Event type",
          .required = all_required,
          .one_of = event_types},
      field_rule{
          .name = "start_time",
          .label = "Start time",
          .required = all_required,
          .form = &event_time},
      field_rule{
          .name = "end_time",
          .label = "End time",
          .required = all_required,
          .form = &event_time},
      field_rule{
          .name = "max_participants",
          .type = field_type::integer,
          .label = "Max participants",
          .nullable = true,
          .min = 1,
          .max = std::numeric_limits<std::int32_t>::max()},
      field_rule{
          .name = "event_details",
          .type = field_type::object,
          .label = "Event details",
          .nullable = true,
          .max = 16'384}};
}

/// The end is not before the start, where both are given.
void check_event_times(const boost::json::object& body, mistakes& found);

inline constexpr auto event_update_fields = event_fields(false);
/// PUT /events/:eventId. The web client sends guild_id as well: an event stays in its guild.
inline constexpr body_rules event_update{event_update_fields, check_event_times};

inline constexpr auto event_create_fields = [] {
  constexpr auto common = event_fields(true);
  std::array<field_rule, common.size() + 1> all;
  for (std::size_t i = 0; i < common.size(); ++i)
    all[i] = common[i];
  all.back() = field_rule{
      .name = "guild_id",
      .type = field_type::integer,
      .label = "Guild ID",
      .required = true,
      .min = 1};
  return all;
}();
/// POST /events
inline constexpr body_rules event_create{event_create_fields, check_event_times};

} // namespace guildhall::api::rules
