#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/member_json.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"
#include "domain/grouping.hpp"

#include <unordered_map>

/// Mains and alts. What the web client reads stands in every answer; the rest of the contract's
/// rows only with `?fields=full`, because a guild of a thousand must stay below a megabyte.
namespace guildhall::api {

namespace {

using details = std::vector<domain::member_detail>;

/// user id, "toys:<id>", or null.
void write_group_key(json_writer& out, const domain::grouped_character& grouped) {
  if (const auto* user = std::get_if<user_id>(&grouped.group_key))
    out.field("groupKey", *user);
  else if (const auto* toys = std::get_if<std::string>(&grouped.group_key))
    out.field("groupKey", *toys);
  else
    out.field("groupKey", nullptr);
}

void write_full_character(
    json_writer& out, const domain::member_detail& detail, const wanted_parts& parts) {
  const auto& member = detail.member;
  out.field("id", member.character_id);
  out.field("user_id", member.user_id);
  write_realm(out, member);
  out.text_or_null("role", member.character_role);
  out.field("created_at", detail.character_created_at);
  out.field("updated_at", detail.character_updated_at);
  out.field("bnet_character_id", detail.bnet_id);
  out.field("region", domain::to_string(detail.region));
  out.field("toy_hash", nullptr); // toy lists are compared, not hashed
  out.field("last_synced_at", detail.character_synced_at);
  out.json_or_null("profile_json", detail.profile_json);
  out.json_or_null("equipment_json", parts.equipment ? detail.equipment_json : std::nullopt);
  out.json_or_null("mythic_profile_json", detail.mythic_profile_json);
}

void write_lean_character(json_writer& out, const domain::member_detail& detail) {
  write_lean_profile(
      out, detail.member.character_class, detail.spec_name, detail.average_item_level,
      detail.equipped_item_level);
  write_lean_mythic(out, "mythic_profile_json", detail.mythic_rating);
}

void write_entry(
    json_writer& out, const domain::member_detail& detail,
    const domain::grouped_character& grouped, const wanted_parts& parts) {
  const auto& member = detail.member;
  out.begin_object();
  if (parts.full) {
    write_member_row(out, detail, parts);
    write_group_key(out, grouped);
  } else {
    out.field("character_id", member.character_id);
    out.field("rank", member.rank);
  }
  out.field("classification", domain::to_string(grouped.classification));
  out.field("mainCharacterId", grouped.main_character_id);
  out.field("reason", grouped.reason);
  out.begin_object("character");
  out.field("name", member.character_name.empty() ? "Unknown" : member.character_name);
  out.field("level", detail.level);
  out.field("class", member.character_class);
  if (parts.full)
    write_full_character(out, detail, parts);
  else
    write_lean_character(out, detail);
  out.json_or_null("professions_json", detail.professions);
  out.end_object();
  out.end_object();
}

/// Those of the grouped characters whose rows are here, in the order of the groups.
void write_entries(
    json_writer& out, const details& members, std::vector<domain::grouping_input> everybody,
    const wanted_parts& parts) {
  std::unordered_map<character_id, const domain::member_detail*> by_id;
  by_id.reserve(members.size());
  for (const auto& detail : members)
    by_id.emplace(detail.member.character_id, &detail);
  out.begin_array("data");
  for (const auto& grouped : domain::classify_roster(std::move(everybody)))
    if (const auto found = by_id.find(grouped.character_id); found != by_id.end())
      write_entry(out, *found->second, grouped, parts);
  out.end_array();
}

task<page> all_classified(const call& asked, guild_id guild) {
  const auto members = co_await asked.ask(domain::member_details_of{guild}, going_on::in_bulk);
  co_return page{envelope(64 + members.size() * 768, [&](json_writer& out) {
    write_entries(out, members, domain::grouping_inputs(members), {});
  })};
}

/// Who belongs to whom is found among everybody, whoever of them is on the page.
task<page> some_classified(
    const call& asked, guild_id guild, const wanted_parts& parts, const page_wish& wish) {
  const domain::wanted_documents documents{
      .profile = parts.full,
      .equipment = parts.full && parts.equipment,
      .mythic = parts.full,
      .member_data = parts.full && parts.member_data,
      .all_tiers = parts.detail() == domain::detail::full};
  auto found = co_await asked.ask(
      domain::member_page_of{guild, wish.from, documents, true}, going_on::in_bulk);
  co_return page_json(
      asked, wish, found.next, 64 + found.rows.size() * 1024, [&](json_writer& out) {
        write_entries(out, found.rows, std::move(found.everybody), parts);
      });
}

task<http::response> show_classified(call in) {
  return list_of_guild(
      std::move(in),
      {"classified",
       "/classified-roster",
       {.full = true, .equipment = true, .member_data = true}},
      all_classified, some_classified);
}

constexpr route routes[]{
    {http::method::get, "/api/guilds/:guildId/classified-roster", show_classified},
};

} // namespace

void add_classified_roster(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
