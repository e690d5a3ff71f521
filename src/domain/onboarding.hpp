#pragma once

#include "domain/operation.hpp"
#include "domain/payload.hpp"
#include "domain/standing.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A user's own characters, as Battle.net lists them: the only source of ownership.
namespace guildhall::domain {

/// Somebody who has just logged in.
struct arrival {
  bnet_account_id account;
  std::string battletag;
  domain::region region{};
  std::string sealed_token;  ///< bound to `seal_context(account)`
  bool becomes_admin{false}; ///< named by its id
  /// Named by its battletag: becomes an admin if that tag is nobody else's yet. A tag can
  /// change hands; the first account that logs in with it keeps it.
  bool named_by_tag{false};
};

inline std::string seal_context(bnet_account_id account) {
  return "battle.net token of " + std::to_string(account.value);
}

/// A user whose list is still to be fetched.
struct pending_onboarding {
  user_id user;
  bnet_account_id account;
  std::string sealed_token;
};

/// What one region answered. A region that did not answer, or oddly, has no list: nothing is
/// unlinked there.
struct account_list {
  domain::region region{};
  std::vector<account_character> characters{};
  std::vector<account_licence> licences{}; ///< none: an empty list, or a 404
  /// Else parts of it could not be read: whoever is not in it may be one of them and stays.
  bool whole{true};
};

/// What a list says of a character of the user's that is not on it.
enum class absence : std::uint8_t {
  proven, ///< its licence is listed, in whole, with others
  likely, ///< its licence is not there, or empty, or not known: lists lie like this
};
absence absence_of(const account_list& list, std::optional<std::int64_t> licence);

/// Since when lists lack a character, by what they prove.
struct absent_since {
  std::optional<time_point> proven{};
  std::optional<time_point> likely{};
};
/// After what is proven once, the list is asked for again this much later.
inline constexpr std::chrono::minutes second_list_after{15};
/// Whether it is unlinked: a second list says the same, at least 15 min after the first that
/// proves it, or a day after the first that makes it likely.
bool is_confirmed(absence what, const absent_since& before, time_point now);

struct account_lists {
  user_id user;
  std::vector<account_list> lists;
  bool finished{false}; ///< the token is not needed any more
};

struct onboarded {
  std::int64_t linked{0};   ///< characters that were not the user's before
  std::int64_t unlinked{0}; ///< and those that are no longer
  std::int64_t missing{0};  ///< those that a list lacks, and another one has to
};

/// Which guilds are tracked by themselves.
struct discovery {
  bool of_users{false};
  std::int64_t max_guilds{0}; ///< tracked guilds, all of them, beyond which none is added
};

/// Finds or makes the user by the account's id.
struct record_login {
  using answer = standing;
  static constexpr operation_traits traits{"record_login", manner::write};
  arrival who;
};

/// Links and unlinks characters in one transaction, leaders included, and queues their sync:
/// the user's characters are those of the lists, and those whose absence is not confirmed yet
/// (the token is then kept for the second list). Who was forgotten before the user's last login
/// may be named again. Discovered guilds are tracked afterwards. `not_found` when the user is
/// gone.
struct onboard {
  using answer = onboarded;
  static constexpr operation_traits traits{"onboard", manner::patient};
  account_lists account;
  discovery policy{};
};

/// Claims some whose list is due; nobody else gets them for a while.
struct pending_onboardings {
  using answer = std::vector<pending_onboarding>;
  static constexpr operation_traits traits{"pending_onboardings", manner::patient_once};
  int limit{0};
};

/// A character of a user's whose profile nobody has looked at yet.
struct unseen_character {
  character_id id;
  character_identity who;
  character_address address;
};
/// At most so many are looked at while somebody waits for their login to end.
inline constexpr int max_looked_at = 12;

/// Those that no guild is known of, highest level first.
struct unseen_characters {
  using answer = std::vector<unseen_character>;
  static constexpr operation_traits traits{"unseen_characters", manner::patient};
  user_id user;
};

/// The guild that a profile names is tracked, if the policy has room for it, and is there from
/// then on, without members, until its roster arrives.
struct discover {
  using answer = void;
  static constexpr operation_traits traits{"discover", manner::patient};
  user_id user;
  unseen_character by;
  guild_ref guild;
  discovery policy{};
};

using onboarding_operations =
    operations<record_login, onboard, pending_onboardings, unseen_characters, discover>;

/// What the actors behind a login ask of the database.
class onboarding_port : public port<onboarding_operations> {};

} // namespace guildhall::domain
