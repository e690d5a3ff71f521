#pragma once

#include "core/clock.hpp"
#include "store/postgres/session.hpp"

#include <chrono>
#include <string>
#include <utility>

/// For tests of connections: SQL as it is, and how long it may take.
namespace guildhall::test {

inline deadline within(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

inline auto sql(std::string text) {
  return [text = std::move(text)](store::session& db) -> result<void> {
    db.exec_raw(text);
    return {};
  };
}

} // namespace guildhall::test
