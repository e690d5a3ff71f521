#pragma once

#include "domain/read_models.hpp"
#include "domain/sync_port.hpp"
#include "tests/support/postgres.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// A database, and the steps of the sync done by hand with made-up answers of Battle.net.
namespace guildhall::test {

struct member {
  std::int64_t id{0};
  std::string name;
  int rank{5};
  std::int64_t realm_id{1};
  std::string realm{"stormrage"};
  int class_id{1};
  int level{80};
};

/// "Sat, 7 Mar 2020 10:00:<n> GMT": a later n is a newer answer.
std::string version(int n);
std::string guild_body(std::int64_t id, const std::string& name, std::int64_t count);
std::string roster_body(std::int64_t guild, const std::vector<member>& members);
struct profile {
  member who;
  std::optional<std::int64_t> guild{};
  std::string guild_name{"Avalerion"};
  std::string extra{}; ///< more JSON: `,"x":1`
};
std::string profile_body(const profile& what);

/// Letters that no compression shortens.
std::string noise(std::size_t length);

/// `count` members: ids from `first`, the first of them the guild master.
std::vector<member> crowd(int count, std::int64_t first = 1'000);

class mirror : public testing::Test {
protected:
  void SetUp() override {
    if (!postgres_cluster::available())
      GTEST_FAIL() << "PostgreSQL 15 is not installed";
    db.emplace();
  }

  static constexpr std::int64_t bnet_guild = 70'001;
  static constexpr std::chrono::seconds lease_time{60};
  static constexpr std::chrono::seconds erase_after{std::chrono::days{29}};
  domain::guild_address address{domain::region::eu, "stormrage", "avalerion"};

  domain::job_row track(const domain::guild_address& where);
  domain::job_row track() {
    return track(address);
  }
  /// The only due guild of any class, claimed.
  domain::guild_work claim();
  /// The same of the guilds that are tracked, due or not.
  domain::guild_work claim_again();
  std::vector<domain::character_work> claim_members(guild_id guild, int limit = 2'000);
  /// This one of them, due or not, whoever holds it.
  domain::character_work claim_member(guild_id guild, std::int64_t bnet_id);
  /// A player's own character outside of tracked guilds.
  const member lonely{.id = 555, .name = "Lonely"};
  domain::character_work claim_own();

  struct scan_options {
    std::int64_t guild{bnet_guild};
    std::string name{"Avalerion"};
    std::optional<std::int64_t> count{}; ///< of the guild document; the roster's size if absent
  };
  domain::guild_outcome outcome_of(
      const domain::guild_work& work, const std::vector<member>& members, int n,
      const scan_options& how);
  /// Claim, guild and roster with 200, apply, finish with the roster due in 4 h.
  domain::guild_applied scan(const std::vector<member>& members, int n) {
    return scan(members, n, scan_options{});
  }
  domain::guild_applied
  scan(const std::vector<member>& members, int n, const scan_options& how);
  domain::guild_applied apply(const domain::guild_outcome& outcome);
  void
  finish(const domain::guild_work& work, std::optional<guild_id> guild, bool failed = false);

  /// Until nothing is left to be swept: what went, in all.
  domain::sweep_report sweep_all(std::optional<std::chrono::seconds> audit = {});

  /// A character's profile arrived with 200.
  domain::character_outcome
  outcome_of(const domain::character_work& work, const profile& what, int n);
  result<void> apply(const domain::character_outcome& outcome);
  /// Every due member gets its profile and equipment.
  void sync_members(guild_id guild, const std::vector<member>& members, int n);
  /// The guild is tracked, and all of it is there: in version 1.
  guild_id mirrored(const std::vector<member>& members);

  std::string scalar(const std::string& sql) {
    return db->scalar(sql);
  }
  std::int64_t count(const std::string& sql) {
    return db->count(sql);
  }
  std::int64_t events(const std::string& kind) {
    return count("select count(*) from guild_events where kind = '" + kind + "'");
  }
  std::int64_t open_rows() {
    return count("select count(*) from guild_members where left_at is null");
  }
  time_point in(std::chrono::seconds from_now);

  /// "characters.name guilds.roster_json": every column of every table, whatever it is called,
  /// of which any row shows the text, in any case.
  std::string columns_with(const std::string& text);
  /// Runs `work` on a connection of its own while `held` (SQL) is locked, until it waits for a
  /// lock; then `meanwhile` in the transaction that holds it, which commits. False if it never
  /// waits. Returns when `work` is done.
  bool while_held(
      const std::string& held, const std::function<void(store::session&)>& work,
      const std::function<void(store::session&)>& meanwhile);

  std::optional<test_database> db;
};

} // namespace guildhall::test
