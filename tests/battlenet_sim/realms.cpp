#include "battlenet_sim/realms.hpp"

#include <algorithm>
#include <array>

namespace guildhall::sim {

namespace {

constexpr std::array<std::string_view, 4> region_names{"us", "eu", "kr", "tw"};

// Names and slugs that a client gets wrong when it derives one from the other are all here:
// apostrophes, brackets, accents, hyphens, and Russian realms.
constexpr std::array eu_realms{
    realm{550, "Stormrage", "stormrage", 1},
    realm{1417, "Azuremyst", "azuremyst", 1},
    realm{549, "Silvermoon", "silvermoon", 2},
    realm{1615, "Howling Fjord", "howling-fjord", 10, true, "Ревущий фьорд"},
    realm{553, "Turalyon", "turalyon", 3},
    realm{505, "Doomhammer", "doomhammer", 3},
    realm{1309, "Pozzo dell'Eternità", "pozzo-delleternità", 4},
    realm{1127, "Confrérie du Thorium", "confrérie-du-thorium", 6},
    realm{1086, "La Croisade écarlate", "la-croisade-écarlate", 6},
    realm{1611, "Festung der Stürme", "festung-der-stürme", 7},
    realm{588, "Kel'Thuzad", "kelthuzad", 7},
    realm{1413, "Aggra (Português)", "aggra-português", 8},
    realm{503, "Azjol-Nerub", "azjolnerub", 9},
    realm{1604, "Soulflayer", "soulflayer", 10, true, "Свежеватель Душ"},
    realm{506, "Draenor", "draenor", 12},
    realm{1305, "Kazzak", "kazzak", 13},
    realm{1602, "Gordunni", "gordunni", 11, true, "Гордунни"},
    realm{1306, "Tarren Mill", "tarren-mill", 5},
};

constexpr std::array us_realms{
    realm{60, "Stormrage", "stormrage", 1},     realm{1549, "Azuremyst", "azuremyst", 1},
    realm{1566, "Area 52", "area-52", 2},       realm{57, "Illidan", "illidan", 3},
    realm{61, "Zul'jin", "zuljin", 4},          realm{1262, "Norgannon", "norgannon", 5},
    realm{15, "Deathwing", "deathwing", 6},     realm{5, "Proudmoore", "proudmoore", 7},
    realm{1365, "Moon Guard", "moon-guard", 8}, realm{3209, "Azralon", "azralon", 9},
};

constexpr std::array kr_realms{
    realm{205, "Azshara", "azshara", 1, false, "아즈샤라"},
    realm{214, "Windrunner", "windrunner", 1, false, "윈드러너"},
};

constexpr std::array tw_realms{
    realm{963, "Shadowmoon", "shadowmoon", 1},
    realm{1049, "Quel'dorei", "queldorei", 1},
};

constexpr std::array warrior{
    specialization{71, "Arms"}, specialization{72, "Fury"}, specialization{73, "Protection"}};
constexpr std::array paladin{
    specialization{65, "Holy"}, specialization{66, "Protection"},
    specialization{70, "Retribution"}};
constexpr std::array hunter{
    specialization{253, "Beast Mastery"}, specialization{254, "Marksmanship"},
    specialization{255, "Survival"}};
constexpr std::array rogue{
    specialization{259, "Assassination"}, specialization{260, "Outlaw"},
    specialization{261, "Subtlety"}};
constexpr std::array priest{
    specialization{256, "Discipline"}, specialization{257, "Holy"},
    specialization{258, "Shadow"}};
constexpr std::array death_knight{
    specialization{250, "Blood"}, specialization{251, "Frost"}, specialization{252, "Unholy"}};
constexpr std::array shaman{
    specialization{262, "Elemental"}, specialization{263, "Enhancement"},
    specialization{264, "Restoration"}};
constexpr std::array mage{
    specialization{62, "Arcane"}, specialization{63, "Fire"}, specialization{64, "Frost"}};
constexpr std::array warlock{
    specialization{265, "Affliction"}, specialization{266, "Demonology"},
    specialization{267, "Destruction"}};
constexpr std::array monk{
    specialization{268, "Brewmaster"}, specialization{269, "Windwalker"},
    specialization{270, "Mistweaver"}};
constexpr std::array druid{
    specialization{102, "Balance"}, specialization{103, "Feral"},
    specialization{104, "Guardian"}, specialization{105, "Restoration"}};
constexpr std::array demon_hunter{
    specialization{577, "Havoc"}, specialization{581, "Vengeance"}};
constexpr std::array evoker{
    specialization{1467, "Devastation"}, specialization{1468, "Preservation"},
    specialization{1473, "Augmentation"}};

constexpr std::array class_table{
    playable_class{1, "Warrior", "Plate", warrior},
    playable_class{2, "Paladin", "Plate", paladin},
    playable_class{3, "Hunter", "Mail", hunter},
    playable_class{4, "Rogue", "Leather", rogue},
    playable_class{5, "Priest", "Cloth", priest},
    playable_class{6, "Death Knight", "Plate", death_knight},
    playable_class{7, "Shaman", "Mail", shaman},
    playable_class{8, "Mage", "Cloth", mage},
    playable_class{9, "Warlock", "Cloth", warlock},
    playable_class{10, "Monk", "Leather", monk},
    playable_class{11, "Druid", "Leather", druid},
    playable_class{12, "Demon Hunter", "Leather", demon_hunter},
    playable_class{13, "Evoker", "Mail", evoker},
};

constexpr std::array race_table{
    playable_race{1, "Human", false},
    playable_race{2, "Orc", true},
    playable_race{3, "Dwarf", false},
    playable_race{4, "Night Elf", false},
    playable_race{5, "Undead", true},
    playable_race{6, "Tauren", true},
    playable_race{7, "Gnome", false},
    playable_race{8, "Troll", true},
    playable_race{9, "Goblin", true},
    playable_race{10, "Blood Elf", true},
    playable_race{11, "Draenei", false},
    playable_race{22, "Worgen", false},
    playable_race{25, "Pandaren", false},
    playable_race{26, "Pandaren", true},
    playable_race{27, "Nightborne", true},
    playable_race{28, "Highmountain Tauren", true},
    playable_race{29, "Void Elf", false},
    playable_race{30, "Lightforged Draenei", false},
    playable_race{31, "Zandalari Troll", true},
    playable_race{32, "Kul Tiran", false},
    playable_race{34, "Dark Iron Dwarf", false},
    playable_race{36, "Mag'har Orc", true},
};

template <class Table>
auto find_by_id(const Table& table, int id) -> const typename Table::value_type* {
  auto i = std::ranges::find_if(table, [&](const auto& entry) { return entry.id == id; });
  return i == table.end() ? nullptr : &*i;
}

} // namespace

std::span<const std::string_view> regions() {
  return region_names;
}

std::string_view known_region(std::string_view name) {
  auto i = std::ranges::find(region_names, name);
  return i == region_names.end() ? std::string_view{} : *i;
}

std::span<const realm> realms_of(std::string_view region) {
  if (region == "eu")
    return eu_realms;
  if (region == "us")
    return us_realms;
  if (region == "kr")
    return kr_realms;
  if (region == "tw")
    return tw_realms;
  return {};
}

const realm* find_realm(std::string_view region, std::string_view slug) {
  auto all = realms_of(region);
  auto i = std::ranges::find(all, slug, &realm::slug);
  return i == all.end() ? nullptr : &*i;
}

std::span<const playable_class> playable_classes() {
  return class_table;
}

std::span<const playable_race> playable_races() {
  return race_table;
}

const playable_class* find_class(int id) {
  return find_by_id(class_table, id);
}

const playable_race* find_race(int id) {
  return find_by_id(race_table, id);
}

} // namespace guildhall::sim
