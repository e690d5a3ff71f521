#pragma once

#include "domain/address.hpp"
#include "domain/document.hpp"

#include <string>
#include <string_view>

namespace guildhall::battlenet {

/// One GET to Battle.net's API: pure data, ready for `http_client`.
struct request {
  std::string_view kind; ///< of `document_kinds`, else "realm_index" and the like; for metrics
  domain::region region{};
  std::string target;          ///< path and query, percent-encoded, locale included
  std::string namespace_value; ///< header `Battlenet-Namespace`, e.g. "profile-eu"; or none
};

/// Requests of one locale. Guild and roster live under /data/wow but in the profile namespace.
class request_factory {
public:
  explicit request_factory(std::string locale);

  /// The document at this address; `std::out_of_range` for what is no kind of document.
  request document(domain::document what, const domain::guild_address& address) const;
  request document(domain::document what, const domain::character_address& address) const;
  request guild(const domain::guild_address& address) const {
    return document(domain::document::guild, address);
  }
  request roster(const domain::guild_address& address) const {
    return document(domain::document::roster, address);
  }
  request profile(const domain::character_address& address) const {
    return document(domain::document::profile, address);
  }
  request status(const domain::character_address& address) const {
    return document(domain::document::status, address);
  }
  /// In every language.
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
