#include "api/resources.hpp"
#include "api/validation.hpp"

#include <algorithm>
#include <array>

/// Guild, its ranks and its freshness.
namespace guildhall::api {

namespace {

using domain::document;

constexpr std::array guild_documents{document::guild, document::roster};

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
  const auto judged = domain::judge_freshness(guild_documents, guild.documents);
  page out;
  out.json = envelope(
      1024 + guild.guild_data_json.size() + (guild.roster_json ? guild.roster_json->size() : 0),
      [&](json_writer& json) { write_guild(json, guild, judged, parts); },
      [&](json_writer& json) { write_freshness(json, judged); });
  out.headers = checked_at_header(guild.documents);
  return out;
}

result<void>
may_see_guild(const services& with, const caller& who, const http::subject& about) {
  return may_read(with, who, about.guild.value_or(guild_id{}));
}

void guild_by_name(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  auto address = guild_address_of(what);
  if (!address)
    return slot.fail(address.error());
  const auto parts = wanted_parts_of(what);
  if (!parts)
    return slot.fail(parts.error());
  auto key = "guild-at/" + std::string{domain::to_string(address->region)} + '/'
           + address->realm + '/' + address->name_slug + '?' + parts->key();
  serve_judged(
      with, who, may_see_guild, what, std::move(slot), std::move(key),
      {std::string{addresses_tag}},
      [&reads = with->reads, address = std::move(*address),
       parts = *parts](deadline expires, page_done done) mutable {
        reads.guild_at(
            std::move(address), parts.detail(), expires,
            into_page<domain::guild_row>(
                std::move(done), [parts](const domain::guild_row& row) {
                  auto found = guild_page(row, parts);
                  found.late_tags.push_back(guild_tag(row.id));
                  found.about.guild = row.id;
                  return found;
                }));
      });
}

// --- ranks

std::string ranks_json(const std::vector<domain::rank_row>& ranks) {
  return envelope(64 + ranks.size() * 64, [&](json_writer& out) {
    out.begin_array("data");
    for (const auto& rank : ranks) {
      out.begin_object();
      out.field("rank_id", rank.rank_id);
      out.field("rank_name", rank.rank_name);
      out.field("is_custom", rank.is_custom);
      out.end_object();
    }
    out.end_array();
  });
}

std::string rank_structure_json(const std::vector<domain::rank_row>& ranks, bool full) {
  return envelope(64 + ranks.size() * 256, [&](json_writer& out) {
    out.begin_array("data");
    for (const auto& rank : ranks) {
      out.begin_object();
      out.field("id", rank.id);
      out.field("guild_id", rank.guild_id);
      out.field("rank_id", rank.rank_id);
      out.field("rank_name", rank.rank_name);
      out.field("is_custom", rank.is_custom);
      out.field("is_officer", rank.is_officer);
      out.field("member_count", rank.member_count);
      out.field("row_version", rank.row_version);
      if (full) {
        out.field("created_at", rank.created_at);
        out.field("updated_at", rank.updated_at);
      }
      out.end_object();
    }
    out.end_array();
  });
}

// --- freshness

void write_document(json_writer& out, const domain::document_record& record) {
  out.begin_object();
  out.field("document", domain::to_string(record.document));
  out.field("state", domain::to_string(record.state));
  out.field("fetched_at", record.fetched_at);
  out.field("checked_at", record.checked_at);
  out.field("changed_at", record.changed_at);
  out.text_or_null(
      "error_class", record.error_class ? domain::to_string(*record.error_class) : "");
  out.field("failures", record.failures);
  out.field("retry_at", record.retry_at);
  out.end_object();
}

page freshness_page(const domain::guild_freshness& known) {
  const auto judged = domain::judge_freshness(guild_documents, known.documents);
  return {envelope(1024, [&](json_writer& out) {
    out.begin_object("data");
    out.field("guild_id", known.guild_id);
    out.field("state", judged.state);
    out.text_or_null("reason", judged.reason);
    out.field("changed_at", judged.changed_at);
    out.field("oldest_checked_at", known.oldest_checked_at);
    out.field("next_due_at", known.next_due_at);
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
  })};
}

void guild_freshness(
    const shared_services& with, const caller& who, const http::request& what,
    http::reply_slot slot) {
  const auto id = guild_id_of(what);
  if (!id)
    return slot.fail(id.error());
  if (const auto allowed = may_read(*with, who, *id); !allowed)
    return slot.fail(allowed.error());
  serve_fresh(
      std::move(slot), [&reads = with->reads, guild = *id](deadline expires, page_done done) {
        reads.freshness(
            guild, expires,
            into_page<domain::guild_freshness>(std::move(done), freshness_page));
      });
}

} // namespace

void add_guilds(http::router& routes, shared_services with) {
  using rank_rows = std::vector<domain::rank_row>;
  add_guild_read(
      routes, with, "/api/guilds/id/:guildId", "guild",
      [&reads = with->reads](const guild_question& asked, page_done done) {
        reads.guild(
            asked.guild, asked.parts.detail(), asked.expires,
            into_page<domain::guild_row>(
                std::move(done), [parts = asked.parts](const domain::guild_row& row) {
                  return guild_page(row, parts);
                }));
      });
  add_guild_read(
      routes, with, "/api/guilds/:guildId/ranks", "ranks",
      [&reads = with->reads](const guild_question& asked, page_done done) {
        reads.ranks(
            asked.guild, asked.expires,
            into_page<rank_rows>(std::move(done), [](const rank_rows& ranks) {
              return page{ranks_json(ranks)};
            }));
      });
  add_guild_read(
      routes, with, "/api/guilds/:guildId/rank-structure", "rank-structure",
      [&reads = with->reads](const guild_question& asked, page_done done) {
        reads.ranks(
            asked.guild, asked.expires,
            into_page<rank_rows>(
                std::move(done), [full = asked.parts.full](const rank_rows& ranks) {
                  return page{rank_structure_json(ranks, full)};
                }));
      });
  add_read(routes, with, "/api/guilds/:region/:realm/:name", guild_by_name);
  add_read(routes, with, "/api/guilds/:guildId/freshness", guild_freshness);
}

} // namespace guildhall::api
