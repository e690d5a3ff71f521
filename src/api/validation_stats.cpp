#include "api/people.hpp"
#include "api/resources.hpp"

/// How Battle.net's documents pass our views of them; for the web client's admins.
namespace guildhall::api {

namespace {

using domain::validation_stats;
using http::method;

/// A document is usable or it is not: nothing of one that is not is taken, so none fails
/// partially.
void write_stats(json_writer& out, const validation_stats& stats) {
  out.begin_object(stats.document);
  out.field("totalValidations", stats.total);
  out.field("completeFailures", stats.malformed);
  out.field("partialFailures", 0);
  out.field("lastValidationTime", stats.last_time);
  out.field(
      "failureRatio", stats.total == 0 ? 0.0
                                       : static_cast<double>(stats.malformed)
                                             / static_cast<double>(stats.total));
  out.begin_array("topFailures");
  for (const auto& cause : stats.causes) {
    out.begin_object();
    out.field("field", cause.what);
    out.field("count", cause.count);
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

void show_stats(
    const shared_services& with, const caller& who, const http::request&,
    http::reply_slot slot) {
  if (const auto allowed = must_be_admin(who); !allowed)
    return slot.fail(allowed.error());
  const auto expires = slot.expires();
  with->people.validation(
      expires, when_done<std::vector<validation_stats>>(
                   std::move(slot), [](const std::vector<validation_stats>& found) {
                     return data_answer(200, [&](json_writer& out) {
                       for (const auto& stats : found)
                         write_stats(out, stats);
                     });
                   }));
}

void reset_stats(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  if (const auto allowed = must_be_admin(who); !allowed)
    return slot.fail(allowed.error());
  const auto expires = slot.expires();
  with->people.reset_validation(
      author_of(who, what), expires, when_done<void>(std::move(slot), [] {
        return http::json_response(
            200, R"({"success":true,"message":"Validation statistics have been reset."})");
      }));
}

} // namespace

void add_validation_stats(http::router& routes, shared_services with) {
  add_route(routes, with, method::get, "/api/admin/validation-stats", show_stats);
  add_route(routes, with, method::post, "/api/admin/validation-stats/reset", reset_stats);
}

} // namespace guildhall::api
