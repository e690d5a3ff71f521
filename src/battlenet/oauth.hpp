#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"

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

/// Path of the page on which a person lets us in; query included, but for the state.
std::string authorize_target(std::string_view client_id, std::string_view redirect_uri);
std::string code_form(std::string_view code, std::string_view redirect_uri);

/// What a person has allowed.
struct user_token {
  std::string value;
  std::chrono::seconds expires_in{0};
  /// Whether wow.profile is among the scopes; a person may untick it.
  bool shares_profile{false};
};
result<user_token> parse_user_token(std::string_view body);

/// Who has logged in. A battletag may be any text and changes; the id stays.
struct user_info {
  bnet_account_id id;
  std::string battletag;
};
result<user_info> parse_user_info(std::string_view body);

/// The body of a token answer; `ec::malformed` names the path.
result<access_token> parse_token(std::string_view body);

} // namespace guildhall::battlenet
