#include "store/import/old_database.hpp"

#include "store/postgres/session.hpp"

#include <algorithm>

namespace guildhall::store {

namespace {

constexpr int rows_at_once = 500;

/// `alias."column"`; the names are this program's own, never the database's.
std::string column_of(std::string_view alias, std::string_view column) {
  return std::string(alias) + ".\"" + std::string(column) + '"';
}

std::string first_of(const std::string& list) {
  return list.empty() ? std::string(null_text) : "coalesce(" + list + ")";
}

} // namespace

old_database::old_database(session& db) : db_(db) {
  for (const auto& row :
       db.exec_raw("select table_name, column_name, data_type from information_schema.columns "
                   "where table_schema = any(current_schemas(false))")) {
    std::string table;
    std::string column;
    std::string type;
    fields(row) >> table >> column >> type;
    types_[table].emplace(column, type);
  }
  // A table without a key cannot be read in order; these two have other keys.
  std::erase_if(types_, [](const auto& table) {
    return !table.second.contains("id") && table.first != "roster_members"
        && table.first != "guild_members";
  });
}

bool old_database::is_guildhall() const {
  return types_.contains("tracked_guilds") && types_.contains("sync_queue");
}

const std::string*
old_database::type_of(std::string_view table, std::string_view column) const {
  const auto found = types_.find(table);
  if (found == types_.end())
    return nullptr;
  const auto type = found->second.find(column);
  return type == found->second.end() ? nullptr : &type->second;
}

bool old_database::has(std::string_view table, names columns) const {
  return types_.contains(table) && std::ranges::all_of(columns, [&](auto column) {
           return type_of(table, column) != nullptr;
         });
}

bool old_database::is_json(std::string_view table, std::string_view column) const {
  const auto* type = type_of(table, column);
  return type && *type == "jsonb";
}

std::string
old_database::text(std::string_view table, std::string_view alias, names columns) const {
  std::string list;
  for (const auto column : columns)
    if (type_of(table, column))
      list += (list.empty() ? "" : ", ") + column_of(alias, column) + "::text";
  return first_of(list);
}

std::string old_database::json(
    std::string_view table, std::string_view alias, names columns,
    std::string_view path) const {
  std::string list;
  for (const auto column : columns)
    if (is_json(table, column))
      list += (list.empty() ? "" : ", ") + column_of(alias, column) + " #>> '"
            + std::string(path) + "'";
  return first_of(list);
}

std::string old_database::join(
    std::string_view table, std::string_view alias, const std::string& id) const {
  if (!has(table))
    return {};
  return " left join " + std::string(table) + " " + std::string(alias) + " on "
       + std::string(alias) + ".id::text = " + id;
}

result<void> old_database::each_batch(const std::string& sql, const batch_reader& read) {
  db_.exec_raw("declare old_rows no scroll cursor for " + sql);
  result<void> outcome;
  for (bool more = true; more && outcome;) {
    const auto rows = db_.exec_raw("fetch " + std::to_string(rows_at_once) + " from old_rows");
    more = rows.size() == rows_at_once;
    if (!rows.empty())
      outcome = read(rows);
  }
  if (outcome)
    db_.exec_raw("close old_rows");
  return outcome;
}

} // namespace guildhall::store
