#include "store/mirror/guild_members.hpp"

#include "core/text.hpp"
#include "domain/game.hpp"
#include "domain/last_modified.hpp"
#include "store/ledger/guild_events.hpp"
#include "store/ledger/hints.hpp"
#include "store/ledger/queue_rows.hpp"
#include "store/mirror/addresses.hpp"
#include "store/mirror/erase.hpp"
#include "store/mirror/guild_counts.hpp"
#include "store/mirror/guild_row.hpp"
#include "store/mirror/member_rows.hpp"
#include "store/postgres/session.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace guildhall::store {

namespace {

using identity = domain::character_identity;

identity identity_of(domain::region where, const domain::roster_member& member) {
  return {where, member.realm.id, member.id};
}

/// One roster on its way into the tables.
class roster_change {
public:
  roster_change(
      session& db, const roster_to_apply& what, domain::guild_applied& counts,
      change_tags& tags)
      : db_(db),
        what_(what),
        guild_(what.guild.id),
        where_(what.guild.identity.region),
        counts_(counts),
        tags_(tags),
        modified_at_(domain::parse_last_modified(what.last_modified)) {}

  bool apply() {
    stored_ = stored_members(db_, guild_);
    changes_ = domain::diff_roster(where_, stored_, what_.roster);
    const bool complete = settle_contested();
    drop_stale_renames();
    lock_those_touched();
    write_characters();
    write_memberships();
    write_levels();
    restore_addresses(db_, guild_);
    refresh_member_names(db_, guild_);
    refresh_member_data(db_, guild_);
    queue_members(db_, guild_);
    hint_at_those_who_differ();
    update_member_count(db_, guild_);
    const bool ranks_changed = update_ranks(db_, guild_);
    const bool leader_changed = update_leader(db_, guild_, tags_);
    log_events(db_, guild_, what_.previous_scan, events_);
    note_transfers();
    count();
    if (ranks_changed || leader_changed || !levels_.empty())
      counts_.changed = true;
    return complete;
  }

private:
  bool is_gone_from_here(const identity& who) const {
    return lost_.contains(who);
  }

  /// A character is in one guild: the newer roster keeps it, the other one's row is closed.
  bool settle_contested() {
    std::vector<identity> coming;
    for (const auto& member : changes_.joined)
      coming.push_back(identity_of(where_, member));
    for (const auto& member : changes_.returned)
      coming.push_back(member.identity);
    for (const auto& found : open_elsewhere(db_, guild_, coming)) {
      const bool theirs_is_newer = modified_at_ && found.roster_modified_at
                                && *found.roster_modified_at >= *modified_at_;
      if (theirs_is_newer) {
        lost_.insert(found.who);
        continue;
      }
      close_memberships(db_, {found.membership.value});
      log_events(
          db_, found.other, std::nullopt,
          {{.kind = "listed_elsewhere",
            .character = found.character,
            .who = found.who,
            .old_rank = found.rank}});
      update_member_count(db_, found.other);
      update_ranks(db_, found.other);
      update_leader(db_, found.other, tags_);
      add_owners(db_, {found.character.value}, tags_);
      tags_.add(found.other);
    }
    std::erase_if(changes_.joined, [&](const auto& member) {
      return is_gone_from_here(identity_of(where_, member));
    });
    std::erase_if(changes_.returned, [&](const auto& member) {
      return is_gone_from_here(member.identity);
    });
    std::erase_if(changes_.renamed, [&](const auto& change) {
      return is_gone_from_here(change.before.identity);
    });
    std::erase_if(changes_.possible_transfers, [&](const auto& transfer) {
      return is_gone_from_here(identity_of(where_, transfer.joiner));
    });
    return lost_.empty();
  }

  /// A roster may be older than what a character's own profile said since.
  void drop_stale_renames() {
    if (!modified_at_)
      return;
    std::vector<std::int64_t> ids;
    for (const auto& change : changes_.renamed)
      ids.push_back(change.before.character_id.value);
    const auto newer = with_newer_profile(db_, ids, *modified_at_);
    std::erase_if(changes_.renamed, [&](const auto& change) {
      return std::ranges::find(newer, change.before.character_id.value) != newer.end();
    });
  }

  void lock_those_touched() {
    std::vector<std::int64_t> ids;
    for (const auto& change : changes_.renamed)
      ids.push_back(change.before.character_id.value);
    for (const auto& member : changes_.returned)
      ids.push_back(member.character_id.value);
    for (const auto& member : changes_.left)
      ids.push_back(member.character_id.value);
    lock_characters(db_, ids);
  }

  static roster_character described(
      const identity& who, const std::string& name, const std::string& realm, int class_id,
      int level) {
    return {who, name, text::name_key(name), realm, class_id, level};
  }

  /// Those who are new, came back or have another name: their rows, and their addresses.
  void write_characters() {
    std::map<identity, roster_character> touched;
    for (const auto& member : changes_.joined) {
      const auto who = identity_of(where_, member);
      touched.emplace(
          who, described(who, member.name, member.realm.slug, member.class_id, member.level));
    }
    std::set<identity> renamed;
    for (const auto& change : changes_.renamed) {
      const auto& before = change.before;
      renamed.insert(before.identity);
      touched.emplace(
          before.identity,
          described(before.identity, change.name, change.realm, before.class_id, before.level));
    }
    give_each_address_to_one(touched);

    std::vector<claimed_address> claims;
    std::vector<roster_character> list;
    for (const auto& [who, one] : touched) {
      list.push_back(one);
      if (!one.name_key.empty())
        claims.push_back({{where_, one.realm, one.name_key}, who});
    }
    std::vector<std::int64_t> moving;
    for (const auto& member : stored_)
      if (const auto it = touched.find(member.identity);
          it != touched.end() && !it->second.name_key.empty())
        moving.push_back(member.character_id.value);
    const auto lost_address = take_over_addresses(db_, claims, moving);
    for (const auto id : lost_address)
      tags_.add(id);
    if (!lost_address.empty() || !changes_.renamed.empty())
      tags_.add_addresses();
    counts_.addresses_taken_over += static_cast<std::int64_t>(lost_address.size());
    ids_ = upsert_characters(db_, where_, list);
    for (const auto& member : stored_)
      ids_.emplace(member.identity, member.character_id);
  }

  /// Two of one roster under one address: the newer identity has it.
  static void give_each_address_to_one(std::map<identity, roster_character>& touched) {
    std::map<std::pair<std::string, std::string>, roster_character*> holder;
    for (auto& [who, one] : touched) {
      if (one.name_key.empty())
        continue;
      auto& seat = holder[{one.realm, one.name_key}];
      auto* loser = seat && seat->who.bnet_id > who.bnet_id ? &one : seat;
      if (loser != &one)
        seat = &one;
      if (loser)
        loser->name_key.clear();
    }
  }

  /// What a roster's changes come to in rows, by character.
  struct moves {
    std::vector<membership> opened;
    std::vector<std::int64_t> coming;
    std::vector<std::int64_t> closed; ///< memberships
    std::vector<std::int64_t> leaving;
  };

  void take_joined(moves& into) {
    for (const auto& member : changes_.joined) {
      const auto who = identity_of(where_, member);
      const auto id = ids_.at(who);
      into.opened.push_back(
          {id, member.rank, member.name, std::string(domain::class_name(member.class_id))});
      into.coming.push_back(id.value);
      tags_.add(id);
      if (!changes_.first_scan)
        events_.push_back(
            {.kind = "joined",
             .character = id,
             .who = who,
             .new_rank = member.rank,
             .new_name = member.name});
    }
  }

  void take_returned(moves& into) {
    for (const auto& member : changes_.returned) {
      into.opened.push_back(
          {member.character_id, member.rank, member.name,
           std::string(domain::class_name(member.class_id))});
      into.coming.push_back(member.character_id.value);
      tags_.add(member.character_id);
      events_.push_back(
          {.kind = "returned",
           .character = member.character_id,
           .who = member.identity,
           .new_rank = member.rank,
           .new_name = member.name});
    }
  }

  void take_left(moves& into) {
    for (const auto& member : changes_.left) {
      into.closed.push_back(member.member_id.value);
      into.leaving.push_back(member.character_id.value);
      tags_.add(member.character_id);
      events_.push_back(left_event(member));
    }
  }

  /// Answers whose rank changed.
  std::vector<std::int64_t> take_changed() {
    std::vector<std::int64_t> other_rank;
    for (const auto& change : changes_.ranks) {
      other_rank.push_back(change.before.character_id.value);
      events_.push_back(
          {.kind = "rank_changed",
           .character = change.before.character_id,
           .who = change.before.identity,
           .old_rank = change.before.rank,
           .new_rank = change.rank});
    }
    for (const auto& change : changes_.renamed) {
      tags_.add(change.before.character_id);
      if (!change.before.name.empty() && change.before.name != change.name)
        events_.push_back(
            {.kind = "renamed",
             .character = change.before.character_id,
             .who = change.before.identity,
             .old_name = change.before.name,
             .new_name = change.name});
    }
    return other_rank;
  }

  void write_memberships() {
    moves rows;
    take_joined(rows);
    take_returned(rows);
    take_left(rows);
    auto moved = take_changed();
    moved.insert(moved.end(), rows.coming.begin(), rows.coming.end());
    moved.insert(moved.end(), rows.leaving.begin(), rows.leaving.end());
    add_owners(db_, moved, tags_);
    close_memberships(db_, rows.closed);
    open_memberships(db_, guild_, rows.opened, changes_.first_scan);
    set_rank(db_, changes_.ranks);
    set_guild(db_, guild_, rows.coming);
    clear_guild(db_, guild_, rows.leaving);
    unqueue_members(db_, rows.leaving);
    make_due(db_, renamed_ids());
  }

  std::vector<std::int64_t> renamed_ids() const {
    std::vector<std::int64_t> ids;
    for (const auto& change : changes_.renamed)
      ids.push_back(change.before.character_id.value);
    return ids;
  }

  void write_levels() {
    std::map<identity, const domain::roster_member*> listed;
    for (const auto& member : what_.roster.members)
      listed.emplace(identity_of(where_, member), &member);
    for (const auto& before : stored_) {
      const auto it = listed.find(before.identity);
      if (it == listed.end() || is_gone_from_here(before.identity))
        continue;
      const auto& now = *it->second;
      // What the roster does not say stays.
      const int class_id = now.class_id != 0 ? now.class_id : before.class_id;
      const int level = now.level != 0 ? now.level : before.level;
      if (level != before.level || class_id != before.class_id)
        levels_.push_back({before.character_id, class_id, level});
    }
    for (const auto& change : levels_)
      tags_.add(change.character);
    update_levels(db_, levels_, modified_at_);
    const auto highest =
        std::ranges::max_element(what_.roster.members, {}, &domain::roster_member::level);
    if (highest != what_.roster.members.end() && highest->level > 0)
      remember_highest_level(db_, guild_, highest->level);
  }

  /// Who has another level or class than the profile told has played since.
  void hint_at_those_who_differ() {
    std::vector<std::int64_t> ids;
    for (const auto& change : levels_)
      ids.push_back(change.character.value);
    hint_at(db_, guild_, ids, modified_at_);
  }

  void note_transfers() {
    for (const auto& transfer : changes_.possible_transfers)
      add_pending_transfer(
          db_, guild_, transfer.leaver.character_id,
          ids_.at(identity_of(where_, transfer.joiner)));
  }

  void count() {
    const auto size = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
    counts_.first_scan = changes_.first_scan;
    counts_.members = static_cast<std::int64_t>(open_members(db_, guild_));
    counts_.joined = size(changes_.joined);
    counts_.returned = size(changes_.returned);
    counts_.left = size(changes_.left);
    counts_.rank_changes = size(changes_.ranks);
    counts_.renamed = size(changes_.renamed);
    if (counts_.joined + counts_.returned + counts_.left + counts_.rank_changes
            + counts_.renamed
        > 0)
      counts_.changed = true;
  }

  session& db_;
  const roster_to_apply& what_;
  guild_id guild_;
  domain::region where_;
  domain::guild_applied& counts_;
  change_tags& tags_;
  std::optional<time_point> modified_at_;
  std::vector<domain::stored_member> stored_;
  domain::roster_changes changes_;
  std::set<identity> lost_;
  character_ids ids_;
  std::vector<level_change> levels_;
  std::vector<member_event> events_;
};

} // namespace

bool apply_roster(
    session& db, const roster_to_apply& what, domain::guild_applied& counts,
    change_tags& tags) {
  const auto where = what.guild.identity.region;
  const auto forgotten = still_forgotten(
      db, what.guild.id, where, what.roster, domain::parse_last_modified(what.last_modified));
  if (forgotten.ids.empty())
    return roster_change(db, what, counts, tags).apply();
  // They are members, of whom nothing is told.
  drop_from_roster(db, what.guild.id, forgotten.ids);
  auto nameless = what.roster;
  for (auto& member : nameless.members)
    if (forgotten.who.contains(identity_of(where, member))) {
      member.name.clear();
      member.class_id = 0;
      member.level = 0;
    }
  const roster_to_apply kept{what.guild, nameless, what.last_modified, what.previous_scan};
  return roster_change(db, kept, counts, tags).apply();
}

} // namespace guildhall::store
