#include "battlenet/request.hpp"

#include "core/text.hpp"
#include "domain/document_kinds.hpp"

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
    std::string_view kind, domain::region where, std::string_view namespace_kind,
    std::string path, const std::string& locale) {
  // Without a locale every localised string arrives as an object of all languages.
  return {
      kind, where, std::move(path) + "?locale=" + percent_encode(locale),
      in_region(namespace_kind, where)};
}

} // namespace

request_factory::request_factory(std::string locale) : locale_(std::move(locale)) {}

request
request_factory::document(domain::document what, const domain::guild_address& address) const {
  const auto& kind = domain::kind_of(what);
  return make(
      kind.name, address.region, "profile", guild_path(address).append(kind.path), locale_);
}

request request_factory::document(
    domain::document what, const domain::character_address& address) const {
  const auto& kind = domain::kind_of(what);
  return make(
      kind.name, address.region, "profile", character_path(address).append(kind.path), locale_);
}

request request_factory::realm_index(domain::region where) const {
  // Without a locale: every name in every language.
  return {"realm_index", where, "/data/wow/realm/index", in_region("dynamic", where)};
}

request request_factory::period_index(domain::region where) const {
  return make(
      "period_index", where, "dynamic", "/data/wow/mythic-keystone/period/index", locale_);
}

request request_factory::account(domain::region where) const {
  return make("account", where, "profile", "/profile/user/wow", locale_);
}

request request_factory::user_info() const {
  return {"user_info", {}, "/userinfo", {}};
}

} // namespace guildhall::battlenet
