#include "domain/payload.hpp"

#include "core/text.hpp"
#include "domain/document_kinds.hpp"
#include "domain/game.hpp"
#include "domain/json_reader.hpp"

#include <algorithm>
#include <ranges>
#include <set>
#include <utility>

namespace guildhall::domain {

namespace {

/// Far above what Battle.net allows per region and licence.
constexpr std::size_t max_account_characters = 1'000;

/// Ranks in a guild; the database keeps no other.
constexpr std::int64_t last_rank = 99;
/// Of a slug, in bytes. What is longer finds no place in an index.
constexpr std::size_t longest_slug = 256;

template <class Id>
Id id_of(json_reader& in) {
  return Id{in.integer("id", 1)};
}

/// Empty where it is absent or no name.
std::string name_of(json_reader& in) {
  return in.short_text("name", longest_name);
}

/// Of what must be found at its address.
realm_ref realm_of(json_reader& in) {
  realm_ref realm;
  in.object("realm", [&] {
    realm.id = id_of<guildhall::realm_id>(in);
    const auto slug = in.text("slug");
    realm.slug = canonical_slug(slug).value_or("");
    if (realm.slug.empty())
      in.reject("slug", slug.empty() ? "empty" : "not a slug");
    realm.name = name_of(in);
  });
  return realm;
}

/// Of the document's own subject: only the id is part of who that is.
realm_ref own_realm_of(json_reader& in) {
  realm_ref realm;
  in.object("realm", [&] {
    realm.id = id_of<guildhall::realm_id>(in);
    const auto slug = in.optional_text("slug").value_or("");
    realm.slug = canonical_slug(slug).value_or("");
    if (realm.slug.empty() && !slug.empty())
      in.leave_out("slug", "not a slug");
    realm.name = name_of(in);
  });
  return realm;
}

std::string faction_of(json_reader& in) {
  std::string faction;
  in.optional_object("faction", [&] { faction = in.short_text("type", longest_name); });
  return faction;
}

struct named_id {
  int id{0};
  std::string name{};
};

named_id named_id_in(json_reader& in, std::string_view key) {
  named_id found;
  in.optional_object(key, [&] {
    found.id = in.optional_small_integer("id").value_or(0);
    found.name = name_of(in);
  });
  return found;
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
  guild.name = name_of(in);
  guild.realm = realm_of(in);
  in.optional_object(
      "key", [&] { guild.name_slug = last_path_segment(in.short_text("href", longest_link)); });
  if (guild.name_slug.empty() || guild.name_slug.size() > longest_slug)
    guild.name_slug = guild_name_slug(guild.name);
  return guild;
}

/// What rosters and account lists alike say of each character. A name that is none spoils the
/// entry: nobody can be asked for by it. It is read last, so that whose entry it is stays
/// known.
template <class Listed>
void read_listed(json_reader& in, Listed& one) {
  one.id = id_of<bnet_character_id>(in);
  one.realm = realm_of(in);
  one.level = in.optional_small_integer("level").value_or(0);
  one.class_id = named_id_in(in, "playable_class").id;
  one.name = in.optional_text("name").value_or("");
  if (text::length(one.name) > longest_name)
    in.reject("name", "too long");
}

roster_member member_of(json_reader& in) {
  roster_member member;
  in.object("character", [&] { read_listed(in, member); });
  member.rank = static_cast<int>(in.integer("rank", 0, last_rank));
  return member;
}

using member_key = std::pair<guildhall::realm_id, bnet_character_id>;

member_key key_of(const roster_member& member) {
  return {member.realm.id, member.id};
}

bool is_whole(const member_key& key) {
  return key.first.value != 0 && key.second.value != 0;
}

/// One licence may be listed in parts.
void add_licence(account_view& account, account_licence licence) {
  const auto known = std::ranges::find(account.licences, licence.id, &account_licence::id);
  if (known == account.licences.end()) {
    account.licences.push_back(licence);
    return;
  }
  known->characters += licence.characters;
  known->complete = known->complete && licence.complete;
}

/// Of entries with one identity the last one is kept, at its place.
void keep_last(json_reader& in, std::vector<roster_member>& members) {
  std::set<member_key> seen;
  std::vector<roster_member> kept;
  kept.reserve(members.size());
  for (auto& member : std::views::reverse(members)) {
    if (seen.insert(key_of(member)).second)
      kept.push_back(std::move(member));
    else
      in.leave_out("members", "an id repeats");
  }
  std::ranges::reverse(kept);
  members = std::move(kept);
}

void read_members(json_reader& in, roster_view& roster) {
  std::size_t read = 0;
  roster.members.reserve(in.count("members"));
  in.each("members", [&] {
    auto member = member_of(in);
    const auto key = key_of(member);
    read += !in.failed() || is_whole(key) ? 1 : 0;
    if (!in.failed())
      roster.members.push_back(std::move(member));
    else if (is_whole(key))
      roster.unreadable.push_back(key);
  });
  roster.unidentified = in.count("members") - read;
  keep_last(in, roster.members);
  // Who has a readable entry as well needs no other.
  std::set<member_key> readable;
  for (const auto& member : roster.members)
    readable.insert(key_of(member));
  std::ranges::sort(roster.unreadable);
  const auto repeated = std::ranges::unique(roster.unreadable);
  roster.unreadable.erase(repeated.begin(), repeated.end());
  std::erase_if(roster.unreadable, [&](const auto& key) { return readable.contains(key); });
  if (roster.members.empty() && roster.listed() > 0)
    in.reject("members", "none of them can be read: " + std::string{in.left_out().first});
}

} // namespace

result<guild_view> parse_guild(std::string_view body, const reading& as) {
  json_reader in{body};
  prove(in, claim_of(document::guild), as);
  guild_view guild;
  guild.id = id_of<bnet_guild_id>(in);
  guild.name = name_of(in);
  guild.realm = own_realm_of(in);
  guild.faction = faction_of(in);
  guild.member_count = in.optional_integer("member_count");
  guild.left_out = in.left_out();
  return in.finish(std::move(guild));
}

result<roster_view> parse_roster(std::string_view body, const reading& as) {
  json_reader in{body};
  prove(in, claim_of(document::roster), as);
  roster_view roster;
  in.object("guild", [&] {
    roster.guild_id = id_of<bnet_guild_id>(in);
    roster.guild_name = name_of(in);
    roster.guild_realm = own_realm_of(in);
  });
  read_members(in, roster);
  roster.left_out = in.left_out();
  return in.finish(std::move(roster));
}

profile_view profile_in(json_reader& in, const reading& as) {
  profile_view profile;
  profile.id = id_of<bnet_character_id>(in);
  profile.name = name_of(in);
  profile.realm = own_realm_of(in);
  profile.level = in.optional_small_integer("level").value_or(0);
  const auto of_class = named_id_in(in, "character_class");
  profile.class_id = of_class.id;
  profile.class_name = of_class.name;
  // Without a specialisation the object is absent, or holds the id 0.
  if (const auto spec = named_id_in(in, "active_spec"); spec.id != 0) {
    profile.active_spec_id = spec.id;
    profile.active_spec_name = spec.name;
  }
  profile.faction = faction_of(in);
  guild_ref guild;
  if (in.optional_object("guild", [&] { guild = guild_of(in); }))
    profile.guild = std::move(guild);
  else
    profile.guild_unclear = in.has("guild");
  profile.average_item_level = in.optional_number("average_item_level", 0, highest_score);
  profile.equipped_item_level = in.optional_number("equipped_item_level", 0, highest_score);
  profile.achievement_points = in.optional_integer("achievement_points");
  profile.last_login_at = in.optional_moment("last_login_timestamp", as.now);
  profile.left_out = in.left_out();
  return profile;
}

result<profile_view> parse_profile(std::string_view body, const reading& as) {
  json_reader in{body};
  prove(in, claim_of(document::profile), as);
  return in.finish(profile_in(in, as));
}

result<status_view> parse_status(std::string_view body, const reading& as) {
  json_reader in{body};
  prove(in, claim_of(document::status), as);
  status_view status;
  status.id = id_of<bnet_character_id>(in);
  status.is_valid = in.boolean("is_valid");
  return in.finish(status);
}

result<std::int64_t> parse_current_period(std::string_view body) {
  json_reader in{body};
  prove(in, period_index_claim, {});
  std::int64_t period = 0;
  in.object("current_period", [&] { period = in.integer("id", 1, last_period); });
  return in.finish(period);
}

result<account_view> parse_account(std::string_view body) {
  json_reader in{body};
  prove(in, account_claim, {});
  account_view account;
  std::set<member_key> seen;
  in.each("wow_accounts", [&] {
    const auto licence = in.optional_integer("id", 1);
    const auto listed = in.count("characters");
    std::size_t readable = 0;
    in.optional_each("characters", [&] {
      account_character one;
      read_listed(in, one);
      if (in.failed() || account.characters.size() > max_account_characters)
        return;
      one.licence = licence;
      ++readable;
      if (seen.emplace(one.realm.id, one.id).second)
        account.characters.push_back(std::move(one));
    });
    if (licence)
      add_licence(account, {*licence, readable, !in.failed() && readable == listed});
  });
  if (account.characters.size() > max_account_characters)
    in.reject("characters", "more than an account can have");
  account.left_out = in.left_out();
  return in.finish(std::move(account));
}

} // namespace guildhall::domain
