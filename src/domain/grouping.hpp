#pragma once

#include "core/ids.hpp"
#include "domain/read_models.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Which characters of one guild belong to one player, and which of them is the main. Pure.
namespace guildhall::domain {

struct grouping_input {
  guildhall::character_id character_id;
  std::optional<guildhall::user_id> user_id;
  std::optional<bool> explicit_main; ///< what a person said, if anybody did
  int rank{0};
  std::string name;
  std::vector<std::int64_t> toys; ///< ascending, without repeats; empty when never fetched
};

/// What is known of these members.
std::vector<grouping_input> grouping_inputs(std::span<const member_detail> members);

enum class classification : std::uint8_t { main, alt };
/// "Main", "Alt".
std::string_view to_string(classification what) noexcept;

struct grouped_character {
  guildhall::character_id character_id;
  domain::classification classification{};
  /// The user; or "toys:<id of the group's main>" for characters that share their toys; or
  /// nothing.
  std::variant<std::monostate, guildhall::user_id, std::string> group_key;
  std::optional<guildhall::character_id> main_character_id; ///< nothing for mains
  /// Why it is what it is: "chosen" (a person said so), "user" (rank and name among a known
  /// user's), "toys" (among characters with the same toys), "alone".
  std::string_view reason;
};

/// Two lists are one player's if both have at least 25 toys and the older one is contained in
/// the newer one but for 2. Toys are an account's and are never lost, so the shorter one is the
/// older.
inline constexpr std::size_t min_toys = 25;
inline constexpr std::size_t max_missing_toys = 2;
bool is_same_player(std::span<const std::int64_t> a, std::span<const std::int64_t> b) noexcept;

/// Known users first (by id), then toy groups, then singles; inside a group the main first,
/// then by rank and name. Whoever is explicitly an alt is a main only where the whole group is.
/// The order of the input does not matter.
std::vector<grouped_character> classify_roster(std::vector<grouping_input> members);

} // namespace guildhall::domain
