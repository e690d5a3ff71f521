#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/address.hpp"
#include "domain/payload.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::domain {

/// One `guild_members` row with its character, as the diff sees it.
struct stored_member {
  guildhall::member_id member_id;
  guildhall::character_id character_id;
  character_identity identity;
  std::string name;
  std::string realm; ///< slug
  int class_id{0};
  int level{0};
  int rank{0};
  bool open{false}; ///< left_at is null
};

struct rank_change {
  stored_member before;
  int rank{0};
};
struct rename {
  stored_member before;
  std::string name;
  std::string realm;
};

/// What a roster says against what is stored, by identity. Pure values; every list is in the
/// order of the identities, so the same input gives the same output.
struct roster_changes {
  std::vector<roster_member> joined; ///< never had a row in this guild
  /// Had a closed row: the same row is opened again. Name, realm, class, level and rank are the
  /// roster's; a change of rank while away is in no other list, a change of name is in
  /// `renamed`.
  std::vector<stored_member> returned;
  /// Open row, not in the roster; nobody as long as it has entries that do not say whose they
  /// are.
  std::vector<stored_member> left;
  std::vector<rank_change> ranks; ///< stayed, with another rank
  std::vector<rename> renamed;    ///< same identity, another name or realm slug
  /// Leavers and joiners that may be one character after a transfer: exactly one leaver and one
  /// joiner agree in name_key and class. True only if the leaver's status is 404.
  struct transfer {
    stored_member leaver;
    roster_member joiner;
  };
  std::vector<transfer> possible_transfers;
  bool first_scan{false}; ///< nothing was stored: joins are no events and joined_at stays null
};

roster_changes
diff_roster(region where, std::span<const stored_member> stored, const roster_view& roster);

/// An answer about another guild than the known one, by its id or its realm: it counts as a 404
/// (R8). Of a guild that is not known yet there is none.
bool is_foreign(
    const std::optional<guild_identity>& known, bnet_guild_id id, const realm_ref& realm);

/// Whether a roster may be applied (docs/rules.md: guards).
enum class roster_verdict : std::uint8_t {
  plausible,
  foreign, ///< another guild's roster: handled like 404
  suspect, ///< empty, headless or shrunk by more than a tenth: waits for a second opinion
};

/// Two bytes of a digest of how somebody was called and where: enough to see that a roster
/// calls them something else, too little to tell the name.
int address_sum(const std::string& realm, std::string_view name_key);

/// A character whose name must not be kept.
struct forgotten_character {
  character_identity identity;
  time_point since{};
  /// Battle.net said that it is gone: the `address_sum` of where it was. Nothing: a person
  /// asked.
  std::optional<int> address;
};

/// Whether a roster shows that somebody whom Battle.net called gone is there all the same: it
/// has another name that can be asked for, or a roster that is newer still lists it a month
/// later. What a person asked for is ended by no roster.
bool is_there_again(
    const forgotten_character& who, const roster_member& listed,
    std::optional<time_point> roster_modified_at, time_point now);

/// What is remembered of a suspect roster while it waits for a second opinion.
struct suspicion {
  std::string last_modified; ///< of the first suspect answer
  time_point first_seen{};
  std::int64_t members{0};
};

struct roster_context {
  guild_identity expected;
  std::size_t open_members{0};              ///< stored, before this roster
  std::optional<std::int64_t> member_count; ///< of the guild document of this scan
  std::optional<suspicion> earlier;
  std::string last_modified; ///< of this roster
  time_point now{};
};

/// A roster of at least 20 that lacks more than a tenth is suspect, unless the guild document
/// counts as few. `plausible` also when an earlier suspicion is confirmed by a 200 that has as
/// few members (within 5 %): one with another Last-Modified at least 10 min later, or, where
/// the guild document still counts them all, any at least 6 h later.
roster_verdict judge_roster(const roster_view& roster, const roster_context& context);

} // namespace guildhall::domain
