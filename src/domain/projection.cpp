#include "domain/projection.hpp"

namespace guildhall::domain {

void project_profile(const profile_view& view, character_columns& columns) {
  if (view.class_id != 0) {
    columns.class_id = view.class_id;
    columns.class_name = class_name(view.class_id, view.class_name);
  }
  if (view.level != 0)
    columns.level = view.level;
  columns.spec_id = view.active_spec_id;
  if (view.active_spec_id) {
    columns.spec_name = view.active_spec_name;
    if (const auto spec = specialisation_by_id(*view.active_spec_id)) {
      columns.role = spec->role;
      columns.spec_name = spec->name;
    }
  }
  columns.average_item_level = view.average_item_level;
  columns.equipped_item_level = view.equipped_item_level;
  columns.achievement_points = view.achievement_points;
  columns.last_login_at = view.last_login_at;
}

void project_mythic(const mythic_view& view, character_columns& columns) {
  columns.mythic_rating = view.rating;
  columns.mythic_season = view.season;
  columns.period_id = view.period_id;
}

void project_professions(const professions_view& view, character_columns& columns) {
  columns.professions = professions_json(view, tiers_shown::none);
  columns.profession_tiers = professions_json(view, tiers_shown::all);
}

void project_toys(const toys_view& view, character_columns& columns) {
  columns.toys = view.ids;
}

} // namespace guildhall::domain
