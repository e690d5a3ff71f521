#pragma once

#include "core/error.hpp"

#include <string>
#include <string_view>

namespace guildhall::battlenet {

/// Where a client connects to.
struct base_url {
  bool tls{false};
  std::string host; ///< as the resolver and certificates want it: no brackets around IPv6
  std::string port;
  std::string host_header; ///< the Host field, with the port unless it is the scheme's own
};

/// `ec::bad_config` for anything but http(s)://host[:port][/].
result<base_url> parse_base_url(std::string_view text);

} // namespace guildhall::battlenet
