#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace guildhall::store {

class connection;

/// A file of schema/migrations, built into the binary.
struct migration {
  int version{0};        ///< NNNN of the file's name
  std::string_view name; ///< the rest of it
  std::string_view sql;
};

/// In ascending order of their versions.
std::span<const migration> embedded_migrations();

/// What the binary knows: the newest migration's number, and the release that it is of.
struct known_schema {
  int version{0};
  int release{0};
};
known_schema newest_schema(std::span<const migration> known = embedded_migrations());

struct migration_line {
  int version{0};
  std::string name;
  bool applied{false};
  bool known{true};    ///< false: applied by a newer binary
  bool changed{false}; ///< applied with another text than this binary's
};

/// What the database has against what the binary knows. Writes nothing.
result<std::vector<migration_line>> migration_status(
    connection& db, deadline expires, std::span<const migration> known = embedded_migrations());

/// Whether the binary may work with the database as it is: everything applied, with the texts
/// that the binary knows, and no more than one release newer. `schema_mismatch`, with what is
/// to be done, otherwise. Writes nothing.
result<void> check_schema(
    connection& db, deadline expires, std::span<const migration> known = embedded_migrations());

/// Who looks on while `migrate` works. Called on its thread.
struct migration_watch {
  /// This one is begun; none: another instance is at it, which is waited for.
  std::function<void(const migration* which)> on_step{};
  /// Asked before each migration and while waiting: no more is to be done.
  std::function<bool()> is_over{};
};

/// Applies what is missing, each migration in a transaction of its own; `-- no transaction` as
/// a file's first line runs it outside of one, statement by statement. Several instances may
/// call this at once. Answers the versions that this call applied. `schema_mismatch`: a text
/// changed after it was applied, or the database is more than one release (`-- release N`, the
/// second line's number) newer than the binary. `shutting_down`: `watch` wanted it to end. A
/// server whose client has gone gives up the statement within a second.
result<std::vector<int>> migrate(
    connection& db, deadline expires, std::span<const migration> known = embedded_migrations(),
    const migration_watch& watch = {});

/// "0009".
std::string number_of(const migration& which);

} // namespace guildhall::store
