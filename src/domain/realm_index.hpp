#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Which realms a region has, and which of them somebody means. Slugs cannot be derived from
/// names: Гордунни is `gordunni`, Свежеватель Душ is `soulflayer`. Pure, any thread.
namespace guildhall::domain {

/// A realm as the realm index lists it.
struct realm {
  guildhall::realm_id id;
  std::string slug;
  std::vector<std::string> names; ///< in every language that it was listed in
};

struct realm_list {
  std::vector<realm> realms;
  bool whole{true}; ///< every element could be read
};

/// The realm index, asked for without a locale (then a name holds every language) or with one.
/// An element that cannot be read is left out; `malformed` without any that can, and for
/// another document.
result<realm_list> parse_realm_index(std::string_view body);

/// What is left of a name when accents, case, blanks and punctuation do not count: "Aggra
/// (Português)" and "aggra-portugues" are the same, and so are "Kel'Thuzad" and "kelthuzad",
/// whatever the apostrophe.
std::string realm_key(std::string_view name);

/// The slug of the realm that is meant by a slug or a name: what is spelt exactly so, else what
/// is the same by `realm_key`. Otherwise a sentence that names the nearest ones, or those that
/// it may mean.
result<std::string> find_realm(const std::vector<realm>& realms, std::string_view wanted);

} // namespace guildhall::domain
