#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace guildhall::sim {

/// A realm as the realm index lists it. `group` joins the realms of one connected realm.
struct realm {
  std::int64_t id;
  std::string_view name;
  std::string_view slug;
  int group;
  bool cyrillic = false;
  std::string_view native = {}; ///< its name in the region's own languages, if it is another
};

/// The regions that exist, in lower case.
std::span<const std::string_view> regions();

/// The region's own text of that name (for views that outlive the argument); empty if unknown.
std::string_view known_region(std::string_view name);

/// The realms of a region; empty for an unknown one.
std::span<const realm> realms_of(std::string_view region);

/// Null when the region has no such realm.
const realm* find_realm(std::string_view region, std::string_view slug);

struct specialization {
  int id;
  std::string_view name;
};

struct playable_class {
  int id;
  std::string_view name;
  std::string_view armor; ///< Cloth, Leather, Mail or Plate
  std::span<const specialization> specializations;
};

struct playable_race {
  int id;
  std::string_view name;
  bool horde;
};

std::span<const playable_class> playable_classes();
std::span<const playable_race> playable_races();

/// Null for an unknown id.
const playable_class* find_class(int id);
const playable_race* find_race(int id);

} // namespace guildhall::sim
