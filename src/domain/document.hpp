#pragma once

#include "core/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace guildhall::domain {

/// The kinds of documents. What each of them is stands in `document_kinds`, in the same order.
/// A new one goes before `status`, which stays the last: it is asked for, never stored.
enum class document : std::uint8_t {
  guild,
  roster,
  profile,
  equipment,
  mythic,
  professions,
  toys,
  raids,
  activity, ///< of a guild
  status
};

std::string_view to_string(document what) noexcept;
std::optional<document> parse_document(std::string_view text) noexcept;

/// Version of the projection that fills the columns from each document. Raising one makes
/// `guildhall rederive` rebuild the columns of rows with an older version.
inline constexpr int projection_version = 2;

/// How a document stands, as `document_states.state` spells it.
enum class document_state : std::uint8_t {
  missing, ///< never fetched
  ok,
  failed,    ///< the last attempt failed for a reason that may pass (see error class)
  not_found, ///< 404
  forbidden, ///< 403
  malformed, ///< arrived, but cannot be used; the older one stays
  suspect,   ///< a roster that looks wrong and waits for a second opinion
  disputed,  ///< another guild answers at its address
};

std::string_view to_string(document_state state) noexcept;
std::optional<document_state> parse_document_state(std::string_view text) noexcept;

/// Why an attempt failed; decides when to try again.
enum class failure_class : std::uint8_t {
  transient,
  throttled,
  not_found,
  forbidden,
  malformed
};

/// Battle.net does not show it: answered 404 or 403.
constexpr bool is_refusal(failure_class what) noexcept {
  return what == failure_class::not_found || what == failure_class::forbidden;
}

std::string_view to_string(failure_class what) noexcept;
std::optional<failure_class> parse_failure_class(std::string_view text) noexcept;

/// What of a document could not be read and was left out, the rest being taken.
struct unread {
  std::size_t parts{0};
  std::string first{}; ///< where, and why: "members[3].rank: out of range"
};

/// What is known about one stored document: a row of `document_states`.
struct document_record {
  domain::document document{};
  document_state state{document_state::missing};
  std::optional<time_point> fetched_at; ///< last 200
  std::optional<time_point> checked_at; ///< last 200 or 304
  std::optional<time_point> changed_at; ///< last 200 with another version
  std::string last_modified;            ///< verbatim, for If-Modified-Since
  std::string synced_for; ///< the profile's Last-Modified that this child belongs to
  std::optional<std::int64_t> period_id; ///< M+ period in which it was fetched
  std::optional<failure_class> error_class;
  int failures{0};
  std::optional<time_point> retry_at;
  std::string version{};    ///< of what is stored, as `version_of` makes it
  std::int64_t left_out{0}; ///< parts of what is stored that could not be read

  const std::string& stored_version() const noexcept {
    return version.empty() ? last_modified : version;
  }
};

} // namespace guildhall::domain
