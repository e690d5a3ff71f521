#pragma once

#include "app/database_gate.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/migrations.hpp"

#include <chrono>
#include <string_view>

/// How a command of the command line works on the database.
namespace guildhall::app {

constexpr std::chrono::seconds command_patience{30};

inline deadline within(std::chrono::seconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// Opens a connection and runs `work` on it.
template <class T, class Work>
result<T> with_database(const config& cfg, std::string_view name, Work work) {
  auto db = store::connection::open(connection_options_of(cfg));
  if (!db)
    return std::unexpected<failure>(db.error());
  if (auto fits = store::check_schema(**db, within(command_patience)); !fits)
    return std::unexpected<failure>(fits.error());
  result<T> outcome = fail(ec::internal);
  const auto ran =
      (*db)->run(within(command_patience), name, [&](store::session& session) -> result<void> {
        outcome = work(session);
        if (!outcome)
          return std::unexpected<failure>(outcome.error());
        return {};
      });
  if (!ran)
    return std::unexpected<failure>(ran.error());
  return outcome;
}

template <class T>
result<void> discard(const result<T>& outcome) {
  if (!outcome)
    return std::unexpected<failure>(outcome.error());
  return {};
}

} // namespace guildhall::app
