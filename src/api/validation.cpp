#include "api/validation.hpp"

#include "api/body_rules.hpp"
#include "api/rules/tracking.hpp"
#include "core/text.hpp"
#include "http/ascii.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace guildhall::api {

namespace {

constexpr std::string_view region_mistake = "Region must be one of: us, eu, kr, tw";
constexpr std::string_view realm_mistake = "Realm slug must be lowercase with hyphens only";
constexpr std::string_view guild_mistake =
    "Guild name slug must be lowercase with hyphens only";
constexpr std::string_view character_mistake =
    "Character name must be 1 to 32 characters without blanks or slashes";
constexpr std::size_t max_character_name = 32;

domain::region checked_region(std::string_view text, mistakes& found) {
  const auto region = domain::parse_region(text);
  if (!region)
    found.emplace("region", region_mistake);
  return region.value_or(domain::region{});
}

std::string checked_slug(
    std::string_view text, std::string_view field, std::string_view mistake, mistakes& found) {
  auto slug = domain::canonical_slug(text);
  if (!slug)
    found.emplace(field, mistake);
  return std::move(slug).value_or("");
}

std::string checked_character_name(std::string_view text, mistakes& found) {
  auto key = text::name_key(text);
  const auto has_foreign = key.find_first_of(" \t\r\n/\\") != std::string::npos;
  if (key.empty() || has_foreign || text::length(key) > max_character_name)
    found.emplace("name", character_mistake);
  return key;
}

template <class T>
result<T> unless_mistaken(T value, mistakes found) {
  if (!found.empty())
    return fail(validation_failure(std::move(found)));
  return value;
}

} // namespace

failure validation_failure(mistakes found) {
  failure why{ec::validation, "Validation error: "};
  for (bool first = true; const auto& [field, mistake] : found) {
    if (!std::exchange(first, false))
      why.message += "; ";
    why.message += mistake + " at \"" + field + "\"";
  }
  why.fields = std::move(found);
  return why;
}

result<std::int64_t>
parse_id(std::string_view text, std::string_view field, std::string_view label) {
  const auto digits = http::trimmed(text);
  std::int64_t id = 0;
  const auto end = digits.data() + digits.size();
  const auto [parsed_to, error] = std::from_chars(digits.data(), end, id);
  if (error == std::errc{} && parsed_to == end && id >= 0)
    return id;
  const auto name = "\"" + std::string{field} + "\"";
  const auto mistake = std::string{label} + " must be a positive integer";
  failure why{
      ec::validation, "Validation error: Invalid at " + name + "; " + mistake + " at " + name};
  why.fields.emplace(field, mistake);
  return fail(std::move(why));
}

result<guild_id> guild_id_of(const http::request& what) {
  const auto id = parse_id(what.param("guildId"), "guildId", "Guild ID");
  if (!id)
    return fail(id.error());
  return guild_id{*id};
}

result<character_id> character_id_of(const http::request& what) {
  const auto id = parse_id(what.param("characterId"), "characterId", "Character ID");
  if (!id)
    return fail(id.error());
  return character_id{*id};
}

result<domain::guild_address> guild_address_of(const http::request& what) {
  mistakes found;
  domain::guild_address where;
  where.region = checked_region(what.param("region"), found);
  where.realm = checked_slug(what.param("realm"), "realm", realm_mistake, found);
  where.name_slug = checked_slug(what.param("name"), "name", guild_mistake, found);
  return unless_mistaken(std::move(where), std::move(found));
}

result<domain::character_address> character_address_of(const http::request& what) {
  mistakes found;
  domain::character_address where;
  where.region = checked_region(what.param("region"), found);
  where.realm = checked_slug(what.param("realm"), "realm", realm_mistake, found);
  where.name_key = checked_character_name(what.param("name"), found);
  return unless_mistaken(std::move(where), std::move(found));
}

result<domain::guild_address> tracked_address_of(const http::request& what) {
  constexpr std::size_t longest = 128;
  mistakes found;
  domain::guild_address where;
  where.region = checked_region(what.param("region"), found);
  where.realm = std::string{http::trimmed(what.param("realm"))};
  const auto length = text::length(where.realm);
  if (length == 0 || length > longest || !text::is_utf8(where.realm))
    found.emplace("realm", "Realm must be a slug or a name of at most 128 characters");
  where.name_slug =
      checked_slug(domain::guild_name_slug(what.param("name")), "name", guild_mistake, found);
  return unless_mistaken(std::move(where), std::move(found));
}

result<domain::guild_address> guild_address_in(const http::request& what) {
  const auto body = read_body(what, rules::tracked_guild);
  if (!body)
    return fail(body.error());
  domain::guild_address where;
  where.region = domain::parse_region(*text_in(*body, "region")).value();
  where.realm = *text_in(*body, "realm");
  where.name_slug = *text_in(*body, "name");
  return where;
}

std::string wanted_parts::key() const {
  std::string out;
  for (const auto& [is_wanted, letter] :
       {std::pair{full, 'f'}, std::pair{roster, 'r'}, std::pair{equipment, 'e'},
        std::pair{character_data, 'c'}, std::pair{member_data, 'm'}})
    if (is_wanted)
      out += letter;
  return out;
}

wanted_parts wanted_parts::those_of(const wanted_parts& known) const noexcept {
  return {
      full && known.full, roster && known.roster, equipment && known.equipment,
      character_data && known.character_data, member_data && known.member_data};
}

std::string wanted_parts::query() const {
  std::string names;
  for (const auto& [is_wanted, name] :
       {std::pair{roster, "roster_json"}, std::pair{equipment, "equipment"},
        std::pair{character_data, "character_data"},
        std::pair{member_data, "member_data_json"}})
    if (is_wanted)
      names += (names.empty() ? "" : ",") + std::string{name};
  std::string out{full ? "fields=full" : ""};
  if (!names.empty())
    out += (full ? "&include=" : "include=") + names;
  return out;
}

result<wanted_parts> wanted_parts_of(const http::request& what) {
  wanted_parts parts;
  mistakes found;
  if (const auto fields = what.query("fields")) {
    parts.full = *fields == "full";
    if (!parts.full)
      found.emplace("fields", "Fields must be: full");
  }
  const auto include = what.query("include").value_or("");
  for (std::string_view rest = include; !rest.empty();) {
    const auto part = http::next_element(rest);
    if (part == "roster_json")
      parts.roster = true;
    else if (part == "equipment" || part == "equipment_json")
      parts.equipment = true;
    else if (part == "character_data")
      parts.character_data = true;
    else if (part == "member_data_json")
      parts.member_data = true;
    else
      found.emplace(
          "include", "Include must be a list of: roster_json, equipment, character_data, "
                     "member_data_json");
  }
  return unless_mistaken(parts, std::move(found));
}

} // namespace guildhall::api
