#include "domain/events.hpp"

namespace guildhall::domain {

std::optional<std::string> why_none_ahead(const authored_events& so_far) {
  if (so_far.ahead < max_events_ahead)
    return std::nullopt;
  return "You have " + std::to_string(max_events_ahead)
       + " events in this guild that are not over, which is the most that one member may have; "
         "delete one first";
}

std::optional<std::string> why_no_more(const authored_events& so_far) {
  if (auto why = why_none_ahead(so_far))
    return why;
  if (so_far.of_a_day >= max_events_a_day)
    return "You have made " + std::to_string(max_events_a_day)
         + " events in this guild within a day, which is the most that one member may make; "
           "try again tomorrow";
  if (so_far.all >= max_events_of_author)
    return "You have " + std::to_string(max_events_of_author)
         + " events in this guild, which is the most that one member may have; delete old ones "
           "first";
  return std::nullopt;
}

} // namespace guildhall::domain
