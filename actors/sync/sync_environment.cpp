#include "actors/sync/sync_environment.hpp"

namespace guildhall::actors {

std::optional<domain::failure_class> failure_class_of(battlenet::outcome what) noexcept {
  using battlenet::outcome;
  using domain::failure_class;
  switch (what) {
  case outcome::ok:
  case outcome::not_modified:
    return std::nullopt;
  case outcome::not_found:
    return failure_class::not_found;
  case outcome::forbidden:
    return failure_class::forbidden;
  case outcome::throttled:
    return failure_class::throttled;
  case outcome::malformed:
    return failure_class::malformed;
  case outcome::unauthorised: // the gateway answers these itself
  case outcome::transient:
    break;
  }
  return failure_class::transient;
}

} // namespace guildhall::actors
