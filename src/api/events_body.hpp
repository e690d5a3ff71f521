#pragma once

#include "api/validation.hpp"
#include "domain/people_port.hpp"

/// What requests about events say.
namespace guildhall::api {

result<event_id> event_of(const http::request& what);

struct new_event {
  guild_id guild;
  domain::event_change event;
};
result<new_event> new_event_in(const http::request& what);
/// Without the guild: an event stays in its own.
result<domain::event_change> event_change_in(const http::request& what);

/// JSON that users write is kept as we write it: this deep and this long at most.
inline constexpr std::size_t max_details_depth = 8;
inline constexpr std::size_t max_details_bytes = 16 * 1024;

} // namespace guildhall::api
