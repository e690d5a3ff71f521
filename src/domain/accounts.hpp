#pragma once

#include "core/clock.hpp"
#include "domain/address.hpp"
#include "domain/authorship.hpp"
#include "domain/operation.hpp"

#include <optional>
#include <string>

/// Users: what they may do, their logins, and what of them changes by hand.
namespace guildhall::domain {

/// A user's row, without anything secret.
struct user_row {
  user_id id;
  bnet_account_id account;
  std::string battletag;
  std::string region; ///< of the last login, or empty
  std::string role;
  time_point tokens_valid_since{};
  std::optional<time_point> last_login_at;
  time_point created_at{};
  time_point updated_at{};
};

/// `not_found` when there is no such user (any more).
struct standing_of {
  using answer = standing;
  static constexpr operation_traits traits{"standing", manner::read};
  user_id user;
};

/// Remembers a login that begins, by the hash of its state, for ten minutes.
struct open_login {
  using answer = void;
  static constexpr operation_traits traits{"open_login", manner::write};
  std::string state_hash;
  domain::region region{};
};

/// Ends it: each can come back once. Answers its region; `not_found` for one that never began
/// or is too old.
struct close_login {
  using answer = region;
  static constexpr operation_traits traits{"close_login", manner::write};
  std::string state_hash;
};

/// The tokens that the user has so far count no longer.
struct revoke_tokens {
  using answer = void;
  static constexpr operation_traits traits{"revoke_tokens", manner::write};
  user_id user;
};

/// `not_found` for nobody.
struct set_role {
  using answer = user_row;
  static constexpr operation_traits traits{"set_role", manner::write};
  author by;
  user_id user;
  std::string role;
};

using account_operations =
    operations<standing_of, open_login, close_login, revoke_tokens, set_role>;

} // namespace guildhall::domain
