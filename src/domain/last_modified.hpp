#pragma once

#include "core/clock.hpp"

#include <optional>
#include <string_view>

namespace guildhall::domain {

/// The moment that a `Last-Modified` names. Battle.net does not pad the day with a zero
/// ("Sat, 7 Mar 2020 09:41:14 GMT"), so this is not RFC 9110's fixed form: one or two digits
/// are taken. Only for comparing which answer is newer; what is sent back is the header
/// verbatim.
std::optional<time_point> parse_last_modified(std::string_view header) noexcept;

/// Whether it names a moment after `now`, by more than clocks may differ. Nothing was changed
/// then: sent back as a condition, it would be confirmed for ever.
bool lies_ahead(std::string_view header, time_point now) noexcept;

} // namespace guildhall::domain
