#pragma once

#include "domain/ports.hpp"
#include "domain/standing.hpp"

/// What `api` asks about users. Answered like the ports of ports.hpp.
namespace guildhall::domain {

class account_port {
public:
  virtual ~account_port() = default;

  /// `ec::not_found` when there is no such user (any more).
  virtual void standing(user_id id, deadline expires, completion<domain::standing> done) = 0;
};

} // namespace guildhall::domain
