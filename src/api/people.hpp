#pragma once

#include "api/serve.hpp"
#include "domain/people_port.hpp"
#include "http/router.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// What the handlers share behind which people write.
namespace guildhall::api {

/// Adds `verb pattern` for a user's token.
void add_route(
    http::router& routes, shared_services with, http::method verb, std::string_view pattern,
    read_handler run);

/// Who writes, and the `row_version` that `If-Match` names: `"12"`; `*` or none: whichever it
/// is. Anything else is a version that no row has.
domain::author author_of(const caller& who, const http::request& what);

/// What stands under these tags is no longer served once this returns: the next read of this
/// client, and of everybody else here, sees what was written.
void move_tags(const services& with, const std::vector<std::string>& tags);

/// The completion of a write: moves its tags, then answers what `write` makes of the value.
template <class T, class Write>
domain::completion<domain::written<T>>
when_written(shared_services with, http::reply_slot slot, Write write) {
  return [with = std::move(with), slot = std::move(slot),
          write = std::move(write)](result<domain::written<T>> outcome) mutable {
    if (!outcome)
      return slot.fail(outcome.error());
    move_tags(*with, outcome->tags);
    slot.send(write(outcome->value));
  };
}

/// The completion of a port whose value `write` turns into an answer.
template <class T, class Write>
domain::completion<T> when_done(http::reply_slot slot, Write write) {
  return [slot = std::move(slot), write = std::move(write)](result<T> outcome) mutable {
    if (!outcome)
      return slot.fail(outcome.error());
    if constexpr (std::is_void_v<T>)
      slot.send(write());
    else
      slot.send(write(*outcome));
  };
}

/// Answers about a guild are for those who may read it; one about no guild shows nothing.
result<void>
may_see_guild_of(const services& with, const caller& who, const http::subject& about);

/// `{"success":true,"data":{...}}`: `write` writes the fields.
template <class Write>
http::response data_answer(int status, Write write) {
  return http::json_response(status, envelope(512, [&](json_writer& out) {
                               out.begin_object("data");
                               write(out);
                               out.end_object();
                             }));
}
http::response no_content();

using domain::event_tag;
using domain::events_tag;
using domain::rosters_tag;

} // namespace guildhall::api
