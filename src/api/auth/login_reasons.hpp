#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace guildhall::api::auth {

/// Why a login did not come about. README.md tells people what to do about each.
enum class login_reason : std::uint8_t {
  access_denied,
  login_expired,
  state_mismatch,
  profile_not_shared,
  battlenet_unavailable,
  login_failed,
  unavailable,
  count_ ///< not a reason: how many there are
};

/// As the client's login page gets it in `?error=`.
constexpr std::string_view to_string(login_reason why) noexcept {
  constexpr std::array<std::string_view, static_cast<std::size_t>(login_reason::count_)> names{
      "access_denied",         "login_expired", "state_mismatch", "profile_not_shared",
      "battlenet_unavailable", "login_failed",  "unavailable"};
  static_assert(!names.back().empty());
  return names[static_cast<std::size_t>(why)];
}

} // namespace guildhall::api::auth
