#include "api/rules/sign_ups.hpp"

#include "http/ascii.hpp"

#include <utility>

namespace guildhall::api::rules {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> spellings{{
    {"confirmed", "Confirmed"},
    {"accepted", "Confirmed"},
    {"tentative", "Tentative"},
    {"declined", "Declined"},
}};

std::optional<std::string> canonical_status(std::string_view text) noexcept {
  for (const auto& [spelling, meaning] : spellings)
    if (http::equal_ignoring_case(text, spelling))
      return std::string{meaning};
  return std::nullopt;
}

} // namespace

const text_form sign_up_status{
    "^([Cc][Oo][Nn][Ff][Ii][Rr][Mm][Ee][Dd]|[Aa][Cc][Cc][Ee][Pp][Tt][Ee][Dd]"
    "|[Tt][Ee][Nn][Tt][Aa][Tt][Ii][Vv][Ee]|[Dd][Ee][Cc][Ll][Ii][Nn][Ee][Dd])$",
    canonical_status, "must be one of: Confirmed, Tentative, Declined"};

} // namespace guildhall::api::rules
