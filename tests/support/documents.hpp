#pragma once

#include "domain/document_kinds.hpp"

#include <string_view>
#include <type_traits>

namespace guildhall::test {

/// `Read` of a body that proves to be the document `what`, whoever's.
template <auto Read>
auto read_as(domain::document what, std::string_view body) {
  domain::json_reader in{body};
  domain::prove(in, domain::claim_of(what), {});
  return in.finish(Read(in));
}

inline auto parse_equipment(std::string_view body) {
  return read_as<domain::equipment_in>(domain::document::equipment, body);
}
inline auto parse_mythic(std::string_view body) {
  return read_as<domain::mythic_in>(domain::document::mythic, body);
}
inline auto parse_professions(std::string_view body) {
  return read_as<domain::professions_in>(domain::document::professions, body);
}
inline auto parse_toys(std::string_view body) {
  return read_as<domain::toys_in>(domain::document::toys, body);
}

} // namespace guildhall::test
