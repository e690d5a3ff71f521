#include "tests/system/support/database.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>
#include <pqxx/transactor>

namespace guildhall::system_test {

namespace {

/// Runs again what lost a deadlock, as guildhall does with its own: a test that writes beside a
/// guildhall at work locks in no order, and PostgreSQL ends either of the two.
pqxx::result execute(const std::string& dsn, const std::string& sql) {
  return pqxx::perform([&] {
    pqxx::connection connection{dsn};
    pqxx::nontransaction work{connection};
    return work.exec(sql);
  });
}

} // namespace

void database::exec(const std::string& sql) const {
  execute(dsn_, sql);
}

std::string database::value(const std::string& sql) const {
  const auto found = execute(dsn_, sql);
  return found.empty() || found[0][0].is_null() ? std::string{} : found[0][0].c_str();
}

std::int64_t database::number(const std::string& sql) const {
  return std::stoll(value(sql));
}

std::vector<std::vector<std::string>> database::rows(const std::string& sql) const {
  std::vector<std::vector<std::string>> out;
  for (const auto& row : execute(dsn_, sql)) {
    auto& values = out.emplace_back();
    for (const auto& field : row)
      values.emplace_back(field.is_null() ? "" : field.c_str());
  }
  return out;
}

bool database::equals(const std::string& sql, const std::string& document) const {
  return value("select (" + sql + ") = " + quoted(document) + "::jsonb") == "t";
}

std::string quoted(const std::string& text) {
  std::string out{"'"};
  for (const char c : text) {
    out += c;
    if (c == '\'')
      out += c;
  }
  return out + '\'';
}

} // namespace guildhall::system_test
