#pragma once

#include "core/error.hpp"
#include "store/import/characters.hpp"
#include "store/import/old_database.hpp"
#include "store/import/verdict.hpp"
#include "store/ledger/change_tags.hpp"

#include <pqxx/row>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace guildhall::store {

/// Takes over one row after the other. The rows are those of the queries beside each step; the
/// first column names the row in the report. Guilds must have been taken before what belongs to
/// them: they are few, and kept here.
class import_steps {
public:
  explicit import_steps(std::vector<domain::region> synced) : synced_(std::move(synced)) {}

  result<void> learn_realms(old_database& old) {
    return characters_.learn_realms(old);
  }

  /// The query of a table; "" if the old database cannot answer it.
  static std::string users_sql(const old_database& old);
  static std::string guilds_sql(const old_database& old);
  static std::string ranks_sql(const old_database& old);
  static std::string rosters_sql(const old_database& old);
  static std::string roster_members_sql(const old_database& old);
  static std::string events_sql(const old_database& old);
  static std::string sign_ups_sql(const old_database& old);

  verdict take_user(session& db, const pqxx::row& row);
  verdict take_guild(session& db, const pqxx::row& row);
  verdict take_rank(session& db, const pqxx::row& row);
  verdict take_roster(session& db, const pqxx::row& row);
  verdict take_roster_member(session& db, const pqxx::row& row);
  verdict take_event(session& db, const pqxx::row& row);
  verdict take_sign_up(session& db, const pqxx::row& row);

  /// Why the import must end, if it must.
  const std::optional<failure>& stopped() const {
    return stopped_;
  }
  /// What the rows since the last call changed, told to every instance on commit.
  void announce(session& db);

private:
  using optional_text = std::optional<std::string>;

  struct guild_state {
    std::optional<guild_id> guild; ///< nothing until the sync has fetched it
    bool forgotten{false};
  };

  found<guild_id> guild_of(const optional_text& old_id) const;
  /// What a `roster` or an `event` became that was taken before.
  found<std::int64_t> parent(
      session& db, std::string_view kind, const optional_text& old_id,
      const optional_text& old_guild) const;
  found<user_id> user_of(session& db, const optional_text& old_id) const;

  std::vector<domain::region> synced_;
  old_characters characters_;
  std::map<std::int64_t, guild_state> guilds_;
  change_tags tags_;
  std::optional<failure> stopped_;
};

} // namespace guildhall::store
