#include "tests/support/contract.hpp"
#include "tests/support/gunzip.hpp"
#include "tests/support/openapi_requests.hpp"
#include "tests/support/unbrotli.hpp"
#include "tests/system/support/town.hpp"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>
#include <vector>

/// Requests made out of the API's own description, right, nearly right and wrong, by everybody:
/// each answer is as described, nothing ends in a 5xx, nobody sees or changes what is not
/// theirs.
///
/// `GUILDHALL_HOSTILE_REQUESTS` says how many, `GUILDHALL_HOSTILE_SEED` which ones; `./dev
/// robustness` asks for 50,000. A failure names the seed and the request's number.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const auto* given = std::getenv(variable);
  return given ? std::stoull(given) : otherwise;
}

/// What only members of the home guild may ever read.
constexpr std::string_view secret_of_home = "seen-by-members-only";

struct asker {
  std::string name;
  std::string token;
  bool may_see_home{false};
  json::array characters{};
};

class hostile_requests : public testing::Test {
protected:
  static void SetUpTestSuite() {
    const auto no_rates = [](const std::string&) {
      return settings{
          {"GUILDHALL_AUTH_WRITES_PER_SECOND", "1000000"},
          {"GUILDHALL_AUTH_REQUESTS_PER_MINUTE", "1000000"}};
    };
    town_ = std::make_unique<town>("http://localhost:5173", 12, no_rates);
    description_ = ask(town_->api().port(), {"GET", "/api/openapi.json"}).body;
    document_ = std::make_unique<test::contract>(description_);
    plant_secrets();
    const auto member = town_->client_of(town_->commoner);
    const auto token_of = [](const resident& who) {
      return town_->client_of(who).access_token;
    };
    outsiders_ = {
        {"nobody", {}},
        {"an expired token", town::expired(member.access_token)},
        {"a refresh token", member.refresh_token},
        {"an operator", town_->token({"--operator"})},
        {"a member of another guild", token_of(town_->stranger), false,
         characters_of(town_->stranger)}};
    insiders_ = {
        {"a member", member.access_token, true, characters_of(town_->commoner)},
        {"an officer", token_of(town_->officer), true, characters_of(town_->officer)},
        {"the guild master", token_of(town_->master), true, characters_of(town_->master)},
        {"an admin", town_->token({"--user", "Admin#1000", "--admin"}), true}};
    for (auto* all : {&outsiders_, &insiders_})
      for (auto& one : *all)
        if (one.characters.empty())
          one.characters = characters_of(town_->commoner);
    operator_ = outsiders_[3];
  }
  static void TearDownTestSuite() {
    document_.reset();
    town_.reset();
  }

  static void plant_secrets() {
    const auto home = std::to_string(town_->home_id);
    const auto secret = quoted(std::string{secret_of_home});
    town_->store().exec(
        "insert into rosters (guild_id, name) values (" + home + ", " + secret
        + ");"
          "insert into events (guild_id, title, description, event_type, start_time, end_time)"
          " values ("
        + home + ", " + secret
        + ", '', 'Raid', now() + interval '1 day',"
          " now() + interval '2 days');"
          "update ranks set rank_name = "
        + secret + " where guild_id = " + home + " and rank_id = 9");
  }

  static test::request_maker maker(std::uint64_t seed) {
    test::request_maker out{description_, seed};
    const auto& mine = town_->commoner.characters.front();
    for (const auto* name : {"guildId", "guild_id"})
      out.know(name, {town_->home_id, town_->home_id, town_->elsewhere_id});
    out.know("refreshToken", {json::value(outsiders_[2].token)});
    // Nobody here loses or gains a role: the one whom this names is nobody else.
    out.know(
        "userId", {town_->store().number("select id from users where battletag = 'Nobody#1'")});
    out.know("rankId", {1, 4, 9});
    out.know("region", {"eu"});
    out.know("realm", {json::value(mine.realm), json::value(town_->home.realm)});
    out.know("name", {json::value(mine.name), json::value(town_->home.slug), "Raid"});
    out.know("start_time", {"2027-05-13T18:00", "2027-05-13T18:00:00.000Z"});
    out.know("end_time", {"2027-05-13T21:00", "2027-05-14T01:30:00+02:00"});
    out.know("status", {"Confirmed", "accepted", "TENTATIVE", "Declined"});
    out.know("file", {"docs.js", "swagger-ui.css"});
    return out;
  }

  /// What is there at the moment: requests make and delete it.
  static void look_around(test::request_maker& make) {
    for (const auto& [name, table] :
         {std::pair{"rosterId", "rosters"}, {"eventId", "events"}, {"jobId", "jobs"}}) {
      json::array newest;
      for (const auto& row : town_->store().rows(
               "select id from " + std::string{table} + " order by id desc limit 5"))
        newest.push_back(std::stoll(row.front()));
      if (!newest.empty())
        make.know(name, std::move(newest));
    }
  }

  /// Those of this person, and one of somebody else.
  static json::array characters_of(const resident& who) {
    json::array out{town_->character_id(town_->master.characters.front())};
    for (const auto& one : who.characters)
      out.push_back(town_->character_id(one));
    return out;
  }

  static bool is_public(const std::string& operation) {
    return operation.find(" /api/") != std::string::npos;
  }

  /// What ends the run if it succeeded: a token, or the guild itself. Others have their tests.
  static bool ends_it(const test::made_request& made) {
    return made.operation == "GET /api/auth/logout"
        || (made.operation.starts_with("DELETE /guilds/")
            && made.target.find(percent_encoded(town_->home.slug)) != std::string::npos);
  }

  /// Asks as `who`; everything that may be wrong with the answer.
  test::differences judged(const asker& who, const test::made_request& made) {
    question what{made.method, made.target, made.headers, made.body};
    if (!who.token.empty())
      what.headers["Authorization"] = "Bearer " + who.token;
    auto& link = is_public(made.operation) ? api_ : admin_;
    auto got = link.ask(what);
    if (got.status == 0)
      return {"no answer: " + got.error};
    if (got.header("content-encoding") == "gzip")
      got.body = test::gunzip(got.body);
    else if (got.header("content-encoding") == "br")
      got.body = test::unbrotli(got.body);
    ++statuses_[got.status];
    if (got.status < 400)
      succeeded_.insert(made.operation);
    auto wrong = document_->check(made.operation, {got.status, got.headers, got.body});
    if (got.status >= 500)
      wrong.push_back("a 5xx: " + got.body.substr(0, 300));
    if (!who.may_see_home && is_public(made.operation)
        && got.body.find(secret_of_home) != std::string::npos)
      wrong.push_back("it tells what only members may know");
    return wrong;
  }

  /// `count` requests by these askers, all of `operations` in turn.
  void run(const std::vector<asker>& askers, std::uint64_t seed, std::uint64_t count) {
    auto make = maker(seed);
    int failures = 0;
    constexpr std::uint64_t between_looks = 200;
    for (std::uint64_t i = 0; i < count && failures < 10; ++i) {
      if (i % between_looks == 0)
        look_around(make);
      const auto& operation = make.operations()[i % make.operations().size()];
      const auto& who = is_public(operation) || make.any_of(4) == 0
                          ? askers[make.any_of(askers.size())]
                          : operator_;
      for (const auto* name : {"characterId", "character_id"})
        make.know(name, who.characters);
      const auto made = make.make(operation);
      if (ends_it(made) && !who.token.empty())
        continue;
      const auto wrong = judged(who, made);
      failures += wrong.empty() ? 0 : 1;
      EXPECT_EQ(wrong, test::differences{})
          << "seed " << seed << ", request " << i << ", by " << who.name << ":\n"
          << made.method << ' ' << made.target << '\n'
          << testing::PrintToString(made.headers) << '\n'
          << made.body.substr(0, 1'000);
    }
    std::cout << "seed " << seed << ':';
    for (const auto& [status, times] : statuses_)
      std::cout << ' ' << status << " x " << times;
    std::cout << "; " << succeeded_.size() << " of " << make.operations().size()
              << " operations succeeded, not";
    for (const auto& operation : make.operations())
      if (!succeeded_.contains(operation))
        std::cout << " [" << operation << ']';
    std::cout << '\n';
  }

  /// Everything that people of the home guild have written.
  static std::string of_home() {
    const auto home = std::to_string(town_->home_id);
    std::string out;
    for (const auto& sql :
         {"select * from rosters where guild_id = " + home + " order by id",
          "select m.* from roster_members m join rosters r on r.id = m.roster_id"
          " where r.guild_id = "
              + home + " order by 1, 2",
          "select * from events where guild_id = " + home + " order by id",
          "select s.* from event_subscriptions s join events e on e.id = s.event_id"
          " where e.guild_id = "
              + home + " order by 1, 2",
          "select * from main_overrides where guild_id = " + home + " order by 2",
          "select rank_id, rank_name, is_custom from ranks where guild_id = " + home
              + " order by 1",
          std::string{"select id, role from users order by id"}})
      out += testing::PrintToString(town_->store().rows(sql)) + '\n';
    return out;
  }

  static constexpr std::uint64_t default_count = 4'000;
  const std::uint64_t seed_{number_from("GUILDHALL_HOSTILE_SEED", 1)};
  const std::uint64_t count_{number_from("GUILDHALL_HOSTILE_REQUESTS", default_count)};
  kept_connection api_{town_->api().port()};
  kept_connection admin_{town_->api().admin_port()};
  std::map<int, std::uint64_t> statuses_;
  std::set<std::string> succeeded_;

  static inline std::unique_ptr<town> town_;
  static inline std::string description_;
  static inline std::unique_ptr<test::contract> document_;
  static inline std::vector<asker> outsiders_;
  static inline std::vector<asker> insiders_;
  static inline asker operator_;
};

} // namespace

TEST_F(hostile_requests, of_outsiders_see_and_change_nothing) {
  town_->token({"--user", "Nobody#1"});
  const auto before = of_home();
  run(outsiders_, seed_, count_ / 2);
  EXPECT_EQ(of_home(), before);
  EXPECT_TRUE(town_->api().child().running());
}

TEST_F(hostile_requests, of_members_are_answered_as_described) {
  town_->token({"--user", "Nobody#1"});
  auto everybody = insiders_;
  everybody.push_back(outsiders_.back());
  run(everybody, seed_ + 1, count_ / 2);
  EXPECT_TRUE(town_->api().child().running());
  EXPECT_EQ(town_->api().probe("/ready"), 200);
  // Most of what there is was really reached, and not only refused.
  EXPECT_GE(succeeded_.size(), document_->operations().size() * 3 / 4);
  town_->await_idle();
  town_->expect_sound();
}

} // namespace guildhall::system_test
