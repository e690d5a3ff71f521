#include "domain/sync.hpp"

namespace guildhall::domain {

std::string_view to_string(priority what) noexcept {
  switch (what) {
  case priority::person:
    return "person";
  case priority::roster:
    return "roster";
  case priority::character:
    return "character";
  case priority::sweep:
    return "sweep";
  }
  return "unknown";
}

} // namespace guildhall::domain
