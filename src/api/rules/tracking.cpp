#include "api/rules/tracking.hpp"

#include "domain/address.hpp"

namespace guildhall::api::rules {

namespace {

std::optional<std::string> canonical_guild(std::string_view text) noexcept {
  return domain::canonical_slug(domain::guild_name_slug(text));
}

} // namespace

const text_form guild_slug{
    R"(^[\p{L}\p{M}\p{N}\s'`´‘’＇-]+$)", canonical_guild,
    "must be lowercase with hyphens only"};

} // namespace guildhall::api::rules
