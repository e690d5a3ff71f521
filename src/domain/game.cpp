#include "domain/game.hpp"

#include <algorithm>
#include <array>

namespace guildhall::domain {

namespace {

constexpr std::array<std::string_view, 14> class_names{
    "Unknown", "Warrior", "Paladin", "Hunter", "Rogue", "Priest",       "Death Knight",
    "Shaman",  "Mage",    "Warlock", "Monk",   "Druid", "Demon Hunter", "Evoker"};

// Ids of Battle.net's playable-specialization index, ascending.
constexpr std::array specialisations{
    specialisation{62, 8, role::dps, "Arcane"},
    specialisation{63, 8, role::dps, "Fire"},
    specialisation{64, 8, role::dps, "Frost"},
    specialisation{65, 2, role::healer, "Holy"},
    specialisation{66, 2, role::tank, "Protection"},
    specialisation{70, 2, role::dps, "Retribution"},
    specialisation{71, 1, role::dps, "Arms"},
    specialisation{72, 1, role::dps, "Fury"},
    specialisation{73, 1, role::tank, "Protection"},
    specialisation{102, 11, role::dps, "Balance"},
    specialisation{103, 11, role::dps, "Feral"},
    specialisation{104, 11, role::tank, "Guardian"},
    specialisation{105, 11, role::healer, "Restoration"},
    specialisation{250, 6, role::tank, "Blood"},
    specialisation{251, 6, role::dps, "Frost"},
    specialisation{252, 6, role::dps, "Unholy"},
    specialisation{253, 3, role::dps, "Beast Mastery"},
    specialisation{254, 3, role::dps, "Marksmanship"},
    specialisation{255, 3, role::dps, "Survival"},
    specialisation{256, 5, role::healer, "Discipline"},
    specialisation{257, 5, role::healer, "Holy"},
    specialisation{258, 5, role::dps, "Shadow"},
    specialisation{259, 4, role::dps, "Assassination"},
    specialisation{260, 4, role::dps, "Outlaw"},
    specialisation{261, 4, role::dps, "Subtlety"},
    specialisation{262, 7, role::dps, "Elemental"},
    specialisation{263, 7, role::dps, "Enhancement"},
    specialisation{264, 7, role::healer, "Restoration"},
    specialisation{265, 9, role::dps, "Affliction"},
    specialisation{266, 9, role::dps, "Demonology"},
    specialisation{267, 9, role::dps, "Destruction"},
    specialisation{268, 10, role::tank, "Brewmaster"},
    specialisation{269, 10, role::dps, "Windwalker"},
    specialisation{270, 10, role::healer, "Mistweaver"},
    specialisation{577, 12, role::dps, "Havoc"},
    specialisation{581, 12, role::tank, "Vengeance"},
    specialisation{1467, 13, role::dps, "Devastation"},
    specialisation{1468, 13, role::healer, "Preservation"},
    specialisation{1473, 13, role::dps, "Augmentation"},
    specialisation{1480, 12, role::dps, "Devourer"},
};

static_assert(std::ranges::is_sorted(specialisations, {}, &specialisation::id));

} // namespace

std::string_view to_string(role what) noexcept {
  switch (what) {
  case role::tank:
    return "Tank";
  case role::healer:
    return "Healer";
  case role::dps:
    return "DPS";
  case role::unknown:
    break;
  }
  return "Unknown";
}

std::string_view class_name(int class_id, std::string_view in_document) noexcept {
  const auto known = class_id > 0 && static_cast<std::size_t>(class_id) < class_names.size();
  if (known)
    return class_names[static_cast<std::size_t>(class_id)];
  return class_id == 0 || in_document.empty() ? class_names[0] : in_document;
}

std::optional<specialisation> specialisation_by_id(int spec_id) noexcept {
  const auto found =
      std::ranges::lower_bound(specialisations, spec_id, {}, &specialisation::id);
  if (found == specialisations.end() || found->id != spec_id)
    return std::nullopt;
  return *found;
}

} // namespace guildhall::domain
