#include "domain/onboarding.hpp"

#include <algorithm>

namespace guildhall::domain {

absence absence_of(const account_list& list, std::optional<std::int64_t> licence) {
  if (!licence)
    return absence::likely;
  const auto found = std::ranges::find(list.licences, *licence, &account_licence::id);
  const bool listed = found != list.licences.end() && found->complete && found->characters > 0;
  return listed ? absence::proven : absence::likely;
}

bool is_confirmed(absence what, const absent_since& before, time_point now) {
  constexpr std::chrono::hours a_day{24};
  if (what == absence::proven)
    return before.proven && *before.proven + second_list_after <= now;
  return before.likely && *before.likely + a_day <= now;
}

} // namespace guildhall::domain
