#pragma once

#include "core/clock.hpp"
#include "domain/address.hpp"
#include "domain/json_reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What shows that a body with status 200 is the document that was asked for. In maintenance,
/// behind a broken cache or a confused proxy, any path answers with anything: without a proof a
/// body is malformed, and what is stored stays.
namespace guildhall::domain {

/// Where a document says whom it is about.
enum class proof_id : std::uint8_t {
  own,       ///< `id`, with `realm.id`
  character, ///< `character.id`, with `character.realm.id`
  guild,     ///< `guild.id`, with `guild.realm.id`
  nobody,    ///< it is about nobody
};

struct document_proof {
  proof_id id{};
  /// Fields that no other document has: beside the id, one of them makes it this document.
  std::array<std::string_view, 4> marks{};
};

/// A proof with the document's address: `below` realm and name, or the whole path of one that
/// is about nobody.
struct document_claim {
  std::string_view name; ///< for messages
  std::string_view base; ///< "/profile/wow/character/"; without the slash: the whole path
  std::string_view below;
  document_proof proof;
};

inline constexpr std::string_view guild_path{"/data/wow/guild/"};
inline constexpr std::string_view character_path{"/profile/wow/character/"};
/// What is longer leads nowhere.
inline constexpr std::size_t longest_link = 2'048;

/// The documents that are read but are nobody's row.
inline constexpr document_claim account_claim{
    "account", "/profile/user/wow", "", {proof_id::own, {"wow_accounts"}}};
inline constexpr document_claim period_index_claim{
    "period index",
    "/data/wow/mythic-keystone/period",
    "",
    {proof_id::nobody, {"current_period"}}};
inline constexpr document_claim realm_index_claim{
    "realm index", "/data/wow/realm", "", {proof_id::nobody, {"realms"}}};

/// For whom a body was asked, and when. Without an id (a guild that was never seen, or a body
/// that is stored already) it is whoever's.
struct reading {
  time_point now{wall_now()};
  std::string realm{}; ///< slug, of the address that was asked
  std::string name{};  ///< a guild's slug, a character's name_key
  std::int64_t realm_id{0};
  std::int64_t id{0}; ///< Battle.net's; 0: not known
};

reading reading_of(
    time_point now, const guild_address& asked, const std::optional<guild_identity>& who);
/// Of whoever lives at this address.
reading reading_at(time_point now, const character_address& asked);
reading
reading_of(time_point now, const character_address& asked, const character_identity& who);

/// Whether it may be a document at all, seen from afar: a page is none, nor is the error that
/// some hosts send with status 200. What it must prove is the reader's part.
bool may_be_document(std::string_view body);

/// Rejects the document in `in` unless it is what `claim` says, and belongs to `as`. By
/// `_links.self`, which names document and owner; or by the id and a field that only this
/// document has. A document that is its owner's own (guild, roster, profile, status) may hold
/// another id if it names the address that was asked: somebody else has that now, which is for
/// the caller to judge (R8).
void prove(json_reader& in, const document_claim& claim, const reading& as);

} // namespace guildhall::domain
