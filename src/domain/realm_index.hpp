#pragma once

#include "core/error.hpp"
#include "core/ids.hpp"
#include "domain/document.hpp"

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

/// The realm index, asked for without a locale (then a name holds every language) or with one.
/// An element that cannot be read is left out and counted; `malformed` without any that can,
/// and for another document.
result<std::vector<realm>> parse_realm_index(std::string_view body, unread* left_out = nullptr);

/// What is left of a name when accents, case, blanks and punctuation do not count: "Aggra
/// (Português)" and "aggra-portugues" are the same, and so are "Kel'Thuzad" and "kelthuzad",
/// whatever the apostrophe.
std::string realm_key(std::string_view name);

/// The slug of the realm that is meant by a slug or a name: what is spelt exactly so, else what
/// is the same by `realm_key`. Otherwise a sentence that names the nearest ones, or those that
/// it may mean.
result<std::string> find_realm(const std::vector<realm>& realms, std::string_view wanted);

} // namespace guildhall::domain
