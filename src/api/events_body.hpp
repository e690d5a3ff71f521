#pragma once

#include "api/validation.hpp"
#include "domain/events.hpp"

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

} // namespace guildhall::api
