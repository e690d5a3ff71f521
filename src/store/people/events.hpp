#pragma once

#include "domain/events.hpp"

#include <optional>
#include <string>

namespace guildhall::store {

class session;

struct held_event {
  domain::event_row row;
  std::string json;
};

/// The event, locked until the transaction ends. Nothing if there is none.
std::optional<held_event> lock_event(session& db, event_id id);

/// What is told of one that is not there, or not for the eyes of whoever asks.
failure no_such_event();

} // namespace guildhall::store
