#include "battlenet/request.hpp"

#include "core/text.hpp"

#include <utility>

namespace guildhall::battlenet {

namespace {

using text::percent_encode;

std::string guild_path(const domain::guild_address& address) {
  return "/data/wow/guild/" + percent_encode(address.realm) + '/'
       + percent_encode(address.name_slug);
}

std::string character_path(const domain::character_address& address) {
  return "/profile/wow/character/" + percent_encode(address.realm) + '/'
       + percent_encode(address.name_key);
}

std::string in_region(std::string_view kind, domain::region where) {
  return std::string{kind}.append("-").append(domain::to_string(where));
}

request make(
    request_kind kind, domain::region where, std::string_view namespace_kind, std::string path,
    const std::string& locale) {
  // Without a locale every localised string arrives as an object of all languages.
  return {
      kind, where, std::move(path) + "?locale=" + percent_encode(locale),
      in_region(namespace_kind, where)};
}

} // namespace

std::string_view to_string(request_kind kind) noexcept {
  switch (kind) {
  case request_kind::guild:
    return "guild";
  case request_kind::roster:
    return "roster";
  case request_kind::profile:
    return "profile";
  case request_kind::status:
    return "status";
  case request_kind::equipment:
    return "equipment";
  case request_kind::mythic:
    return "mythic";
  case request_kind::professions:
    return "professions";
  case request_kind::toys:
    return "toys";
  case request_kind::realm_index:
    return "realm_index";
  case request_kind::period_index:
    return "period_index";
  case request_kind::account:
    return "account";
  case request_kind::user_info:
    return "user_info";
  }
  return "unknown";
}

request_factory::request_factory(std::string locale) : locale_(std::move(locale)) {}

request request_factory::guild(const domain::guild_address& address) const {
  return make(request_kind::guild, address.region, "profile", guild_path(address), locale_);
}

request request_factory::roster(const domain::guild_address& address) const {
  return make(
      request_kind::roster, address.region, "profile", guild_path(address) + "/roster",
      locale_);
}

request request_factory::profile(const domain::character_address& address) const {
  return make(
      request_kind::profile, address.region, "profile", character_path(address), locale_);
}

request request_factory::status(const domain::character_address& address) const {
  return make(
      request_kind::status, address.region, "profile", character_path(address) + "/status",
      locale_);
}

request request_factory::equipment(const domain::character_address& address) const {
  return make(
      request_kind::equipment, address.region, "profile",
      character_path(address) + "/equipment", locale_);
}

request request_factory::mythic(const domain::character_address& address) const {
  return make(
      request_kind::mythic, address.region, "profile",
      character_path(address) + "/mythic-keystone-profile", locale_);
}

request request_factory::professions(const domain::character_address& address) const {
  return make(
      request_kind::professions, address.region, "profile",
      character_path(address) + "/professions", locale_);
}

request request_factory::toys(const domain::character_address& address) const {
  return make(
      request_kind::toys, address.region, "profile",
      character_path(address) + "/collections/toys", locale_);
}

request request_factory::realm_index(domain::region where) const {
  return make(request_kind::realm_index, where, "dynamic", "/data/wow/realm/index", locale_);
}

request request_factory::period_index(domain::region where) const {
  return make(
      request_kind::period_index, where, "dynamic", "/data/wow/mythic-keystone/period/index",
      locale_);
}

request request_factory::account(domain::region where) const {
  return make(request_kind::account, where, "profile", "/profile/user/wow", locale_);
}

request request_factory::user_info() const {
  return {request_kind::user_info, {}, "/userinfo", {}};
}

} // namespace guildhall::battlenet
