#include "actors/serving/http_front_end.hpp"

#include "actors/defaults.hpp"

namespace guildhall::actors {

namespace {

using self_ptr = http_front_end_actor::stateful_pointer<http_front_end_state>;

void drain(self_ptr self) {
  auto& st = self->state;
  if (st.server) {
    if (st.options.before_drain)
      st.options.before_drain();
    if (!st.server->wait_drained(st.options.drain_timeout))
      log::warn(
          "http: {} requests were not answered within {} ms", st.server->in_flight(),
          st.options.drain_timeout.count());
    st.server->stop();
    st.server.reset();
  }
  self->quit(caf::exit_reason::user_shutdown);
}

} // namespace

http_front_end_state::http_front_end_state(self_ptr) {}

http_front_end_actor::behavior_type
http_front_end(self_ptr self, http_front_end_options options) {
  set_actor_defaults(self);
  self->state.options = std::move(options);
  self->set_exit_handler([self](caf::exit_msg&) { drain(self); });
  auto server = self->state.options.start();
  if (server) {
    self->state.server = std::move(*server);
  } else {
    log::error("http: {}", message_of(server.error()));
    self->quit(caf::exit_reason::unhandled_exception);
  }
  return {
      [self](atom::stop) { drain(self); },
  };
}

} // namespace guildhall::actors
