#pragma once

#include "domain/standing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What is the same of everything that people write in their guild. Reads need no author: who
/// may see an answer is judged by the guild it belongs to. Every write is one transaction with
/// an `audit_log` row; the author is judged in it where only the row says which guild it is
/// about.
///
/// Errors: `not_found` with the contract's sentence, `forbidden`, `precondition_failed` for a
/// version somebody changed, `limit_reached`, `validation`, `invalid_token` for an author who
/// is gone.
namespace guildhall::domain {

/// Who writes, and the `row_version` they have seen (`If-Match`); nothing: whichever it is.
struct author {
  standing who;
  std::optional<std::int64_t> seen_version{};
  bool reads_all{false}; ///< every guild may be read (`auth.reads = "open"`)

  /// What stands in a guild that they may not see is not there for them: `not_found`, never
  /// `forbidden`.
  bool may_see(guild_id guild) const noexcept {
    return reads_all || belongs_to(guild);
  }
  /// Members, and admins everywhere.
  bool belongs_to(guild_id guild) const noexcept {
    return who.is_admin() || who.is_member(guild);
  }
};

/// What a write left behind, and the tags that moved with it: those that every other instance
/// is told of.
template <class T>
struct written {
  T value{};
  std::vector<std::string> tags{};
};

} // namespace guildhall::domain
