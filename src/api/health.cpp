#include "api/json_writer.hpp"
#include "api/resources.hpp"
#include "core/clock.hpp"

namespace guildhall::api {

void add_health(http::router& routes) {
  routes.add(
      http::method::get, "/api/healthcheck", [](const http::request&, http::reply_slot slot) {
        json_writer out;
        out.begin_object();
        out.field("status", "ok");
        out.field("timestamp", wall_now());
        out.end_object();
        slot.send(http::json_response(200, std::move(out).take()));
      });
}

} // namespace guildhall::api
