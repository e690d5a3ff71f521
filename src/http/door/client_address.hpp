#pragma once

#include "core/config.hpp"
#include "http/door/ip_address.hpp"
#include "http/request.hpp"

#include <string>
#include <vector>

namespace guildhall::http {

/// Whose word about the client's address counts.
struct proxy_trust {
  std::string header{};            ///< "X-Forwarded-For"; empty: nobody's
  std::vector<ip_network> proxies; ///< who may send it
  unsigned hops{1};                ///< how many of them stand between a client and us

  /// Whether this peer speaks for others.
  bool covers(const ip_address& peer) const noexcept;
};

/// `auth.address_header`, `http.trusted_proxies` and `http.trusted_hops`.
proxy_trust trust_from(const config& cfg);

/// Who asks: the peer, or, when that is a trusted proxy, whom it names. Each proxy adds whom it
/// saw to the end of the header, all lines of which are one list: with so many trusted hops it
/// is that element from the end, or the first one if there are fewer. What stands before it the
/// client may have written itself. What is no address is nobody: then it is the peer.
ip_address client_address(const request& what, const proxy_trust& trust);

} // namespace guildhall::http
