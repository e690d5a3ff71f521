#pragma once

#include "domain/document.hpp"
#include "domain/sync.hpp"
#include "store/postgres/sql_text.hpp"
#include "store/postgres/values.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// `document_states`: how each document of a guild or a character stands.
namespace guildhall::store {

class session;

/// Whose document it is.
using document_owner = std::variant<guild_id, character_id>;

/// The columns of a document's state, for a `select`.
constexpr sql_text document_columns_of(std::string_view document_states) {
  sql_text out;
  for (const std::string_view column :
       {"document", "state", "fetched_at", "checked_at", "changed_at", "last_modified",
        "synced_for", "period_id", "error_class", "failures", "retry_at", "version",
        "left_out"})
    out.append({out.empty() ? " " : ", ", document_states, ".", column});
  return out;
}
constexpr sql_text columns_of_d() {
  return document_columns_of("d");
}
/// Those of `document_states d`.
inline constexpr std::string_view document_state_columns = generated<columns_of_d>;
/// Reads them. False (and all of them skipped) when the outer join found none, or one of a kind
/// that only a newer release knows.
bool read_document(fields& in, domain::document_record& out);

struct arrived_document {
  const domain::fetched_document& what;
  std::string synced_for{};
  std::optional<std::int64_t> period_id{};
};

/// The records of one owner.
std::vector<domain::document_record> documents_of(session& db, document_owner owner);

/// 200s that were stored, each of another kind.
void record_arrived(
    session& db, document_owner owner, const std::vector<arrived_document>& arrivals);
/// A 304: only the time of the check moves, and an earlier failure is over. True if one was.
bool record_unchanged(session& db, document_owner owner, domain::document what);
/// An attempt that brought nothing, made again after `wait`. True if it stands differently now
/// than before.
bool record_failure(
    session& db, document_owner owner, const domain::document_failure& why,
    std::chrono::milliseconds wait);
/// A roster that waits for a second opinion: what is stored stays.
bool record_suspect(session& db, guild_id guild, const std::string& detail);
/// Another guild answers at this one's address; its failure was recorded. True if that is new.
bool record_disputed(session& db, guild_id guild);
/// The next request is unconditional.
void forget_last_modified(session& db, document_owner owner, domain::document what);

} // namespace guildhall::store
