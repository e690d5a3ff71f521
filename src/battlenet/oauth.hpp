#pragma once

#include "core/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace guildhall::battlenet {

/// Path of the token endpoint below the OAuth host.
inline constexpr std::string_view token_target = "/token";
inline constexpr std::string_view client_credentials_form = "grant_type=client_credentials";

struct access_token {
  std::string value;
  std::chrono::seconds expires_in{0};
};

/// The body of a token answer; `ec::malformed` names the path.
result<access_token> parse_token(std::string_view body);

} // namespace guildhall::battlenet
