#include "domain/game.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace guildhall::domain {
namespace {

TEST(class_name, is_english_for_all_classes) {
  EXPECT_EQ(class_name(1), "Warrior");
  EXPECT_EQ(class_name(6), "Death Knight");
  EXPECT_EQ(class_name(12), "Demon Hunter");
  EXPECT_EQ(class_name(13), "Evoker");
}

TEST(class_name, is_unknown_for_a_class_to_come) {
  for (const int id : {-1, 0, 14, 1'000'000})
    EXPECT_EQ(class_name(id), "Unknown") << id;
}

TEST(specialisation, is_known_for_every_class) {
  std::map<int, std::set<std::string_view>> names;
  std::map<role, int> roles;
  for (int id = 0; id < 3'000; ++id) {
    const auto spec = specialisation_by_id(id);
    if (!spec)
      continue;
    EXPECT_EQ(spec->id, id);
    EXPECT_NE(class_name(spec->class_id), "Unknown") << id;
    EXPECT_TRUE(names[spec->class_id].insert(spec->name).second) << spec->name << " twice";
    ++roles[spec->role];
  }
  ASSERT_EQ(names.size(), 13u);
  for (const auto& [class_id, specs] : names)
    EXPECT_EQ(specs.size(), class_id == 11 ? 4u : 3u) << class_name(class_id);
  EXPECT_EQ(roles[role::tank], 6);
  EXPECT_EQ(roles[role::healer], 7);
  EXPECT_EQ(roles[role::unknown], 0);
}

TEST(specialisation, gives_augmentation_the_role_of_a_damage_dealer) {
  const auto spec = specialisation_by_id(1473);
  ASSERT_TRUE(spec);
  EXPECT_EQ(spec->role, role::dps);
  EXPECT_EQ(spec->name, "Augmentation");
}

TEST(specialisation, tells_specialisations_of_one_name_apart) {
  EXPECT_EQ(specialisation_by_id(65)->role, role::healer);  // Holy Paladin
  EXPECT_EQ(specialisation_by_id(257)->role, role::healer); // Holy Priest
  EXPECT_EQ(specialisation_by_id(66)->role, role::tank);    // Protection Paladin
  EXPECT_EQ(specialisation_by_id(251)->class_id, 6);        // Frost Death Knight
  EXPECT_EQ(specialisation_by_id(64)->class_id, 8);         // Frost Mage
}

TEST(role, is_spelt_as_the_web_client_reads_it) {
  EXPECT_EQ(to_string(role::tank), "Tank");
  EXPECT_EQ(to_string(role::healer), "Healer");
  EXPECT_EQ(to_string(role::dps), "DPS");
  EXPECT_EQ(to_string(role::unknown), "Unknown");
}

} // namespace
} // namespace guildhall::domain
