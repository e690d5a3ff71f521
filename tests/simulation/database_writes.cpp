#include "core/text.hpp"
#include "domain/last_modified.hpp"
#include "domain/roster.hpp"
#include "domain/verdict.hpp"
#include "tests/simulation/database.hpp"

#include <algorithm>

/// What guilds and characters bring, as the store writes it.
namespace guildhall::simulation {

using domain::document;
using domain::document_record;
using domain::document_state;
using domain::priority;

namespace {

constexpr time_point never = time_point::max();

void note_arrival(
    document_record& record, document what, const std::string& version, time_point now) {
  record.document = what;
  record.state = document_state::ok;
  record.fetched_at = record.checked_at = now;
  record.last_modified = version;
  record.error_class.reset();
  record.failures = 0;
  record.retry_at.reset();
}

void note_unchanged(document_record& record, time_point now) {
  record.checked_at = now;
  record.state = document_state::ok;
  record.error_class.reset();
  record.failures = 0;
  record.retry_at.reset();
}

void answer(std::optional<domain::change_hint>& known, const domain::hint_answer& found) {
  if (!known || known->said != found.said)
    return; // a newer one
  if (found.tries)
    known->tries = *found.tries;
  else
    known.reset();
}

void note_failure(document_record& record, const domain::document_failure& failed) {
  record.document = failed.document;
  record.state = failed.is_verdict() ? document_state::not_found : document_state::failed;
  record.failures = domain::failures_in_a_row(&record, failed.error_class);
  record.error_class = failed.error_class;
  record.retry_at = failed.retry_at;
}

} // namespace

// --- the guild step

character_id database::character_of(domain::region where, const domain::roster_member& member) {
  const domain::character_identity who{where, member.realm.id, member.id};
  for (const auto& [id, one] : characters)
    if (one.identity == who)
      return character_id{id};
  const character_id id{next_id_++};
  auto& row = characters[id.value];
  row.identity = who;
  row.name = member.name;
  row.address = {where, member.realm.slug, text::name_key(member.name)};
  return id;
}

void database::queue_character(character_id who, guild_id guild) {
  auto& one = characters.at(who.value);
  if (!one.entry)
    one.entry = queue_entry_id{next_id_++};
  auto& row = queue[one.entry->value]; // a lease on it keeps its holder
  row.guild = guild;
  row.priority = priority::character;
  row.due_at = world_.wall();
}

void database::open_member(
    guild_id guild, character_id who, int rank, const std::string& name, bool returns) {
  for (const auto& [key, row] : members)
    if (key.second == who.value && row.open)
      throw broken_rule("a character is in two guilds, or twice in one");
  const member_key key{guild.value, who.value};
  if (members.contains(key) != returns)
    throw broken_rule("a returning member got another row, or a new one an old row");
  members[key] = {rank, true, name};
  queue_character(who, guild);
}

void database::close_member(guild_id guild, character_id who) {
  auto& row = members.at({guild.value, who.value});
  if (!row.open)
    throw broken_rule("a member left twice");
  row.open = false;
  auto& one = characters.at(who.value);
  if (one.entry)
    queue.erase(one.entry->value);
  one.entry.reset();
  on_left(guilds.at(guild.value).identity.bnet_id.value, one.identity.bnet_id.value);
}

/// False if another guild's newer roster keeps somebody: this one has to be asked for again.
bool database::write_roster(
    guild_id id, const domain::roster_view& roster, const std::string& version,
    domain::guild_applied& counts) {
  const auto where = guilds.at(id.value).identity.region;
  std::vector<domain::stored_member> stored;
  for (const auto& [key, row] : members) {
    if (key.first != id.value)
      continue;
    const auto& one = characters.at(key.second);
    stored.push_back(
        {.member_id = member_id{key.second},
         .character_id = character_id{key.second},
         .identity = one.identity,
         .name = row.name,
         .realm = one.address.realm,
         .rank = row.rank,
         .open = row.open});
  }
  auto changes = domain::diff_roster(where, stored, roster);
  bool complete = true;
  const auto stays_elsewhere = [&](const domain::character_identity& who) {
    for (const auto& [key, row] : members) {
      if (!row.open || key.first == id.value || characters.at(key.second).identity != who)
        continue;
      const auto theirs = domain::parse_last_modified(guilds.at(key.first).roster_version);
      const auto ours = domain::parse_last_modified(version);
      if (theirs && ours && *theirs >= *ours) {
        complete = false;
        return true;
      }
      close_member(guild_id{key.first}, character_id{key.second});
      return false;
    }
    return false;
  };
  for (const auto& gone : changes.left)
    close_member(id, gone.character_id);
  for (const auto& member : changes.joined)
    if (!stays_elsewhere({where, member.realm.id, member.id}))
      open_member(id, character_of(where, member), member.rank, member.name, false);
  for (const auto& member : changes.returned)
    if (!stays_elsewhere(member.identity))
      open_member(id, member.character_id, member.rank, member.name, true);
  for (const auto& change : changes.ranks)
    members.at({id.value, change.before.character_id.value}).rank = change.rank;
  guilds.at(id.value).roster_version = version;
  counts.joined = static_cast<std::int64_t>(changes.joined.size());
  counts.left = static_cast<std::int64_t>(changes.left.size());
  counts.first_scan = changes.first_scan;
  return complete;
}

void database::hint(guild_id guild, const domain::activity_hint& told) {
  const auto where = guilds.at(guild.value).identity.region;
  for (auto& [id, one] : characters) {
    if (one.identity != domain::character_identity{where, told.realm_id, told.bnet_id}
        || !one.entry || !one.documents.contains(document::profile))
      continue;
    auto& row = queue.at(one.entry->value);
    const auto& version = one.documents.at(document::profile).last_modified;
    const auto newest =
        domain::newest_hint(row.hint, told.said, domain::parse_last_modified(version));
    if (row.guild != guild || newest == row.hint)
      continue;
    row.hint = newest;
    if (!row.token && row.attempts == 0)
      row.due_at = std::min(row.due_at, world_.wall());
  }
}

result<domain::guild_applied> database::run(const domain::apply_guild& what) {
  const auto& outcome = what.outcome;
  if (!held(outcome.work.lease))
    return fail(ec::lease_lost);
  note(outcome.work.tracked.value);
  const auto now = world_.wall();
  auto& tracked = tracked_guilds.at(outcome.work.tracked.value);
  domain::guild_applied counts;
  if (outcome.guild_document && !tracked.guild) {
    const guild_id id{next_id_++};
    guilds[id.value].identity = {
        tracked.address.region, outcome.guild_document->realm.id, outcome.guild_document->id};
    tracked.guild = id;
    tracked.state = "active";
  }
  if (!tracked.guild)
    return counts;
  const auto id = *tracked.guild;
  counts.guild = id;
  auto& guild = guilds.at(id.value);
  if (outcome.guild)
    note_arrival(guild.guild_document, document::guild, outcome.guild->last_modified, now);
  if (outcome.roster) {
    const auto& roster = *outcome.roster_document;
    const auto verdict = domain::judge_roster(
        roster, {.expected = guild.identity,
                 .open_members = outcome.work.open_members,
                 .member_count = outcome.guild_document ? outcome.guild_document->member_count
                                                        : std::nullopt,
                 .earlier = guild.suspicion,
                 .last_modified = outcome.roster->last_modified,
                 .now = now});
    if (verdict == domain::roster_verdict::plausible) {
      guild.suspicion.reset();
      note_arrival(guild.roster_document, document::roster, outcome.roster->last_modified, now);
      if (!write_roster(id, roster, outcome.roster->last_modified, counts))
        guild.roster_document.last_modified.clear();
    } else {
      const auto size = static_cast<std::int64_t>(roster.members.size());
      if (!guild.suspicion || guild.suspicion->members != size)
        guild.suspicion = domain::suspicion{outcome.roster->last_modified, now, size};
      counts.look_again = now + std::chrono::minutes{11};
      guild.roster_document.state = document_state::suspect;
    }
  }
  for (const auto unchanged : outcome.unchanged)
    note_unchanged(
        unchanged == document::guild ? guild.guild_document : guild.roster_document, now);
  for (const auto& failed : outcome.failed)
    note_failure(
        failed.document == document::guild ? guild.guild_document : guild.roster_document,
        failed);
  auto& activity = guild.activity_document;
  if (const auto& told = outcome.activity; told.arrived)
    note_arrival(activity, document::activity, told.arrived->last_modified, now);
  else if (told.unchanged)
    note_unchanged(activity, now);
  else if (told.failed)
    note_failure(activity, *told.failed);
  for (const auto& told : outcome.hints)
    hint(id, told);
  counts.members = std::ranges::count_if(
      members, [&](const auto& m) { return m.first.first == id.value && m.second.open; });
  return counts;
}

result<void> database::run(const domain::move_guild& what) {
  if (!held(what.work.lease))
    return fail(ec::lease_lost);
  tracked_guilds.at(what.work.tracked.value).address = what.to;
  if (what.work.guild)
    guilds.at(what.work.guild->value).identity = what.identity;
  return {};
}

result<void> database::run(const domain::hand_over_guild& what) {
  if (!held(what.work.lease))
    return fail(ec::lease_lost);
  std::vector<character_id> leaving;
  for (const auto& [key, row] : members)
    if (what.work.guild && key.first == what.work.guild->value && row.open)
      leaving.emplace_back(key.second);
  for (const auto who : leaving)
    close_member(*what.work.guild, who);
  tracked_guilds.at(what.work.tracked.value).guild.reset();
  return {};
}

result<void> database::run(const domain::finish_guild& what) {
  auto* row = held(what.lease);
  if (!row)
    return fail(ec::lease_lost);
  auto& tracked = tracked_guilds.at(what.tracked.value);
  tracked.roster_due_at = what.next_roster_due.value_or(tracked.roster_due_at);
  if (what.guild) {
    auto& played = guilds.at(what.guild->value).played;
    played = domain::with_moments(std::move(played), what.played, world_.wall());
  }
  auto earliest = never;
  for (const auto& [id, one] : queue)
    if (what.guild && one.guild == what.guild && !one.token)
      earliest = std::min(earliest, one.due_at);
  row->token.reset();
  row->attempts = what.failed ? row->attempts + 1 : 0;
  row->attempts_class = what.failed ? std::optional{what.failed_as} : std::nullopt;
  row->forced = false;
  row->priority = priority::roster;
  row->due_at = std::max(
      std::min(tracked.roster_due_at, earliest), what.not_before.value_or(time_point{}));
  return {};
}

// --- characters

result<void> database::run(const domain::apply_character& what) {
  const auto& outcome = what.outcome;
  auto* row = held(outcome.work.lease);
  if (!row)
    return fail(ec::lease_lost);
  note(outcome.work.character.value);
  const auto now = world_.wall();
  auto& one = characters.at(outcome.work.character.value);
  if (outcome.gone)
    throw broken_rule("a character was taken for somebody else");
  for (const auto& arrived : outcome.arrived) {
    auto& record = one.documents[arrived.document];
    note_arrival(record, arrived.document, arrived.last_modified, now);
    record.synced_for = outcome.profile_version;
    record.period_id = outcome.period_id;
    if (arrived.document == document::profile)
      one.profile_stored = true;
  }
  for (const auto unchanged : outcome.unchanged)
    note_unchanged(one.documents[unchanged], now);
  for (const auto& failed : outcome.failed)
    note_failure(one.documents[failed.document], failed);
  if (outcome.verified)
    one.verified_at = now;
  if (outcome.columns.last_login_at)
    one.last_login_at = outcome.columns.last_login_at;
  if (outcome.hint)
    answer(row->hint, *outcome.hint);
  row->due_at = outcome.next_due;
  row->seen = outcome.look ? outcome.look->seen : row->seen;
  row->attempts = 0;
  give_up(*row);
  return {};
}

result<void> database::run(const domain::checked_characters& what) {
  for (const auto& checked : what.characters) {
    auto* row = held(checked.lease);
    if (!row)
      continue;
    note(checked.character.value);
    auto& one = characters.at(checked.character.value);
    for (const auto unchanged : checked.unchanged)
      note_unchanged(one.documents[unchanged], world_.wall());
    if (checked.hint)
      answer(row->hint, *checked.hint);
    row->due_at = checked.next_due;
    row->seen = checked.look ? checked.look->seen : row->seen;
    give_up(*row);
  }
  return {};
}

} // namespace guildhall::simulation
