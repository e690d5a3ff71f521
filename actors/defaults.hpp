#pragma once

#include "core/error.hpp"
#include "core/log.hpp"

#include <caf/all.hpp>

#include <exception>
#include <string>

namespace guildhall::actors {

/// Every actor's first line. Without these, an error answer ends its sender, an exception
/// vanishes, and unknown messages are printed to stdout. An exception ends the actor: its
/// supervisor decides.
template <class Self>
void set_actor_defaults(Self* self) {
  const std::string name = self->name();
  self->set_error_handler([name](caf::scheduled_actor*, caf::error& error) {
    log::warn("{}: dropped an error answer: {}", name, caf::to_string(error));
  });
  self->set_exception_handler([name](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      log::error("{}: ended by an exception: {}", name, e.what());
    } catch (...) {
      log::error("{}: ended by an unknown exception", name);
    }
    return caf::exit_reason::unhandled_exception;
  });
  self->set_default_handler(
      [name](caf::scheduled_actor*, caf::message_view& content) -> caf::result<caf::message> {
        log::warn(
            "{}: dropped an unexpected message: {}", name,
            caf::to_string(content.move_content_to_message()));
        return caf::message{};
      });
  self->set_down_handler([](caf::down_msg&) {});
}

/// An exit message that overtakes what waits in the mailbox.
inline void send_exit_first(const caf::actor& whom, caf::exit_reason reason) {
  if (whom)
    caf::actor_cast<caf::strong_actor_ptr>(whom)->enqueue(
        nullptr, caf::make_message_id(caf::message_priority::high),
        caf::make_message(caf::exit_msg{caf::actor_addr{}, reason}), nullptr);
}

/// The same for an address, if the actor still lives.
inline void send_exit_first(const caf::actor_addr& whom, caf::exit_reason reason) {
  if (auto alive = caf::actor_cast<caf::actor>(whom))
    send_exit_first(alive, reason);
}

} // namespace guildhall::actors
