#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace guildhall::domain {

/// In weeks: no region is as old as that.
inline constexpr std::int64_t last_period = 99'999;
/// No item level or rating is as high as that.
inline constexpr double highest_score = 100'000;

enum class role : std::uint8_t { unknown, tank, healer, dps };

/// "Tank", "Healer", "DPS", "Unknown" (which is null in columns and answers).
std::string_view to_string(role what) noexcept;

/// English class name by playable-class id (1 Warrior ... 13 Evoker). A class that is not known
/// yet is called what a document called it, "Unknown" if none did.
std::string_view class_name(int class_id, std::string_view in_document = {}) noexcept;

struct specialisation {
  int id;
  int class_id;
  domain::role role;
  std::string_view name; ///< English
};

/// By playable-specialization id, for all classes (Augmentation, 1473, is DPS).
/// Nothing for an id that is not known (a new specialisation).
std::optional<specialisation> specialisation_by_id(int spec_id) noexcept;

} // namespace guildhall::domain
