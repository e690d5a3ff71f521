#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/resources.hpp"

/// How Battle.net's documents pass our views of them; for the web client's admins.
namespace guildhall::api {

namespace {

using domain::validation_stats;
using http::method;

void write_stats(json_writer& out, const validation_stats& stats) {
  out.begin_object(stats.document);
  out.field("totalValidations", stats.total);
  out.field("completeFailures", stats.malformed);
  out.field("partialFailures", stats.in_part);
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

task<http::response> show_stats(call in) {
  co_await in.must_be_admin();
  const auto found = co_await in.ask(domain::validation_report{});
  co_return data_answer(200, [&](json_writer& out) {
    for (const auto& stats : found)
      write_stats(out, stats);
  });
}

task<http::response> reset_stats(call in) {
  co_await in.must_be_admin();
  domain::reset_validation asked{in.author()};
  co_await in.ask(std::move(asked));
  co_return http::json_response(
      200, R"({"success":true,"message":"Validation statistics have been reset."})");
}

constexpr route routes[]{
    {method::get, "/api/admin/validation-stats", show_stats},
    {method::post, "/api/admin/validation-stats/reset", reset_stats},
};

} // namespace

void add_validation_stats(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
