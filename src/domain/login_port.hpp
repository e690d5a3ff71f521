#pragma once

#include "core/clock.hpp"
#include "domain/address.hpp"
#include "domain/operation.hpp"
#include "domain/standing.hpp"

#include <string>

namespace guildhall::domain {

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
