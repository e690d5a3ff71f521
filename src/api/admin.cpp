#include "api/resources.hpp"

/// What operators can see and do. Every route needs an operator's token.
namespace guildhall::api {

namespace {

using http::method;

// --- JSON

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

void write_pair(
    json_writer& out, std::string_view key, std::string_view first, std::int64_t first_value,
    std::string_view second, std::int64_t second_value) {
  out.begin_object(key);
  out.field(first, first_value);
  out.field(second, second_value);
  out.end_object();
}

std::string overview_json(const domain::sync_overview& seen) {
  return envelope(4096, [&](json_writer& out) {
    out.begin_object("data");
    out.field("paused", seen.paused);
    write_pair(out, "guilds", "due", seen.guilds_due, "running", seen.guilds_running);
    write_pair(
        out, "characters", "due", seen.characters_due, "running", seen.characters_running);
    write_pair(out, "budget", "hour_limit", seen.hour_limit, "hour_spent", seen.hour_spent);
    out.begin_array("tracked");
    for (const auto& guild : seen.guilds)
      write_tracked(out, guild);
    out.end_array();
    out.begin_array("last_errors");
    for (const auto& line : seen.last_errors)
      write_error(out, line);
    out.end_array();
    out.end_object();
  });
}

// --- asking

/// The completion of a port: `write` turns what it brings into the answer.
template <class T, class Write>
domain::completion<T> into_answer(http::reply_slot slot, Write write) {
  return [slot = std::move(slot), write = std::move(write)](result<T> outcome) mutable {
    if (!outcome)
      return slot.fail(outcome.error());
    if constexpr (std::is_void_v<T>)
      slot.send(write());
    else
      slot.send(write(*outcome));
  };
}

void track(
    const services& with, const auth::claims& who, const http::request& what,
    http::reply_slot slot) {
  auto address = guild_address_in(what);
  if (!address)
    return slot.fail(address.error());
  const auto expires = slot.expires();
  with.control.track(
      std::move(*address), who.subject, expires,
      into_answer<domain::job_row>(std::move(slot), accepted));
}

void untrack(
    const services& with, const auth::claims&, const http::request& what,
    http::reply_slot slot) {
  auto address = guild_address_of(what);
  if (!address)
    return slot.fail(address.error());
  const auto expires = slot.expires();
  with.control.untrack(std::move(*address), expires, into_answer<void>(std::move(slot), [] {
                         return http::response{204, {}, nullptr};
                       }));
}

void sync_guild(
    const services& with, const auth::claims&, const http::request& what,
    http::reply_slot slot) {
  const auto id = guild_id_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto expires = slot.expires();
  with.control.sync_guild(
      *id, expires, into_answer<domain::job_row>(std::move(slot), accepted));
}

void sync_character(
    const services& with, const auth::claims&, const http::request& what,
    http::reply_slot slot) {
  const auto id = character_id_of(what);
  if (!id)
    return slot.fail(id.error());
  const auto expires = slot.expires();
  with.control.sync_character(
      *id, expires, into_answer<domain::job_row>(std::move(slot), accepted));
}

void show_job(
    const services& with, const auth::claims&, const http::request& what,
    http::reply_slot slot) {
  const auto id = parse_id(what.param("jobId"), "jobId", "Job ID");
  if (!id)
    return slot.fail(id.error());
  const auto expires = slot.expires();
  with.control.job(
      job_id{*id}, expires,
      into_answer<domain::job_row>(std::move(slot), [](const domain::job_row& job) {
        return http::json_response(200, job_json(job));
      }));
}

void show_status(
    const services& with, const auth::claims&, const http::request&, http::reply_slot slot) {
  const auto expires = slot.expires();
  with.control.overview(
      expires, into_answer<domain::sync_overview>(
                   std::move(slot), [](const domain::sync_overview& seen) {
                     return http::json_response(200, overview_json(seen));
                   }));
}

template <bool Paused>
void set_paused(
    const services& with, const auth::claims&, const http::request&, http::reply_slot slot) {
  const auto expires = slot.expires();
  with.control.set_paused(Paused, expires, into_answer<void>(std::move(slot), [] {
                            return http::json_response(200, envelope(64, [](json_writer& out) {
                                                         out.begin_object("data");
                                                         out.field("paused", Paused);
                                                         out.end_object();
                                                       }));
                          }));
}

using admin_handler =
    void (*)(const services&, const auth::claims&, const http::request&, http::reply_slot);

} // namespace

void add_control(http::router& routes, shared_services with) {
  const auto add = [&](method verb, std::string_view pattern, admin_handler run) {
    routes.add(
        verb, pattern,
        for_operators(
            with, [with, run](
                      const auth::claims& who, const http::request& what,
                      http::reply_slot slot) { run(*with, who, what, std::move(slot)); }));
  };
  add(method::post, "/guilds", track);
  add(method::del, "/guilds/:region/:realm/:name", untrack);
  add(method::post, "/guilds/:guildId/sync", sync_guild);
  add(method::post, "/characters/:characterId/sync", sync_character);
  add(method::get, "/jobs/:jobId", show_job);
  add(method::get, "/status", show_status);
  add(method::post, "/pause", set_paused<true>);
  add(method::post, "/resume", set_paused<false>);
}

} // namespace guildhall::api
