#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/rank_json.hpp"
#include "api/resources.hpp"
#include "domain/crawling/price.hpp"
#include "domain/document_kinds.hpp"

#include <algorithm>
#include <cmath>

/// Guild, its ranks and its freshness.
namespace guildhall::api {

namespace {

using domain::document;

/// Times in a cached body are those at which the content changed: a check that found nothing
/// new must not change the ETag.
void write_guild(
    json_writer& out, const domain::guild_row& guild, const domain::freshness& judged,
    const wanted_parts& parts) {
  out.begin_object("data");
  out.field("id", guild.id);
  out.field("name", guild.name);
  out.field("realm", guild.realm);
  out.field("realm_name", guild.realm_name);
  out.field("region", domain::to_string(guild.region));
  out.field("faction", guild.faction);
  out.field("leader_id", guild.leader_id);
  out.field("member_count", guild.member_count);
  out.text_or_null(
      "bnet_guild_id", guild.bnet_id ? std::to_string(guild.bnet_id->value) : std::string{});
  out.field("last_updated", changed_at(guild.documents, document::guild));
  out.field("last_roster_sync", changed_at(guild.documents, document::roster));
  out.field("guild_data_json", raw_json{guild.guild_data_json});
  if (parts.roster)
    out.json_or_null("roster_json", guild.roster_json);
  else if (parts.full)
    out.field("roster_json", nullptr);
  if (parts.full) {
    out.field("exclude_from_sync", guild.exclude_from_sync);
    out.field("created_at", guild.created_at);
    out.field(
        "updated_at", std::max(guild.created_at, judged.changed_at.value_or(guild.created_at)));
  }
  out.end_object();
}

page guild_page(const domain::guild_row& guild, const wanted_parts& parts) {
  const auto judged = domain::judge_freshness(domain::guild_documents, guild.documents);
  page out;
  out.json = envelope(
      1024 + guild.guild_data_json.size() + (guild.roster_json ? guild.roster_json->size() : 0),
      [&](json_writer& json) { write_guild(json, guild, judged, parts); },
      [&](json_writer& json) { write_freshness(json, judged); });
  out.headers = checked_at_header(guild.documents);
  return out;
}

std::string ranks_json(const std::vector<domain::rank_row>& ranks) {
  return list_json(ranks, 64, [](json_writer& out, const domain::rank_row& rank) {
    out.field("rank_id", rank.rank_id);
    out.field("rank_name", rank.rank_name);
    out.field("is_custom", rank.is_custom);
  });
}

std::string rank_structure_json(const std::vector<domain::rank_row>& ranks, bool full) {
  return list_json(ranks, 256, [full](json_writer& out, const domain::rank_row& rank) {
    write_rank(out, rank, full);
  });
}

void write_document(json_writer& out, const domain::document_record& record) {
  out.begin_object();
  out.field("document", domain::to_string(record.document));
  out.field("state", domain::to_string(record.state));
  out.field("fetched_at", record.fetched_at);
  out.field("checked_at", record.checked_at);
  out.field("changed_at", record.changed_at);
  out.text_or_null(
      "error_class", record.error_class ? domain::to_string(*record.error_class) : "");
  out.field("left_out", record.left_out);
  out.field("failures", record.failures);
  out.field("retry_at", record.retry_at);
  out.end_object();
}

/// In words for players, in numbers for pages.
void write_looking(json_writer& out, const domain::guild_freshness& known) {
  const auto minutes = [](double seconds) { return std::llround(seconds / 60); };
  const auto whole = [&](std::optional<double> seconds) {
    return seconds ? std::optional{minutes(*seconds)} : std::nullopt;
  };
  out.begin_object("players");
  if (known.price > 0) {
    const auto after =
        minutes(std::chrono::duration<double>(domain::seen_after(known.price)).count());
    out.field("seen_after_minutes", after);
    out.field(
        "rule", "What an active player does is seen after about " + std::to_string(after)
                    + " minutes of the guild's playing time");
  } else {
    out.field("seen_after_minutes", nullptr);
    out.field("rule", nullptr);
  }
  out.field("mean_age_minutes", whole(known.mean_age));
  out.field("p90_age_minutes", whole(known.p90_age));
  out.end_object();
}

std::string freshness_json(const domain::guild_freshness& known) {
  const auto judged = domain::judge_freshness(domain::guild_documents, known.documents);
  return envelope(1024, [&](json_writer& out) {
    out.begin_object("data");
    out.field("guild_id", known.guild_id);
    out.field("state", judged.state);
    out.text_or_null("reason", judged.reason);
    out.field("changed_at", judged.changed_at);
    out.field("oldest_checked_at", known.oldest_checked_at);
    out.field("next_due_at", known.next_due_at);
    out.field("next_roster_at", known.next_roster_at);
    write_looking(out, known);
    out.begin_object("members");
    out.field("total", known.members);
    out.field("with_profile", known.profiles);
    out.field("unavailable", known.unavailable);
    out.field("pending", known.pending);
    out.field("failing", known.failing);
    out.end_object();
    out.begin_array("documents");
    for (const auto& record : known.documents)
      write_document(out, record);
    out.end_array();
    out.end_object();
  });
}

/// Whoever asks for anything gets the guild's document whole; only the roster comes on top.
wanted_parts of_guild(const wanted_parts& all) noexcept {
  const auto plain = !all.full && !all.roster;
  return {
      .full = all.full,
      .roster = all.roster,
      .equipment = plain && all.detail() == domain::detail::full};
}

wanted_parts of_ranks(const wanted_parts&) noexcept {
  return {};
}

wanted_parts of_rank_structure(const wanted_parts& all) noexcept {
  return {.full = all.full};
}

result<void> may_see_guild(const call& in, const subject& about) {
  return in.must_read(about.guild.value_or(guild_id{}));
}

task<http::response> guild_by_id(call in) {
  return read_of_guild(
      std::move(in), "guild",
      [](const call& asked, guild_id guild, const wanted_parts& parts) -> task<page> {
        co_return guild_page(
            co_await asked.ask(
                domain::guild_by_id{guild, parts.detail()}, where_for(parts.detail())),
            parts);
      },
      of_guild);
}

task<http::response> guild_by_name(call in) {
  const auto address = co_await guild_address_of(in.request());
  const auto parts = of_guild(co_await in.parts());
  auto key = "guild-at/" + std::string{domain::to_string(address.region)} + '/' + address.realm
           + '/' + address.name_slug + '?' + parts.key();
  co_return co_await in.kept(
      std::move(key), std::string{addresses_tag},
      [&]() -> task<page> {
        domain::guild_at asked{address, parts.detail()};
        const auto row = co_await in.ask(std::move(asked), where_for(parts.detail()));
        auto found = guild_page(row, parts);
        found.late_tags.push_back(guild_tag(row.id));
        found.about.guild = row.id;
        co_return found;
      },
      may_see_guild);
}

task<http::response> list_ranks(call in) {
  return read_of_guild(
      std::move(in), "ranks",
      [](const call& asked, guild_id guild, const wanted_parts&) -> task<page> {
        const auto ranks = co_await asked.ask(domain::ranks_of{guild});
        co_return page{ranks_json(ranks)};
      },
      of_ranks);
}

task<http::response> rank_structure(call in) {
  return read_of_guild(
      std::move(in), "rank-structure",
      [](const call& asked, guild_id guild, const wanted_parts& parts) -> task<page> {
        const auto ranks = co_await asked.ask(domain::ranks_of{guild});
        co_return page{rank_structure_json(ranks, parts.full)};
      },
      of_rank_structure);
}

/// Read each time; the answer is never kept, by nobody.
task<http::response> guild_freshness(call in) {
  const auto guild = co_await in.guild();
  co_await in.must_read(guild);
  const auto known = co_await in.ask(domain::freshness_of{guild});
  co_return http::json_response(200, freshness_json(known));
}

constexpr route routes[]{
    {http::method::get, "/api/guilds/id/:guildId", guild_by_id},
    {http::method::get, "/api/guilds/:guildId/ranks", list_ranks},
    {http::method::get, "/api/guilds/:guildId/rank-structure", rank_structure},
    {http::method::get, "/api/guilds/:region/:realm/:name", guild_by_name},
    {http::method::get, "/api/guilds/:guildId/freshness", guild_freshness},
};

} // namespace

void add_guilds(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
