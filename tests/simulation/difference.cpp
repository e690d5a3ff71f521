#include "tests/simulation/difference.hpp"

#include "domain/document_kinds.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace guildhall::simulation {

namespace {

using domain::document;

bool is_mirrored(const upstream::character_truth& truth, const database::character_row& row) {
  const auto version = upstream::http_date(truth.modified_at);
  const auto holds = [&](document what) {
    const auto found = row.documents.find(what);
    return found != row.documents.end() && found->second.state == domain::document_state::ok
        && found->second.synced_for == version;
  };
  const auto profile = row.documents.find(document::profile);
  return profile != row.documents.end() && profile->second.last_modified == version
      && std::ranges::all_of(domain::child_documents, holds);
}

} // namespace

std::string difference(
    const upstream& battlenet, const database& rows, const upstream::guild_truth& guild) {
  const auto stored = std::ranges::find_if(rows.guilds, [&](const auto& one) {
    return one.second.identity.bnet_id.value == guild.body.id;
  });
  if (stored == rows.guilds.end())
    return guild.body.slug + " is not stored";
  if (stored->second.guild_document.last_modified != upstream::http_date(guild.modified_at)
      || stored->second.roster_version != upstream::http_date(guild.roster_modified_at))
    return guild.body.slug + " is stored in another version";

  struct stored_member {
    int rank;
    const database::character_row* character;
  };
  std::unordered_map<std::int64_t, stored_member> members; // by Battle.net's id
  for (const auto& [key, row] : rows.members)
    if (key.first == stored->first && row.open) {
      const auto& character = rows.characters.at(key.second);
      members.emplace(character.identity.bnet_id.value, stored_member{row.rank, &character});
    }
  if (members.size() != guild.members.size())
    return guild.body.slug + " has " + std::to_string(guild.members.size())
         + " members, stored are " + std::to_string(members.size());
  for (const auto member : guild.members) {
    const auto& truth = battlenet.characters[member];
    const auto found = members.find(truth.body.id);
    if (found == members.end() || found->second.rank != truth.body.rank)
      return truth.body.name + " of " + guild.body.slug + " is missing or has another rank";
    if (truth.exists && !is_mirrored(truth, *found->second.character))
      return truth.body.name + " of " + guild.body.slug + " is not mirrored";
  }
  return {};
}

} // namespace guildhall::simulation
