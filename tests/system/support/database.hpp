#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace guildhall::system_test {

/// What a test asks the database behind guildhall's back. Every call is a connection of its
/// own, and one transaction however many statements it has, so that restarts of PostgreSQL
/// between two calls do not matter. Throws on errors.
class database {
public:
  explicit database(std::string dsn) : dsn_(std::move(dsn)) {}

  const std::string& dsn() const {
    return dsn_;
  }
  void exec(const std::string& sql) const;
  /// The single value, as PostgreSQL prints it; null and no row are empty.
  std::string value(const std::string& sql) const;
  std::int64_t number(const std::string& sql) const;
  /// Every row; nulls are empty.
  std::vector<std::vector<std::string>> rows(const std::string& sql) const;

  /// Whether `sql` (one jsonb value) equals this document as JSON, numbers by value.
  bool equals(const std::string& sql, const std::string& document) const;

private:
  std::string dsn_;
};

/// 'text' with its quotes doubled.
std::string quoted(const std::string& text);

} // namespace guildhall::system_test
