#pragma once

#include "core/error.hpp"
#include "domain/address.hpp"
#include "domain/operation.hpp"
#include "domain/read_models.hpp"
#include "http/request.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

/// What a request may say, and the sentences for what it may not. All mistakes are named at
/// once.
namespace guildhall::api {

/// Field -> mistake, as `failure::fields`.
using mistakes = std::map<std::string, std::string>;

/// `ec::validation` with the message that the web client shows:
/// `Validation error: <mistake> at "<field>"; ...`.
failure validation_failure(mistakes found);

/// A whole number from 0, blanks around it allowed. `label` is "Guild ID".
result<std::int64_t>
parse_id(std::string_view text, std::string_view field, std::string_view label);

/// The path parameters `guildId` and `characterId`.
result<guild_id> guild_id_of(const http::request& what);
result<character_id> character_id_of(const http::request& what);

/// From the path parameters `region`, `realm` and `name`, made canonical.
result<domain::guild_address> guild_address_of(const http::request& what);
result<domain::character_address> character_address_of(const http::request& what);

/// The same of what is or was tracked, which may be asked for by slugs or by names; the realm
/// as it is spelt, for the realm index to judge.
result<domain::guild_address> tracked_address_of(const http::request& what);

/// From a JSON body `{region, realm, name}`; the name may be a slug or a name as players write
/// it.
result<domain::guild_address> guild_address_in(const http::request& what);

/// How much of the stored JSON an answer is to carry: `?fields=full`, and what is heavy only
/// when it is named in `?include=a,b`.
struct wanted_parts {
  bool full{false};
  bool roster{false};         ///< roster_json
  bool equipment{false};      ///< equipment, equipment_json
  bool character_data{false}; ///< the whole profile
  bool member_data{false};    ///< member_data_json

  domain::detail detail() const noexcept {
    const auto lean = !full && !roster && !equipment && !character_data && !member_data;
    return lean ? domain::detail::lean : domain::detail::full;
  }
  /// Without those that `known` lacks.
  wanted_parts those_of(const wanted_parts& known) const noexcept;
  /// For cache keys: the same parts give the same text.
  std::string key() const;
  /// As a query asks for them: "fields=full&include=equipment,character_data", in this order.
  std::string query() const;
};
result<wanted_parts> wanted_parts_of(const http::request& what);

} // namespace guildhall::api
