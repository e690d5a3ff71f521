#include "tests/bench/crowd.hpp"

namespace guildhall::bench {

std::vector<std::string> crowd_of(int guilds, int members) {
  const auto g = std::to_string(guilds);
  const auto c = std::to_string(guilds * members);
  const auto of_character = "(n - 1) / " + std::to_string(members) + " + 1";
  const auto each_guild = " from generate_series(1, " + g + ") n";
  const auto each_character = " from generate_series(1, " + c + ") n";
  return {
      "insert into guilds (region, realm_id, bnet_guild_id, realm, name, name_key, "
      "last_roster_sync) select 'eu', 1, n, 'stormrage', 'Guild ' || n, 'guild-' || n, now()"
          + each_guild,
      "insert into characters (region, realm_id, bnet_character_id, realm, name, name_key, "
      "guild_id, class_id, class_name, level, role, spec_name, average_item_level, "
      "equipped_item_level, achievement_points, mythic_rating, professions, last_login_at, "
      "last_synced_at, profile_json) select 'eu', 1, n, 'stormrage', 'Name' || n, 'name' || n, "
          + of_character
          + ", 1 + n % 13, 'Death Knight', 80, 'Tank', 'Blood', 480 + n % 40, 478 + n % 40, "
            "n % 30000, n % 3000, '[{\"profession\": {\"id\": 164, \"name\": "
            "\"Blacksmithing\"},"
            " \"skill_points\": 90, \"max_skill_points\": 100}]'::jsonb, now() - n % 200 * "
            "interval '1 day', now(), jsonb_build_object('id', n)"
          + each_character,
      "insert into guild_members (guild_id, character_id, rank, character_name, "
      "character_class) select "
          + of_character + ", n, n % 10, 'Name' || n, 'Death Knight'" + each_character,
      "insert into tracked_guilds (region, realm, name_slug, guild_id, state, roster_due_at) "
      "select 'eu', 'stormrage', 'guild-' || n, n, 'active', now() + ((n - 1) % 10) * "
      "interval '25 min'"
          + each_guild,
      "insert into sync_queue (tracked_guild_id, priority, due_at) select n, 1, now() + ((n "
      "- 1) % 10) * interval '25 min'"
          + each_guild,
      "insert into sync_queue (character_id, guild_id, priority, due_at) select n, "
          + of_character + ", 2, now() + (n % 100 - 9) * interval '5 minutes'" + each_character,
      "insert into document_states (guild_id, document, state, fetched_at, checked_at) select "
      "n, d, 'ok', now(), now() from generate_series(1, "
          + g + ") n, unnest(array['guild', 'roster']) d",
      "insert into document_states (character_id, document, state, fetched_at, checked_at) "
      "select n, d, 'ok', now(), now() from generate_series(1, "
          + c + ") n, unnest(array['profile', 'equipment', 'mythic', 'professions']) d"};
}

} // namespace guildhall::bench
