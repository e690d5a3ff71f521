#pragma once

#include "core/error.hpp"

#include <pqxx/result>

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

namespace guildhall::store {

class session;

/// The old back end's database, which may have been made by either of its two schemas, or be
/// in a state in between. What is there is looked up in `information_schema`; a column that is
/// missing reads as null. Everything is read as text.
class old_database {
public:
  using names = std::initializer_list<std::string_view>;
  using batch_reader = std::function<result<void>(const pqxx::result&)>;

  /// `db` is in the transaction that everything is read in.
  explicit old_database(session& db);

  /// Whether it is guildhall's own.
  bool is_guildhall() const;

  bool has(std::string_view table, names columns = {}) const;

  bool is_json(std::string_view table, std::string_view column) const;

  /// SQL of the first of these columns that is not null, as text.
  std::string text(std::string_view table, std::string_view alias, names columns) const;
  /// SQL of what these JSON columns hold at `path` (`{realm,id}`), as text.
  std::string json(
      std::string_view table, std::string_view alias, names columns,
      std::string_view path) const;
  /// SQL that joins the table on its `id`; nothing if there is no such table (its columns then
  /// read as null).
  std::string join(std::string_view table, std::string_view alias, const std::string& id) const;

  /// Reads the rows of a query through a cursor, some hundreds at a time. Ends with the first
  /// failure of `read`.
  result<void> each_batch(const std::string& sql, const batch_reader& read);

private:
  const std::string* type_of(std::string_view table, std::string_view column) const;

  session& db_;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> types_;
};

/// SQL that reads as null.
inline constexpr std::string_view null_text = "null::text";

} // namespace guildhall::store
