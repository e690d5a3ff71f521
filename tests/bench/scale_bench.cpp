// What the store's operations cost with 100, 10,000 and 1,000,000 characters: a table of median
// milliseconds, and S8: whether reads by key and claims stay as they are. Asserts nothing.
//
//   scale_bench [--out FILE] [--only S8]

#include "domain/guild_reads.hpp"
#include "domain/sync_port.hpp"
#include "tests/bench/crowd.hpp"
#include "tests/bench/report.hpp"
#include "tests/support/postgres.hpp"

#include <pqxx/connection>
#include <pqxx/nontransaction>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace guildhall::bench {
namespace {

using namespace std::chrono_literals;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr int members_of_each = 100;
constexpr std::array guilds_of{1, 100, 10'000};
constexpr int rounds = 41;
constexpr std::chrono::seconds lease_time{60};

/// One size of the database.
class world {
public:
  explicit world(int guilds) : guilds_{guilds} {
    pqxx::connection connection{db_.dsn()};
    pqxx::nontransaction work{connection};
    for (const auto& statement : crowd_of(guilds, members_of_each))
      work.exec(statement);
    work.exec("vacuum analyze");
  }

  template <domain::operation Operation>
  auto ask(const Operation& what) {
    auto answer = db_.ask(what);
    if (!answer)
      throw std::runtime_error(std::string{message_of(answer.error())});
    return answer;
  }
  void exec(const std::string& sql) {
    db_.exec(sql);
  }
  /// Another one each time.
  guild_id some_guild(int i) const {
    return guild_id{1 + i * 7 % guilds_};
  }
  character_id some_character(int i) const {
    return character_id{1 + i * 7'919LL % (guilds_ * members_of_each)};
  }
  int characters() const {
    return guilds_ * members_of_each;
  }

private:
  int guilds_;
  test::test_database db_;
};

template <class Claimed>
void give_back(world& in, const Claimed& claimed) {
  std::vector<domain::lease> leases;
  for (const auto& work : claimed)
    leases.push_back(work.lease);
  in.ask(domain::release{leases});
}

void claim_guild(world& in, domain::priority what) {
  give_back(in, in.ask(domain::claim_guilds{what, 1, lease_time, {}})->guilds);
}

struct operation {
  const char* what;
  bool judged; ///< S8 is about it
  std::function<void(world&, int)> run;
};

const std::vector<operation>& operations() {
  static const std::vector<operation> all{
      {"guild by id", true,
       [](world& in, int i) { in.ask(domain::guild_by_id{in.some_guild(i)}); }},
      {"character by id", true,
       [](world& in, int i) { in.ask(domain::character_by_id{in.some_character(i)}); }},
      {"members of a guild", false,
       [](world& in, int i) { in.ask(domain::members_of{in.some_guild(i)}); }},
      {"claim and release a due roster", true,
       [](world& in, int) { claim_guild(in, domain::priority::roster); }},
      {"claim and release a due guild", true,
       [](world& in, int) { claim_guild(in, domain::priority::character); }},
      {"claim and release due characters", true,
       [](world& in, int i) {
         give_back(in, *in.ask(domain::claim_characters{in.some_guild(i), 50, lease_time, {}}));
       }},
      {"borrow from the budget", false,
       [](world& in, int) {
         in.ask(domain::borrow_budget{
             .instance = "bench", .request = {}, .limits = {}, .unspent = 0, .met = {}});
       }},
      {"end idle jobs", false,
       [](world& in, int) { in.ask(domain::end_idle_jobs{{domain::region::eu}}); }}};
  return all;
}

/// Somebody died with many leases, which the claim finds.
const operation beside_leases{
    "claim beside 44,000 leases", false, [](world& in, int) {
      in.ask(domain::claim_guilds{domain::priority::person, 8, lease_time, {}});
    }};

void die_with_leases(world& in) {
  in.exec("update sync_queue set lease_token = id, leased_until = app_now() + interval '1 "
          "hour' where id in (select id from sync_queue where character_id is not null limit "
          "44000)");
}

using worlds = std::vector<std::unique_ptr<world>>;

/// Median milliseconds in each world. All of them take turns, so that what else the machine
/// does meets them alike.
std::vector<double> medians(const worlds& all, const operation& what) {
  constexpr int at_a_time = 5;
  std::vector<std::vector<double>> took(all.size());
  for (int round = 0; round < rounds; ++round)
    for (std::size_t size = 0; size < all.size(); ++size) {
      const auto begin = std::chrono::steady_clock::now();
      for (int i = 0; i < at_a_time; ++i)
        what.run(*all[size], round * at_a_time + i);
      const milliseconds passed{std::chrono::steady_clock::now() - begin};
      took[size].push_back(passed.count() / at_a_time);
    }
  std::vector<double> out;
  for (auto& one : took) {
    std::ranges::nth_element(one, one.begin() + rounds / 2);
    out.push_back(one[rounds / 2]);
  }
  return out;
}

void print_line(const operation& what, const std::vector<double>& took) {
  std::printf("%-36s", what.what);
  for (const auto one : took)
    std::printf(" %12.3f", one);
  std::printf(" %8.2f\n", took.back() / took.front());
  std::fflush(stdout);
}

std::vector<figure> measure(const worlds& all) {
  std::printf("\n%-36s", "median ms, with so many characters");
  for (const auto& one : all)
    std::printf(" %12d", one->characters());
  std::printf(" %8s\n", "ratio");
  std::vector<figure> out;
  for (const auto& what : operations()) {
    const auto took = medians(all, what);
    print_line(what, took);
    for (std::size_t size = 1; what.judged && size < all.size(); ++size)
      out.push_back(
          {.id = "S8",
           .what =
               what.what + (" of " + std::to_string(all[size]->characters())) + " characters",
           .value = took[size],
           .unit = "ms, anchor: of 100",
           .anchor = took.front(),
           .wanted = 1.1,
           .at_most = true});
  }
  for (const auto& one : all)
    die_with_leases(*one);
  print_line(beside_leases, medians(all, beside_leases));
  return out;
}

std::vector<figure> measure_growth() {
  try {
    worlds all;
    for (const auto guilds : guilds_of)
      all.push_back(std::make_unique<world>(guilds));
    return measure(all);
  } catch (const std::exception& why) {
    return {not_measured("S8", why.what())};
  }
}

} // namespace
} // namespace guildhall::bench

int main(int count, char** words) {
  using namespace guildhall::bench;
  const wishes what{count, words};
  if (!what.want({"S8"}))
    return 0;
  const auto figures = measure_growth();
  if (what.out.empty())
    print_table(figures);
  else
    write_json(figures, what.out);
}
