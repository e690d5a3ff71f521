#pragma once

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/authorship.hpp"
#include "domain/once.hpp"
#include "domain/operation.hpp"

#include <optional>
#include <string>
#include <vector>

/// Who comes to an event: one sign-up per user and event, of a member of the guild, with any
/// character of theirs.
namespace guildhall::domain {

inline constexpr int max_sign_ups_per_event = 1'000;

struct sign_up_row {
  std::int64_t id{0};
  guildhall::event_id event_id;
  guildhall::user_id user_id;
  guildhall::character_id character_id;
  std::string status; ///< Confirmed, Tentative, Declined
  std::optional<std::string> note;
  time_point created_at{};
  std::string battletag;
  std::string character_name;
  std::string character_class;
  std::string character_role; ///< empty: not known
  std::string realm{};        ///< slug
  std::string realm_name{};   ///< empty: not known
};

/// Of an unknown event there is neither a guild nor anybody.
struct event_sign_ups {
  std::optional<guildhall::guild_id> guild_id;
  std::vector<sign_up_row> list; ///< by status, then role
};

struct sign_up_change {
  std::string status;
  guildhall::character_id character;
  std::optional<std::string> note;
};

/// Whoever is listed may always step back: when they have left the guild, when the character is
/// no longer theirs, when every place is taken.
inline bool steps_back(const sign_up_change& what) noexcept {
  return what.status != "Confirmed";
}

/// How an event knows somebody already.
struct listed_place {
  guildhall::character_id character;
  bool confirmed{false};
};
/// Whether the character has to be the author's own at this moment.
inline bool
must_be_own(const std::optional<listed_place>& before, const sign_up_change& what) noexcept {
  return !steps_back(what) || !before || before->character != what.character;
}
/// Whether it takes a place that has to be free: who has one keeps it.
inline bool
needs_place(const std::optional<listed_place>& before, const sign_up_change& what) noexcept {
  return !steps_back(what) && !(before && before->confirmed);
}

struct sign_ups_of {
  using answer = event_sign_ups;
  static constexpr operation_traits traits{"sign_ups", manner::read};
  event_id event;
};

/// `conflict` when every place is taken.
struct sign_up {
  using answer = written<sign_up_row>;
  static constexpr operation_traits traits{"sign_up", manner::write};
  author by;
  event_id event;
  sign_up_change what;
};

/// The same; but who is listed may always change to something else than Confirmed.
struct change_sign_up {
  using answer = written<sign_up_row>;
  static constexpr operation_traits traits{"change_sign_up", manner::write};
  author by;
  event_id event;
  sign_up_change what;
};

struct withdraw {
  using answer = written<event_id>;
  static constexpr operation_traits traits{"withdraw", manner::write};
  author by;
  event_id event;
};

using sign_up_operations =
    operations<sign_ups_of, sign_up, once<sign_up>, change_sign_up, withdraw>;

} // namespace guildhall::domain
