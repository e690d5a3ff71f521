#pragma once

#include "domain/grouping.hpp"
#include "domain/operation.hpp"
#include "domain/pages.hpp"
#include "domain/read_models.hpp"

#include <vector>

/// What the mirror knows of guilds and characters. Reads. An unknown id or address is
/// `not_found` with the contract's sentence, unless it says otherwise.
namespace guildhall::domain {

struct guild_by_id {
  using answer = guild_row;
  static constexpr operation_traits traits{"guild", manner::read};
  guild_id id;
  detail how{};
  bool is_bulk() const noexcept {
    return how == detail::full; // the roster as Battle.net sent it
  }
};

struct guild_at {
  using answer = guild_row;
  static constexpr operation_traits traits{"guild_at", manner::read};
  guild_address address;
  detail how{};
  bool is_bulk() const noexcept {
    return how == detail::full;
  }
};

/// Open memberships only; an unknown guild has none.
struct members_of {
  using answer = std::vector<member_row>;
  static constexpr operation_traits traits{"members", manner::read};
  guild_id guild;
};

/// The same members, without any of the documents.
struct member_details_of {
  using answer = std::vector<member_detail>;
  static constexpr operation_traits traits{"member_details", manner::read, lane::bulk};
  guild_id guild;
};

/// Some of the same members, in the same order.
struct member_page : page_of<member_detail> {
  std::vector<grouping_input> everybody{}; ///< of the guild, if that was asked for
};

struct member_page_of {
  using answer = member_page;
  static constexpr operation_traits traits{"member_page", manner::read, lane::bulk};
  guild_id guild;
  page_asked from{};
  wanted_documents what{};
  bool with_everybody{false}; ///< whom `classify_roster` needs
};

/// Those who joined or left in the last 2 days. An unknown guild has none.
struct member_activity_of {
  using answer = member_activity;
  static constexpr operation_traits traits{"member_activity", manner::read, lane::bulk};
  guild_id guild;
};

/// Some of them, by their member ids.
struct activity_page_of {
  using answer = member_page;
  static constexpr operation_traits traits{"activity_page", manner::read, lane::bulk};
  guild_id guild;
  page_asked from{};
};

/// Ranks of the roster overlaid by `ranks` rows, ascending.
struct ranks_of {
  using answer = std::vector<rank_row>;
  static constexpr operation_traits traits{"ranks", manner::read};
  guild_id guild;
};

struct freshness_of {
  using answer = guild_freshness;
  static constexpr operation_traits traits{"freshness", manner::read};
  guild_id guild;
};

struct character_by_id {
  using answer = character_row;
  static constexpr operation_traits traits{"character", manner::read};
  character_id id;
  detail how{};
};

struct character_at {
  using answer = character_row;
  static constexpr operation_traits traits{"character_at", manner::read};
  character_address address;
  detail how{};
};

/// The answers about a character that is not there, or not for the eyes of whoever asks.
inline failure no_such_character(character_id id) {
  return {ec::not_found, "Character with ID " + std::to_string(id.value) + " not found"};
}
inline failure no_such_character(const character_address& at) {
  return {ec::not_found, "Character with ID " + at.name_key + "-" + at.realm + " not found"};
}
/// And about one that they may look at, but that is another's.
inline failure not_your_character(character_id id) {
  return {ec::forbidden, "Unauthorized access to character " + std::to_string(id.value)};
}

using guild_reads = operations<
    guild_by_id, guild_at, members_of, member_details_of, member_page_of, member_activity_of,
    activity_page_of, ranks_of, freshness_of, character_by_id, character_at>;

} // namespace guildhall::domain
