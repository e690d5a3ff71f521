#include "domain/payload.hpp"

#include "core/text.hpp"
#include "domain/json_reader.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace guildhall::domain {

namespace {

/// 9999-12-31T23:59:59.999Z, the last moment that every reader of ours can print.
constexpr std::int64_t last_millisecond = 253'402'300'799'999;

/// Far above what Battle.net allows per region and licence.
constexpr std::size_t max_account_characters = 1'000;

template <class Id>
Id id_of(json_reader& in) {
  return Id{in.integer("id", 1)};
}

realm_ref realm_of(json_reader& in) {
  realm_ref realm;
  in.object("realm", [&] {
    realm.id = id_of<guildhall::realm_id>(in);
    realm.slug = in.text("slug");
    if (realm.slug.empty())
      in.reject("slug", "empty");
    realm.name = in.optional_text("name").value_or("");
  });
  return realm;
}

std::string faction_of(json_reader& in) {
  std::string faction;
  in.optional_object("faction", [&] { faction = in.optional_text("type").value_or(""); });
  return faction;
}

int optional_id_in(json_reader& in, std::string_view key) {
  int id = 0;
  in.optional_object(key, [&] { id = in.optional_small_integer("id").value_or(0); });
  return id;
}

/// ".../data/wow/guild/stormrage/mythical-warriors?namespace=profile-eu" ->
/// "mythical-warriors".
std::string last_path_segment(std::string_view href) {
  href = href.substr(0, href.find('?'));
  const auto slash = href.rfind('/');
  if (slash == std::string_view::npos)
    return {};
  return text::name_key(text::percent_decode(href.substr(slash + 1)).value_or(""));
}

guild_ref guild_of(json_reader& in) {
  guild_ref guild;
  guild.id = id_of<bnet_guild_id>(in);
  guild.name = in.optional_text("name").value_or("");
  guild.realm = realm_of(in);
  in.optional_object("key", [&] {
    guild.name_slug = last_path_segment(in.optional_text("href").value_or(""));
  });
  if (guild.name_slug.empty())
    guild.name_slug = guild_name_slug(guild.name);
  return guild;
}

roster_member member_of(json_reader& in) {
  roster_member member;
  in.object("character", [&] {
    member.id = id_of<bnet_character_id>(in);
    member.name = in.optional_text("name").value_or("");
    member.realm = realm_of(in);
    member.level = in.optional_small_integer("level").value_or(0);
    member.class_id = optional_id_in(in, "playable_class");
  });
  member.rank = in.small_integer("rank");
  return member;
}

account_character account_character_of(json_reader& in) {
  account_character one;
  one.id = id_of<bnet_character_id>(in);
  one.name = in.optional_text("name").value_or("");
  one.realm = realm_of(in);
  one.level = in.optional_small_integer("level").value_or(0);
  one.class_id = optional_id_in(in, "playable_class");
  return one;
}

/// An id is unique within its realm; twice in one roster means that the roster is not one.
bool has_repeated_id(const std::vector<roster_member>& members) {
  std::vector<std::pair<std::int64_t, std::int64_t>> ids;
  ids.reserve(members.size());
  for (const auto& member : members)
    ids.emplace_back(member.realm.id.value, member.id.value);
  std::ranges::sort(ids);
  return std::ranges::adjacent_find(ids) != ids.end();
}

} // namespace

result<guild_view> parse_guild(std::string_view body) {
  json_reader in{body};
  guild_view guild;
  guild.id = id_of<bnet_guild_id>(in);
  guild.name = in.optional_text("name").value_or("");
  guild.realm = realm_of(in);
  guild.faction = faction_of(in);
  guild.member_count = in.optional_integer("member_count");
  return in.finish(std::move(guild));
}

result<roster_view> parse_roster(std::string_view body) {
  json_reader in{body};
  roster_view roster;
  in.object("guild", [&] {
    roster.guild_id = id_of<bnet_guild_id>(in);
    roster.guild_name = in.optional_text("name").value_or("");
    roster.guild_realm = realm_of(in);
  });
  roster.members.reserve(in.count("members"));
  in.each("members", [&] { roster.members.push_back(member_of(in)); });
  if (!in.failed() && has_repeated_id(roster.members))
    in.reject("members", "an id repeats");
  return in.finish(std::move(roster));
}

result<profile_view> parse_profile(std::string_view body) {
  json_reader in{body};
  profile_view profile;
  profile.id = id_of<bnet_character_id>(in);
  profile.name = in.optional_text("name").value_or("");
  profile.realm = realm_of(in);
  profile.level = in.optional_small_integer("level").value_or(0);
  profile.class_id = optional_id_in(in, "character_class");
  // Without a specialisation the object is absent, or holds the id 0.
  if (const auto spec = optional_id_in(in, "active_spec"); spec != 0)
    profile.active_spec_id = spec;
  profile.faction = faction_of(in);
  in.optional_object("guild", [&] { profile.guild = guild_of(in); });
  profile.average_item_level = in.optional_number("average_item_level");
  profile.equipped_item_level = in.optional_number("equipped_item_level");
  profile.achievement_points = in.optional_integer("achievement_points");
  if (const auto at = in.optional_integer("last_login_timestamp", 0, last_millisecond))
    profile.last_login_at = time_point{std::chrono::milliseconds{*at}};
  return in.finish(std::move(profile));
}

result<status_view> parse_status(std::string_view body) {
  json_reader in{body};
  status_view status;
  status.id = id_of<bnet_character_id>(in);
  status.is_valid = in.boolean("is_valid");
  return in.finish(status);
}

result<std::int64_t> parse_current_period(std::string_view body) {
  json_reader in{body};
  std::int64_t period = 0;
  in.object("current_period", [&] { period = in.integer("id", 1); });
  return in.finish(period);
}

result<account_view> parse_account(std::string_view body) {
  json_reader in{body};
  account_view account;
  std::set<std::pair<guildhall::realm_id, bnet_character_id>> seen;
  in.each("wow_accounts", [&] {
    const auto licence = in.optional_integer("id", 1);
    const auto listed = in.count("characters");
    std::size_t readable = 0;
    in.each_readable("characters", [&] {
      auto one = account_character_of(in);
      if (in.failed())
        return;
      one.licence = licence;
      ++readable;
      if (seen.emplace(one.realm.id, one.id).second)
        account.characters.push_back(std::move(one));
    });
    if (account.characters.size() > max_account_characters)
      in.reject("characters", "more than an account can have");
    if (licence)
      account.licences.push_back({*licence, readable, readable == listed});
  });
  return in.finish(std::move(account));
}

result<std::vector<realm_ref>> parse_realms(std::string_view body) {
  json_reader in{body};
  std::vector<realm_ref> realms;
  realms.reserve(in.count("realms"));
  in.each("realms", [&] {
    realm_ref realm;
    realm.id = id_of<guildhall::realm_id>(in);
    realm.slug = in.text("slug");
    realm.name = in.optional_text("name").value_or("");
    realms.push_back(std::move(realm));
  });
  return in.finish(std::move(realms));
}

} // namespace guildhall::domain
