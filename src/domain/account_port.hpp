#pragma once

#include "domain/accounts.hpp"
#include "domain/ports.hpp"

#include <string>

/// What `api` asks about users. Answered like the ports of ports.hpp.
namespace guildhall::domain {

class account_port {
public:
  virtual ~account_port() = default;

  /// `ec::not_found` when there is no such user (any more).
  virtual void standing(user_id id, deadline expires, completion<domain::standing> done) = 0;

  /// Remembers a login that begins, by the hash of its state, for ten minutes.
  virtual void
  open_login(std::string state_hash, region where, deadline expires, completion<void> done) = 0;
  /// Ends it: each can come back once. `ec::not_found` for one that never began or is too old.
  virtual void
  close_login(std::string state_hash, deadline expires, completion<region> done) = 0;

  /// The tokens that the user has so far count no longer.
  virtual void revoke_tokens(user_id id, deadline expires, completion<void> done) = 0;
  /// `not_found` for nobody. `by` is written down.
  virtual void set_role(
      user_id id, std::string role, user_id by, deadline expires,
      completion<user_row> done) = 0;
};

/// Somebody came back from Battle.net.
class login_port {
public:
  virtual ~login_port() = default;

  /// Exchanges the code, finds or makes the user, and has their characters looked up (waits for
  /// that two seconds at most). `forbidden` when wow.profile was not allowed, `upstream_down`
  /// or `upstream_unauthorised` when Battle.net does not answer as it should.
  virtual void
  log_in(std::string code, region where, deadline expires, completion<standing> done) = 0;
};

} // namespace guildhall::domain
