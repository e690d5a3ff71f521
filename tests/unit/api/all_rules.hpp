#pragma once

#include "api/rules/accounts.hpp"
#include "api/rules/characters.hpp"
#include "api/rules/events.hpp"
#include "api/rules/ranks.hpp"
#include "api/rules/roster_members.hpp"
#include "api/rules/rosters.hpp"
#include "api/rules/sign_ups.hpp"
#include "api/rules/tracking.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace guildhall::api::test {

/// Every table of rules by the name that its schema has in schema/openapi.yaml.
inline std::vector<std::pair<std::string_view, const body_rules*>> all_rules() {
  return {
      {"RefreshBody", &rules::refresh},
      {"RoleBody", &rules::role},
      {"RankBody", &rules::rank_update},
      {"RosterBody", &rules::roster},
      {"RosterAdditionsBody", &rules::roster_additions},
      {"RosterMemberBody", &rules::roster_member},
      {"EventBody", &rules::event_create},
      {"EventUpdateBody", &rules::event_update},
      {"SignUpBody", &rules::sign_up},
      {"CharacterBody", &rules::character_create},
      {"CharacterUpdateBody", &rules::character_update},
      {"CharacterSyncBody", &rules::character_sync},
      {"MainOverrideBody", &rules::main_override},
      {"TrackBody", &rules::tracked_guild},
  };
}

} // namespace guildhall::api::test
