#pragma once

#include "domain/people_port.hpp"

#include <optional>
#include <string>

/// What events.cpp and sign_ups.cpp share.
namespace guildhall::store {

class session;

struct held_event {
  domain::event_row row;
  std::string json;
};

/// The event, locked until the transaction ends. Nothing if there is none.
std::optional<held_event> lock_event(session& db, event_id id);

/// The event, locked, if this author is in its guild.
result<held_event> hold_event(session& db, const domain::author& by, event_id id);

} // namespace guildhall::store
