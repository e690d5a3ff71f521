#include "domain/roster.hpp"

#include "core/crypto.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <utility>

namespace guildhall::domain {

namespace {

constexpr std::size_t small_guild = 20;
/// A second answer that agrees is believed this long after the first; later where it is no
/// other answer, or where the guild document counts those that the roster lacks.
constexpr std::chrono::minutes second_opinion_after{10};
constexpr std::chrono::minutes same_opinion_after{6 * 60};
/// How long Battle.net's word that somebody is gone outweighs rosters that list them.
constexpr std::chrono::days gone_for{30};

/// What a transfer leaves unchanged.
using look = std::pair<std::string, int>; // name_key, class

/// Empty where the name or the class is unknown: those resemble nobody.
std::optional<look> look_of(const std::string& name, int class_id) {
  auto key = text::name_key(name);
  if (key.empty() || class_id == 0)
    return std::nullopt;
  return look{std::move(key), class_id};
}

struct alike {
  std::vector<const stored_member*> leavers;
  std::vector<const roster_member*> joiners;
  std::size_t returned{0};
};

std::vector<roster_changes::transfer> transfers_in(const roster_changes& changes) {
  std::map<look, alike> by_look;
  for (const auto& leaver : changes.left)
    if (const auto key = look_of(leaver.name, leaver.class_id))
      by_look[*key].leavers.push_back(&leaver);
  for (const auto& joiner : changes.joined)
    if (const auto key = look_of(joiner.name, joiner.class_id))
      by_look[*key].joiners.push_back(&joiner);
  // Whoever comes back under an identity of its own makes the match ambiguous, too.
  for (const auto& returned : changes.returned)
    if (const auto key = look_of(returned.name, returned.class_id))
      ++by_look[*key].returned;

  std::vector<roster_changes::transfer> transfers;
  for (const auto& leaver : changes.left) {
    const auto key = look_of(leaver.name, leaver.class_id);
    if (!key)
      continue;
    const auto& found = by_look[*key];
    if (found.leavers.size() == 1 && found.joiners.size() == 1 && found.returned == 0)
      transfers.push_back({leaver, *found.joiners.front()});
  }
  return transfers;
}

/// Whether `a` is within 5 % of `b`.
bool is_near(std::int64_t a, std::int64_t b) {
  return 20 * std::abs(a - b) <= b;
}

bool is_confirmed(const suspicion& earlier, std::int64_t size, const roster_context& context) {
  const bool another_answer =
      !context.last_modified.empty() && context.last_modified != earlier.last_modified;
  const bool contradicted =
      context.member_count
      && is_near(*context.member_count, static_cast<std::int64_t>(context.open_members));
  // Nobody at all is what an upstream in trouble says, not what becomes of a guild.
  const auto wanted =
      another_answer && !contradicted && size > 0 ? second_opinion_after : same_opinion_after;
  return context.now - earlier.first_seen >= wanted && is_near(size, earlier.members);
}

} // namespace

roster_changes
diff_roster(region where, std::span<const stored_member> stored, const roster_view& roster) {
  roster_changes changes;
  changes.first_scan = stored.empty();

  std::map<character_identity, const roster_member*> present;
  for (const auto& member : roster.members)
    present.emplace(character_identity{where, member.realm.id, member.id}, &member);
  std::map<character_identity, const stored_member*> known;
  for (const auto& member : stored)
    known.emplace(member.identity, &member);

  for (const auto& [identity, member] : present) {
    const auto found = known.find(identity);
    if (found == known.end()) {
      changes.joined.push_back(*member);
      continue;
    }
    const auto& before = *found->second;
    const bool named = !member->name.empty();
    if ((named && member->name != before.name) || member->realm.slug != before.realm)
      changes.renamed.push_back(
          {before, named ? member->name : before.name, member->realm.slug});
    if (!before.open) {
      auto now = before;
      now.name = named ? member->name : before.name;
      now.realm = member->realm.slug;
      if (member->class_id != 0)
        now.class_id = member->class_id;
      if (member->level != 0)
        now.level = member->level;
      now.rank = member->rank;
      changes.returned.push_back(std::move(now));
    } else if (member->rank != before.rank) {
      changes.ranks.push_back({before, member->rank});
    }
  }
  // Whoever is listed unreadably is there; where an entry names nobody, it may be anybody's.
  std::set<character_identity> somehow_present;
  for (const auto& [realm, id] : roster.unreadable)
    somehow_present.insert({where, realm, id});
  if (roster.unidentified == 0)
    for (const auto& [identity, member] : known)
      if (member->open && !present.contains(identity) && !somehow_present.contains(identity))
        changes.left.push_back(*member);

  // A guild has one master: whoever was it and is listed unreadably beside another is no more.
  const bool has_master =
      std::ranges::any_of(roster.members, [](const auto& m) { return m.rank == 0; });
  for (const auto& identity : somehow_present)
    if (const auto found = known.find(identity);
        has_master && found != known.end() && found->second->open && found->second->rank == 0)
      changes.ranks.push_back({*found->second, 1});

  changes.possible_transfers = transfers_in(changes);
  return changes;
}

bool is_foreign(
    const std::optional<guild_identity>& known, bnet_guild_id id, const realm_ref& realm) {
  return known && (known->bnet_id != id || known->realm_id != realm.id);
}

int address_sum(const std::string& realm, std::string_view name_key) {
  constexpr int byte = 256;
  const auto digest = crypto::sha256(realm + '/' + std::string(name_key));
  return digest[0] * byte + digest[1];
}

bool is_there_again(
    const forgotten_character& who, const roster_member& listed,
    std::optional<time_point> roster_modified_at, time_point now) {
  if (!who.address)
    return false;
  const auto key = text::name_key(listed.name);
  if (key.empty() || !is_askable_name(listed.name)) // the dead keep their name with a suffix
    return false;
  if (address_sum(listed.realm.slug, key) != *who.address)
    return true;
  return now - who.since > gone_for && roster_modified_at && *roster_modified_at > who.since;
}

roster_verdict judge_roster(const roster_view& roster, const roster_context& context) {
  if (is_foreign(context.expected, roster.guild_id, roster.guild_realm))
    return roster_verdict::foreign;

  const auto size = static_cast<std::int64_t>(roster.listed());
  const auto before = static_cast<std::int64_t>(context.open_members);
  const bool empty = size == 0;
  // The master's may be an entry that cannot be read.
  const bool headless =
      roster.listed() == roster.members.size()
      && std::ranges::none_of(roster.members, [](const auto& m) { return m.rank == 0; });
  const bool shrunk = context.open_members >= small_guild && 10 * (before - size) > before;
  if (!empty && !headless && !shrunk)
    return roster_verdict::plausible;
  // The guild document counts on its own. That it counts nobody excuses no empty roster: a
  // guild has at least its master.
  if (!empty && context.member_count && is_near(*context.member_count, size))
    return roster_verdict::plausible;
  if (context.earlier && is_confirmed(*context.earlier, size, context))
    return roster_verdict::plausible;
  return roster_verdict::suspect;
}

} // namespace guildhall::domain
