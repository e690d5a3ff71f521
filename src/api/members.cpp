#include "api/call.hpp"
#include "api/envelope.hpp"
#include "api/member_json.hpp"
#include "api/paging.hpp"
#include "api/resources.hpp"

#include <algorithm>
#include <tuple>

/// The lists of a guild's members that are no classified roster.
namespace guildhall::api {

namespace {

using details = std::vector<domain::member_detail>;

std::string_view or_unknown(std::string_view text) noexcept {
  return text.empty() ? "Unknown" : text;
}

/// Lean: exactly what the web client reads, since a guild has up to a thousand of them.
void write_member(json_writer& out, const domain::member_row& member, bool full) {
  out.field("id", member.id);
  out.field("character_id", member.character_id);
  out.field("character_name", or_unknown(member.character_name));
  out.field("character_class", or_unknown(member.character_class));
  out.text_or_null("character_role", member.character_role);
  if (!full)
    return;
  out.field("guild_id", member.guild_id);
  out.field("rank", member.rank);
  out.field("isMain", member.is_main);
  write_realm(out, member);
  if (member.user_id)
    out.field("user_id", *member.user_id);
}

std::int64_t milliseconds_of(const std::optional<time_point>& when) {
  return when ? std::chrono::floor<std::chrono::milliseconds>(*when).time_since_epoch().count()
              : 0;
}

void write_active_spec(json_writer& out, const domain::member_detail& detail) {
  if (detail.spec_name.empty())
    return out.field("activeSpec", nullptr);
  out.begin_object("activeSpec");
  out.field("name", detail.spec_name);
  out.end_object();
}

void write_enhanced_character(
    json_writer& out, const domain::member_detail& detail, const wanted_parts& parts) {
  const auto& member = detail.member;
  out.begin_object("character");
  out.field("id", member.character_id);
  out.field("user_id", member.user_id.value_or(user_id{}));
  out.field("name", or_unknown(member.character_name));
  write_realm(out, member);
  out.field("class", or_unknown(member.character_class));
  out.field("level", detail.level);
  out.text_or_null("role", member.character_role);
  out.field("is_main", member.is_main);
  out.field("achievement_points", detail.achievement_points.value_or(0));
  out.field("equipped_item_level", detail.equipped_item_level.value_or(0));
  out.field("average_item_level", detail.average_item_level.value_or(0));
  out.field("last_login_timestamp", milliseconds_of(detail.last_login_at));
  out.field("itemLevel", detail.equipped_item_level.value_or(0));
  if (parts.full && detail.mythic_profile_json)
    out.field("mythicKeystone", raw_json{*detail.mythic_profile_json});
  else
    write_lean_mythic(out, "mythicKeystone", detail.mythic_rating);
  write_active_spec(out, detail);
  out.field("professions", raw_json{detail.professions ? *detail.professions : "[]"});
  if (parts.character_data)
    out.json_or_null("character_data", detail.profile_json);
  if (parts.equipment)
    out.json_or_null("equipment", detail.equipment_json);
  out.end_object();
}

/// Ranks are 0 to 9; the contract leaves anything else out.
bool has_known_rank(const domain::member_detail& detail) noexcept {
  return detail.member.rank >= 0 && detail.member.rank <= 9;
}

std::string_view why_failed(const domain::member_detail& detail) noexcept {
  return detail.is_available ? "The profile is not fetched yet"
                             : "Battle.net does not show this character";
}

void write_stats(json_writer& out, const details& members) {
  std::int64_t total = 0;
  std::int64_t failed = 0;
  for (const auto& detail : members) {
    if (!has_known_rank(detail))
      continue;
    ++total;
    failed += detail.character_synced_at ? 0 : 1;
  }
  out.begin_object("stats");
  out.field("total", total);
  out.field("successful", total - failed);
  out.field("failed", failed);
  out.begin_array("errors");
  for (const auto& detail : members) {
    if (!has_known_rank(detail) || detail.character_synced_at)
      continue;
    out.begin_object();
    out.field("name", or_unknown(detail.member.character_name));
    out.field("error", why_failed(detail));
    out.end_object();
  }
  out.end_array();
  out.end_object();
}

/// Of a page the stats are those of its members.
void write_enhanced(json_writer& out, const details& members, const wanted_parts& parts) {
  out.begin_array("data");
  for (const auto& detail : members) {
    if (!has_known_rank(detail))
      continue;
    const auto& member = detail.member;
    out.begin_object();
    out.field("id", member.id);
    out.field("guild_id", member.guild_id);
    out.field("character_name", or_unknown(member.character_name));
    out.field("character_class", or_unknown(member.character_class));
    out.text_or_null("character_role", member.character_role);
    out.field("rank", member.rank);
    write_enhanced_character(out, detail, parts);
    out.end_object();
  }
  out.end_array();
  write_stats(out, members);
}

/// `level` and `class_name` are what the web client reads, `character_level` and
/// `character_class` what the contract lists.
void write_activity(
    json_writer& out, std::string_view key, const details& members, const wanted_parts& parts) {
  out.begin_array(key);
  for (const auto& detail : members) {
    const auto& member = detail.member;
    out.begin_object();
    if (parts.full) {
      write_member_row(out, detail, parts);
    } else {
      out.field("id", member.id);
      out.field("character_id", member.character_id);
      out.field("rank", member.rank);
      out.field("character_name", or_unknown(member.character_name));
      out.field("character_class", or_unknown(member.character_class));
      out.field("joined_at", detail.joined_at);
      out.field("left_at", detail.left_at);
    }
    out.field("character_realm", or_unknown(member.realm));
    out.field("character_level", detail.level);
    out.field("level", detail.level);
    out.field("class_name", or_unknown(member.character_class));
    out.end_object();
  }
  out.end_array();
}

void write_activities(
    json_writer& out, const domain::member_activity& activity, const wanted_parts& parts) {
  out.begin_object("data");
  write_activity(out, "newMembers", activity.joined, parts);
  write_activity(out, "leftMembers", activity.left, parts);
  out.end_object();
}

/// Those of a page, as the list is ordered: newest first.
domain::member_activity sorted_activity(details members) {
  domain::member_activity out;
  for (auto& one : members)
    (one.left_at ? out.left : out.joined).push_back(std::move(one));
  const auto newest_first = [](auto& list, auto when) {
    std::ranges::sort(list, [when](const auto& one, const auto& other) {
      return std::tie(other.*when, one.member.id) < std::tie(one.*when, other.member.id);
    });
  };
  newest_first(out.joined, &domain::member_detail::joined_at);
  newest_first(out.left, &domain::member_detail::left_at);
  return out;
}

// --- the routes: each list whole, and by pages

task<page> all_members(const call& asked, guild_id guild) {
  const auto members = co_await asked.ask(domain::members_of{guild}, going_on::in_bulk);
  co_return page{list_json(members, 128, [](json_writer& out, const auto& member) {
    write_member(out, member, false);
  })};
}

task<page> some_members(
    const call& asked, guild_id guild, const wanted_parts& parts, const page_wish& wish) {
  const auto found =
      co_await asked.ask(domain::member_page_of{guild, wish.from}, going_on::in_bulk);
  co_return page_json(
      asked, wish, found.next, 128 + found.rows.size() * 256, [&](json_writer& out) {
        write_list(out, "data", found.rows, [&](json_writer& row, const auto& detail) {
          write_member(row, detail.member, parts.full);
        });
      });
}

task<http::response> list_members(call in) {
  return list_of_guild(
      std::move(in), {"members", "/members", {.full = true}}, all_members, some_members);
}

task<page> all_enhanced(const call& asked, guild_id guild) {
  const auto members = co_await asked.ask(domain::member_details_of{guild}, going_on::in_bulk);
  co_return page{envelope(256 + members.size() * 1024, [&](json_writer& out) {
    write_enhanced(out, members, {});
  })};
}

task<page> some_enhanced(
    const call& asked, guild_id guild, const wanted_parts& parts, const page_wish& wish) {
  const domain::wanted_documents documents{
      .profile = parts.character_data,
      .equipment = parts.equipment,
      .mythic = parts.full,
      .all_tiers = parts.detail() == domain::detail::full};
  const auto found = co_await asked.ask(
      domain::member_page_of{guild, wish.from, documents}, going_on::in_bulk);
  co_return page_json(
      asked, wish, found.next, 256 + found.rows.size() * 1024,
      [&](json_writer& out) { write_enhanced(out, found.rows, parts); });
}

task<http::response> list_enhanced(call in) {
  return list_of_guild(
      std::move(in),
      {"enhanced",
       "/members/enhanced",
       {.full = true, .equipment = true, .character_data = true}},
      all_enhanced, some_enhanced);
}

task<page> all_activity(const call& asked, guild_id guild) {
  const auto activity =
      co_await asked.ask(domain::member_activity_of{guild}, going_on::in_bulk);
  co_return page{envelope(
      128 + (activity.joined.size() + activity.left.size()) * 512,
      [&](json_writer& out) { write_activities(out, activity, {}); })};
}

task<page> some_activity(
    const call& asked, guild_id guild, const wanted_parts& parts, const page_wish& wish) {
  auto found =
      co_await asked.ask(domain::activity_page_of{guild, wish.from}, going_on::in_bulk);
  const auto activity = sorted_activity(std::move(found.rows));
  co_return page_json(
      asked, wish, found.next, 128 + (activity.joined.size() + activity.left.size()) * 768,
      [&](json_writer& out) { write_activities(out, activity, parts); });
}

task<http::response> list_activity(call in) {
  return list_of_guild(
      std::move(in), {"activity", "/member-activity", {.full = true}}, all_activity,
      some_activity);
}

constexpr route routes[]{
    {http::method::get, "/api/guilds/:guildId/members", list_members},
    {http::method::get, "/api/guilds/:guildId/members/enhanced", list_enhanced},
    {http::method::get, "/api/guilds/:guildId/member-activity", list_activity},
};

} // namespace

void add_members(http::router& to, const shared_services& with) {
  add_user_routes(to, with, routes);
}

} // namespace guildhall::api
