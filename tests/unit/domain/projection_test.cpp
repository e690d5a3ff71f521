#include "domain/projection.hpp"

#include <gtest/gtest.h>

namespace guildhall::domain {
namespace {

using namespace std::chrono_literals;

profile_view evoker() {
  profile_view view;
  view.level = 80;
  view.class_id = 13;
  view.active_spec_id = 1473;
  view.average_item_level = 700.0;
  view.last_login_at = time_point{5s};
  return view;
}

TEST(projection, takes_the_role_from_the_active_specialisation) {
  character_columns columns;
  project_profile(evoker(), columns);
  EXPECT_EQ(columns.class_name, "Evoker");
  EXPECT_EQ(columns.role, role::dps);
  EXPECT_EQ(columns.spec_name, "Augmentation");
  EXPECT_EQ(columns.level, 80);
  EXPECT_EQ(columns.average_item_level, 700.0);
  EXPECT_EQ(columns.last_login_at, time_point{5s});
}

TEST(projection, keeps_the_id_of_a_specialisation_to_come) {
  auto view = evoker();
  view.active_spec_id = 9'999;
  character_columns columns;
  project_profile(view, columns);
  EXPECT_EQ(columns.spec_id, 9'999);
  EXPECT_EQ(columns.spec_name, "");
  EXPECT_EQ(columns.role, role::unknown);
}

TEST(projection, says_nothing_of_what_the_profile_leaves_out) {
  character_columns columns;
  project_profile(profile_view{}, columns);
  EXPECT_EQ(columns.class_id, std::nullopt);
  EXPECT_EQ(columns.class_name, "");
  EXPECT_EQ(columns.level, std::nullopt);
}

TEST(projection, fills_only_the_part_of_its_document) {
  character_columns columns;
  project_profile(evoker(), columns);
  project_mythic({.rating = 2323.952, .period_id = 729}, columns);
  project_toys({.ids = {1, 2}}, columns);
  EXPECT_EQ(columns.mythic_rating, 2323.952);
  EXPECT_EQ(columns.toys, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(columns.professions, std::nullopt);
  EXPECT_EQ(columns.class_id, 13);
  project_professions({}, columns);
  EXPECT_EQ(columns.professions, "[]");
}

} // namespace
} // namespace guildhall::domain
