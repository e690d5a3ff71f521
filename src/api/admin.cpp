#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/resources.hpp"

/// What operators can see and do. Every route needs an operator's token.
namespace guildhall::api {

namespace {

using http::method;

void write_job(json_writer& out, const domain::job_row& job) {
  out.begin_object("data");
  out.field("id", job.id);
  out.field("kind", job.kind);
  out.field("target", job.target);
  out.field("state", domain::to_string(job.state));
  out.field("guild_id", job.guild_id);
  out.field("character_id", job.character_id);
  out.field("total", job.total);
  out.field("done", job.done);
  out.field("failed", job.failed);
  out.text_or_null("message", job.message);
  out.field("created_at", job.created_at);
  out.field("started_at", job.started_at);
  out.field("finished_at", job.finished_at);
  out.end_object();
}

std::string job_json(const domain::job_row& job) {
  return envelope(512, [&](json_writer& out) { write_job(out, job); });
}

/// 202: the work goes on behind the answer; the job says how far it is.
http::response accepted(const domain::job_row& job) {
  auto answer = http::json_response(202, job_json(job));
  answer.add_header("Location", "/jobs/" + std::to_string(job.id.value));
  return answer;
}

void write_tracked(json_writer& out, const domain::tracked_guild_row& guild) {
  out.begin_object();
  out.field("id", guild.id);
  out.field("region", domain::to_string(guild.address.region));
  out.field("realm", guild.address.realm);
  out.field("name", guild.address.name_slug);
  out.field("guild_id", guild.guild_id);
  out.field("state", guild.state);
  out.field("running", guild.running);
  out.field("last_synced_at", guild.last_synced_at);
  out.field("due_at", guild.due_at);
  out.text_or_null("last_error", guild.last_error);
  out.end_object();
}

void write_error(json_writer& out, const domain::sync_overview::error_line& line) {
  out.begin_object();
  out.field("at", line.at);
  out.field("entity", line.entity);
  out.field("document", line.document);
  out.field("error_class", line.error_class);
  out.field("detail", line.detail);
  out.end_object();
}

void write_doubt(json_writer& out, const domain::sync_overview::doubt_line& line) {
  out.begin_object();
  out.field("region", domain::to_string(line.region));
  out.field("document", line.document);
  out.field("since", line.since);
  out.end_object();
}

void write_pause(json_writer& out, const domain::sync_overview::pause_line& line) {
  out.begin_object();
  out.text_or_null("region", line.region ? domain::to_string(*line.region) : "");
  out.field("until", line.until);
  out.end_object();
}

void write_pair(
    json_writer& out, std::string_view key, std::string_view first, std::int64_t first_value,
    std::string_view second, std::int64_t second_value) {
  out.begin_object(key);
  out.field(first, first_value);
  out.field(second, second_value);
  out.end_object();
}

void write_budget(json_writer& out, const domain::sync_overview& seen) {
  out.begin_object("budget");
  out.field("hour_limit", seen.hour_limit);
  out.field("hour_spent", seen.hour_spent);
  out.field("price_hours", seen.price);
  out.field("calls_wanted", seen.demand);
  out.field("calls_supplied", seen.supply);
  out.end_object();
}

std::string overview_json(const domain::sync_overview& seen) {
  return envelope(4096, [&](json_writer& out) {
    out.begin_object("data");
    out.field("paused", seen.paused);
    write_pair(out, "guilds", "due", seen.guilds_due, "running", seen.guilds_running);
    write_pair(
        out, "characters", "due", seen.characters_due, "running", seen.characters_running);
    write_budget(out, seen);
    out.begin_array("tracked");
    for (const auto& guild : seen.guilds)
      write_tracked(out, guild);
    out.end_array();
    out.begin_array("last_errors");
    for (const auto& line : seen.last_errors)
      write_error(out, line);
    out.end_array();
    out.begin_array("doubts");
    for (const auto& line : seen.doubts)
      write_doubt(out, line);
    out.end_array();
    out.begin_array("pauses");
    for (const auto& line : seen.pauses)
      write_pause(out, line);
    out.end_array();
    out.end_object();
  });
}

task<http::response> track(call in) {
  const auto address = co_await guild_address_in(in.request());
  domain::track asked{address, in.token().subject, in.with().regions};
  co_return accepted(co_await in.ask(std::move(asked)));
}

task<http::response> untrack(call in) {
  const auto address = co_await tracked_address_of(in.request());
  domain::untrack asked{address};
  co_await in.ask(std::move(asked));
  co_return no_content();
}

task<http::response> sync_guild(call in) {
  const auto guild = co_await in.guild();
  domain::sync_guild asked{guild, in.with().regions};
  co_return accepted(co_await in.ask(std::move(asked)));
}

task<http::response> sync_character(call in) {
  const auto character = co_await in.character();
  domain::sync_character asked{character, in.with().regions};
  co_return accepted(co_await in.ask(std::move(asked)));
}

task<http::response> show_job(call in) {
  const auto id = co_await parse_id(in.request().param("jobId"), "jobId", "Job ID");
  const auto job = co_await in.ask(domain::job_by_id{job_id{id}});
  co_return http::json_response(200, job_json(job));
}

task<http::response> show_status(call in) {
  const auto seen = co_await in.ask(domain::overview_of_sync{});
  co_return http::json_response(200, overview_json(seen));
}

template <bool Paused>
task<http::response> set_paused(call in) {
  co_await in.ask(domain::set_paused{Paused});
  co_return data_answer(200, [](json_writer& out) { out.field("paused", Paused); });
}

constexpr route routes[]{
    {method::post, "/guilds", track},
    {method::del, "/guilds/:region/:realm/:name", untrack},
    {method::post, "/guilds/:guildId/sync", sync_guild},
    {method::post, "/characters/:characterId/sync", sync_character},
    {method::get, "/jobs/:jobId", show_job},
    {method::get, "/status", show_status},
    {method::post, "/pause", set_paused<true>},
    {method::post, "/resume", set_paused<false>},
};

} // namespace

void add_control(http::router& to, const shared_services& with) {
  add_operator_routes(to, with, routes);
}

} // namespace guildhall::api
