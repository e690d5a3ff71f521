// What the store's operations cost with ten thousand guilds and a million characters, beside a
// hundredth of that: one table, median milliseconds and their ratio. Asserts nothing.
//
//   scale_bench [guilds]    10,000 of 100 members unless told otherwise

#include "domain/guild_reads.hpp"
#include "domain/sync_port.hpp"
#include "tests/support/postgres.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace guildhall::bench {
namespace {

using namespace std::chrono_literals;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr int members_of_each = 100;
constexpr int rounds = 21;
constexpr std::chrono::seconds lease_time{60};

/// Every guild is tracked and was synced in the last four hours; a tenth is due.
std::vector<std::string> fill(int guilds) {
  const auto g = std::to_string(guilds);
  const auto c = std::to_string(guilds * members_of_each);
  const auto m = std::to_string(members_of_each);
  const std::string of_character = "(n - 1) / " + m + " + 1";
  return {
      "insert into guilds (region, realm_id, bnet_guild_id, realm, name, name_key, "
      "last_roster_sync) "
      "select 'eu', 1, n, 'stormrage', 'Guild ' || n, 'guild-' || n, now() from "
      "generate_series(1, "
          + g + ") n",
      "insert into characters (region, realm_id, bnet_character_id, realm, name, name_key, "
      "guild_id, "
      "class_id, level, role, last_login_at, profile_json) select 'eu', 1, n, 'stormrage', "
      "'Name' || n, "
      "'name' || n, "
          + of_character
          + ", 1 + n % 13, 80, 'Tank', now() - n % 200 * interval '1 day', "
            "jsonb_build_object('id', n) from generate_series(1, "
          + c + ") n",
      "insert into guild_members (guild_id, character_id, rank, character_name) select "
          + of_character + ", n, n % 10, 'Name' || n from generate_series(1, " + c + ") n",
      "insert into tracked_guilds (region, realm, name_slug, guild_id, state, roster_due_at) "
      "select "
      "'eu', 'stormrage', 'guild-' || n, n, 'active', now() + (n % 10) * interval '25 min' "
      "from "
      "generate_series(1, "
          + g + ") n",
      "insert into sync_queue (tracked_guild_id, priority, due_at) select n, 1, now() + (n % "
      "10) * "
      "interval '25 min' from generate_series(1, "
          + g + ") n",
      "insert into sync_queue (character_id, guild_id, priority, due_at) select n, "
          + of_character
          + ", 2, now() + (n % 480 - 1) * interval '1 minute' from generate_series(1, " + c
          + ") n",
      "insert into document_states (guild_id, document, state, fetched_at, checked_at) select "
      "n, d, "
      "'ok', now(), now() from generate_series(1, "
          + g + ") n, unnest(array['guild', 'roster']) d",
      "insert into document_states (character_id, document, state, fetched_at, checked_at) "
      "select n, "
      "d, 'ok', now(), now() from generate_series(1, "
          + c
          + ") n, unnest(array['profile', "
            "'equipment', 'mythic', 'professions']) d"};
}

/// One size of the world, and what each operation takes in it.
class world {
public:
  explicit world(int guilds) : guilds_{guilds} {
    pqxx::connection connection{db_.dsn()};
    pqxx::nontransaction work{connection};
    for (const auto& statement : fill(guilds))
      work.exec(statement);
    work.exec("vacuum analyze");
  }

  std::map<std::string, double> measure() {
    reads();
    claims();
    leases();
    upkeep();
    return std::move(took_);
  }

private:
  template <class Work>
  void time(const std::string& name, Work work) {
    std::vector<double> all;
    for (int i = 0; i < rounds; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      work(i);
      all.push_back(milliseconds{std::chrono::steady_clock::now() - begin}.count());
    }
    std::ranges::nth_element(all, all.begin() + rounds / 2);
    took_[name] = all[rounds / 2];
  }
  template <domain::operation Operation>
  auto ask(const Operation& what) {
    auto answer = db_.ask(what);
    if (!answer)
      throw std::runtime_error(std::string{message_of(answer.error())});
    return answer;
  }
  guild_id some_guild(int i) const {
    return guild_id{1 + i * 7 % guilds_};
  }

  void reads() {
    time("guild", [&](int i) { ask(domain::guild_by_id{some_guild(i)}); });
    time("members", [&](int i) { ask(domain::members_of{some_guild(i)}); });
    time("character", [&](int i) { ask(domain::character_by_id{character_id{1 + i}}); });
  }

  void claims() {
    const auto claim = [&](domain::priority what) {
      const auto claimed = ask(domain::claim_guilds{what, 8, lease_time, {}});
      std::vector<domain::lease> leases;
      for (const auto& work : claimed->guilds)
        leases.push_back(work.lease);
      ask(domain::release{leases});
    };
    time("claim and release rosters", [&](int) { claim(domain::priority::roster); });
    time("claim and release due guilds", [&](int) { claim(domain::priority::character); });
    time("claim and release 50 characters", [&](int i) {
      const auto claimed = ask(domain::claim_characters{some_guild(i), 50, lease_time, {}});
      std::vector<domain::lease> leases;
      for (const auto& work : *claimed)
        leases.push_back(work.lease);
      ask(domain::release{leases});
    });
  }

  /// Somebody died with many leases: what the claim costs that frees them, and the others.
  void leases() {
    constexpr int held = 44'000;
    time("borrow from the budget", [&](int) {
      ask(domain::borrow_budget{
          .instance = "bench", .request = {}, .limits = {}, .unspent = 0, .met = {}});
    });
    db_.exec(
        "update sync_queue set lease_token = id, leased_until = app_now() + interval '1 hour' "
        "where id in (select id from sync_queue where character_id is not null limit "
        + std::to_string(held) + ")");
    time("claim beside 44,000 leases", [&](int) {
      ask(domain::claim_guilds{domain::priority::person, 8, lease_time, {}});
    });
  }

  void upkeep() {
    time("end idle jobs", [&](int) { ask(domain::end_idle_jobs{{domain::region::eu}}); });
  }

  int guilds_;
  test::test_database db_;
  std::map<std::string, double> took_;
};

} // namespace
} // namespace guildhall::bench

int main(int count, char** words) {
  using namespace guildhall;
  const int guilds = count > 1 ? std::atoi(words[1]) : 10'000;
  const int few = std::max(1, guilds / 100);
  const auto small = bench::world{few}.measure();
  const auto large = bench::world{guilds}.measure();
  std::printf(
      "\n%-34s %12s %12s %8s\n", "median ms of 21", (std::to_string(few) + " guilds").c_str(),
      (std::to_string(guilds) + " guilds").c_str(), "ratio");
  for (const auto& [name, took] : small)
    std::printf(
        "%-34s %12.2f %12.2f %8.2f\n", name.c_str(), took, large.at(name),
        large.at(name) / took);
}
