#pragma once

#include "core/error.hpp"
#include "domain/document.hpp"
#include "domain/document_proof.hpp"
#include "domain/payload.hpp"
#include "domain/payload_children.hpp"
#include "domain/projection.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The table of the documents: what the sync asks for, how it reads it and where it puts it.
/// Requests, projection, storing, erasing, rederiving, statistics and answers all follow from
/// it.
namespace guildhall::domain {

/// Whose document it is.
enum class document_subject : std::uint8_t { guild, character };

/// How it hangs together with the others.
enum class document_place : std::uint8_t {
  entity, ///< stands for the guild or the character itself
  child,  ///< belongs to one version of the profile, due when that is another
  apart,  ///< asked for by a rule of its own
};

/// A value on its way to a column; nothing: null.
using column_value = std::variant<
    std::monostate, std::int64_t, double, std::string, time_point, std::vector<std::int64_t>>;

/// A column of `characters` that is read out of a document.
struct derived_column {
  std::string_view name;
  std::string_view type; ///< PostgreSQL's name for it
  column_value (*value)(const character_columns&){nullptr};
  std::string_view unknown{"null"}; ///< what stands there without the document, in SQL
  bool kept{false};                 ///< a document that does not say it leaves what is there
  bool listed{false};               ///< rosters tell it as well: erased with the name only
};

struct document_kind {
  document what{};
  std::string_view name; ///< in the database, in metrics and in messages
  document_subject of{document_subject::character};
  document_place place{document_place::child};
  std::string_view path;  ///< at Battle.net, below that of its guild or character
  document_proof proof{}; ///< what shows that a body is this document, beside its own link
  bool stored{true};
  bool by_default{true}; ///< else asked for only where `sync.documents` names it
  bool shown{true};      ///< answers stand on it: they tell how old it is and why it is missing
  bool weekly{false};    ///< of one M+ week: due again in the next one
  /// The column that holds it as received; empty: only what is derived from it is kept.
  std::string_view raw{};
  std::span<const derived_column> derived{};
  /// Reads it into its part of the columns. Null for what is no column's source. Called by
  /// `read_document` only, which proves it first.
  void (*project)(json_reader& in, const reading& as, character_columns& columns){nullptr};
};

namespace kinds {

inline column_value to_value(const std::string& text) {
  return text;
}
inline column_value to_value(domain::role role) {
  return role == domain::role::unknown ? column_value{} : std::string{to_string(role)};
}
template <class T>
column_value to_value(const std::optional<T>& value) {
  if (!value)
    return {};
  if constexpr (std::is_same_v<T, int>)
    return std::int64_t{*value};
  else
    return *value;
}

template <auto Member>
column_value value_of(const character_columns& columns) {
  return to_value(columns.*Member);
}

template <auto Read, auto Project>
void read(json_reader& in, const reading&, character_columns& into) {
  Project(Read(in), into);
}

/// Of a document that is kept as received and read for nothing.
template <auto Read>
void check(json_reader& in, const reading&, character_columns&) {
  Read(in);
}

inline void read_profile(json_reader& in, const reading& as, character_columns& into) {
  project_profile(profile_in(in, as), into);
}

inline void read_raids(json_reader& in, const reading& as, character_columns& into) {
  into.raid_kills = raid_kills_in(in, as.now);
}

using columns = character_columns;

inline column_value class_name_of(const character_columns& of) {
  return of.class_name.empty() ? column_value{} : column_value{of.class_name};
}

inline constexpr std::array of_profile{
    derived_column{"class_id", "integer", value_of<&columns::class_id>, "null", true, true},
    derived_column{"class_name", "text", class_name_of, "null", true, true},
    derived_column{"level", "integer", value_of<&columns::level>, "null", true, true},
    derived_column{"role", "text", value_of<&columns::role>},
    derived_column{"spec_id", "integer", value_of<&columns::spec_id>},
    derived_column{"spec_name", "text", value_of<&columns::spec_name>, "''"},
    derived_column{
        "average_item_level", "double precision", value_of<&columns::average_item_level>,
        "null", true},
    derived_column{
        "equipped_item_level", "double precision", value_of<&columns::equipped_item_level>,
        "null", true},
    derived_column{
        "achievement_points", "bigint", value_of<&columns::achievement_points>, "null", true},
    derived_column{
        "last_login_at", "timestamptz", value_of<&columns::last_login_at>, "null", true},
};
inline constexpr std::array of_mythic{
    derived_column{"mythic_rating", "double precision", value_of<&columns::mythic_rating>},
    // Without a list of seasons it is the one that was then, see character_writes.
    derived_column{
        "mythic_season", "integer", value_of<&columns::mythic_season>, "null", true}};
inline constexpr std::array of_professions{
    derived_column{"professions", "jsonb", value_of<&columns::professions>},
    derived_column{"profession_tiers", "jsonb", value_of<&columns::profession_tiers>}};
inline constexpr std::array of_raids{
    derived_column{"raid_kills", "jsonb", value_of<&columns::raid_kills>}};
inline constexpr std::array of_toys{
    derived_column{"toys", "bigint[]", value_of<&columns::toys>}};

} // namespace kinds

/// One row per kind, in the order of `document`.
inline constexpr std::array document_kinds{
    document_kind{
        .what = document::guild,
        .name = "guild",
        .of = document_subject::guild,
        .place = document_place::entity,
        .path = "",
        .proof = {proof_id::own, {"member_count", "crest", "roster", "created_timestamp"}},
        .raw = "guild_data_json"},
    document_kind{
        .what = document::roster,
        .name = "roster",
        .of = document_subject::guild,
        .place = document_place::entity,
        .path = "/roster",
        .proof = {proof_id::guild, {"members"}},
        .raw = "roster_json"},
    document_kind{
        .what = document::profile,
        .name = "profile",
        .place = document_place::entity,
        .path = "",
        .proof = {proof_id::own, {"character_class", "level", "last_login_timestamp"}},
        .raw = "profile_json",
        .derived = kinds::of_profile,
        .project = kinds::read_profile},
    document_kind{
        .what = document::equipment,
        .name = "equipment",
        .path = "/equipment",
        .proof = {proof_id::character, {"equipped_items"}},
        .raw = "equipment_json",
        .project = kinds::check<equipment_in>},
    document_kind{
        .what = document::mythic,
        .name = "mythic",
        .path = "/mythic-keystone-profile",
        .proof = {proof_id::character, {"current_period", "seasons", "current_mythic_rating"}},
        .weekly = true,
        .raw = "mythic_profile_json",
        .derived = kinds::of_mythic,
        .project = kinds::read<mythic_in, project_mythic>},
    document_kind{
        .what = document::professions,
        .name = "professions",
        .path = "/professions",
        .proof = {proof_id::character, {"primaries", "secondaries"}},
        .raw = "professions_json",
        .derived = kinds::of_professions,
        .project = kinds::read<professions_in, project_professions>},
    document_kind{
        .what = document::toys,
        .name = "toys",
        .place = document_place::apart,
        .path = "/collections/toys",
        .proof = {proof_id::character, {"toys"}},
        .shown = false,
        .derived = kinds::of_toys,
        .project = kinds::read<toys_in, project_toys>},
    document_kind{
        .what = document::raids,
        .name = "raids",
        .path = "/encounters/raids",
        .proof = {proof_id::character, {"expansions"}},
        .by_default = false,
        .raw = "raids_json",
        .derived = kinds::of_raids,
        .project = kinds::read_raids},
    // A hint of where a look is worth a call, never data: only how it stands is stored.
    document_kind{
        .what = document::activity,
        .name = "activity",
        .of = document_subject::guild,
        .place = document_place::apart,
        .path = "/activity",
        .proof = {proof_id::guild, {"activities"}},
        .shown = false},
    document_kind{
        .what = document::status,
        .name = "status",
        .place = document_place::apart,
        .path = "/status",
        .proof = {proof_id::own, {"is_valid"}},
        .stored = false,
        .shown = false},
};

static_assert(
    document_kinds.size() == static_cast<std::size_t>(document::status) + 1,
    "every kind of document has its row");
static_assert(
    [] {
      for (std::size_t i = 0; i < document_kinds.size(); ++i)
        if (document_kinds[i].what != static_cast<document>(i))
          return false;
      return true;
    }(),
    "the rows stand in the order of the enum");

static_assert(
    std::ranges::none_of(
        document_kinds, [](const auto& kind) { return kind.proof.marks[0].empty(); }),
    "every document has a field that makes it this one");
static_assert(
    std::ranges::none_of(
        document_kinds, [](const auto& kind) { return kind.proof.id == proof_id::nobody; }),
    "every document says whose it is");

/// Throws `std::out_of_range` for what is no kind.
constexpr const document_kind& kind_of(document what) {
  return document_kinds.at(static_cast<std::size_t>(what));
}

constexpr document_claim claim_of(document what) {
  const auto& kind = kind_of(what);
  return {
      kind.name, kind.of == document_subject::guild ? guild_path : character_path, kind.path,
      kind.proof};
}

/// Proves a character's document and reads it into its part of the columns: what could not be
/// read of it; `ec::malformed` with the reason, the columns then being as before.
result<unread> read_document(
    document what, std::string_view body, const reading& as, character_columns& columns);

/// The documents of the kinds for which `Holds`, in the table's order.
template <bool (*Holds)(const document_kind&)>
constexpr auto documents_where() {
  std::array<document, std::ranges::count_if(document_kinds, Holds)> found{};
  auto at = found.begin();
  for (const auto& kind : document_kinds)
    if (Holds(kind))
      *at++ = kind.what;
  return found;
}

constexpr bool is_usual_child(const document_kind& kind) {
  return kind.place == document_place::child && kind.by_default;
}
constexpr bool is_expected_of_guild(const document_kind& kind) {
  return kind.of == document_subject::guild && kind.shown;
}
constexpr bool is_expected_of_character(const document_kind& kind) {
  return kind.of == document_subject::character && kind.shown && kind.by_default;
}

/// The documents of these names, which are mirrored only where somebody wants them;
/// `ec::validation` for any other name, with those that there are.
result<std::vector<document>> parse_optional_documents(std::span<const std::string> names);

/// The documents that belong to one version of a profile and are always mirrored.
inline constexpr auto child_documents = documents_where<is_usual_child>();
/// What a complete answer about a guild or a character stands on.
inline constexpr auto guild_documents = documents_where<is_expected_of_guild>();
inline constexpr auto character_documents = documents_where<is_expected_of_character>();

} // namespace guildhall::domain
