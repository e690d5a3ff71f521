#pragma once

#include "tests/support/tcp_proxy.hpp"

#include <functional>
#include <string>
#include <vector>

namespace guildhall::system_test {

/// One way in which the network between guildhall and a neighbour fails.
struct wire_fault {
  std::string name;
  std::function<void(test::tcp_proxy&)> strike;
  bool silent{false}; ///< nobody notices but by waiting
};

/// Those that any neighbour can have.
const std::vector<wire_fault>& wire_faults();
/// Those around a commit of PostgreSQL's.
const std::vector<wire_fault>& commit_faults();

} // namespace guildhall::system_test
