#pragma once

#include "domain/address.hpp"

#include <string>
#include <string_view>

namespace guildhall::battlenet {

enum class request_kind {
  guild,
  roster,
  profile,
  status,
  equipment,
  mythic,
  professions,
  toys,
  realm_index,
  period_index,
  account,
  user_info
};

std::string_view to_string(request_kind kind) noexcept;

/// One GET to Battle.net's API: pure data, ready for `http_client`.
struct request {
  request_kind kind{};
  domain::region region{};
  std::string target;          ///< path and query, percent-encoded, locale included
  std::string namespace_value; ///< header `Battlenet-Namespace`, e.g. "profile-eu"; or none
};

/// Requests of one locale. Guild and roster live under /data/wow but in the profile namespace.
class request_factory {
public:
  explicit request_factory(std::string locale);

  request guild(const domain::guild_address& address) const;
  request roster(const domain::guild_address& address) const;
  request profile(const domain::character_address& address) const;
  request status(const domain::character_address& address) const;
  request equipment(const domain::character_address& address) const;
  request mythic(const domain::character_address& address) const;
  request professions(const domain::character_address& address) const;
  request toys(const domain::character_address& address) const;
  request realm_index(domain::region where) const;
  request period_index(domain::region where) const;
  /// With a user's own token: their characters.
  request account(domain::region where) const;
  /// To the OAuth host, with a user's own token.
  request user_info() const;

private:
  std::string locale_;
};

} // namespace guildhall::battlenet
