#include "tests/system/support/world.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

/// Battle.net is down for maintenance, and says so in every way it has.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

/// A mirrored guild and two instances. Hours are the database's: its clock is moved.
class maintenance : public world {
protected:
  static constexpr std::size_t members = 60;

  void SetUp() override {
    simulate(quick_simulator({"--world", std::to_string(members), "--seed", "11"}));
    first_ = &serve(quick_budget());
    // One alone syncs: hours pass here in less time than the minute in which it would hear what
    // another one doubts.
    second_ = &serve(quick_budget(), {"--role", "api"});
    home_ = sim().guilds().front();
    guild_ = mirror(*first_, home_);
    await_idle();
    expect_mirrored(home_);
    before_ = sim().members(home_);
  }

  /// Nobody holds a lease that would end by it.
  void let_pass(std::chrono::minutes time) {
    await_idle();
    db.exec(
        "update app_clock set shift = shift + interval '" + std::to_string(time.count())
        + " minutes'");
    await_idle();
  }
  /// An hour in which every path answers like this.
  void answer_for_an_hour(json::object fault) {
    sim().clear_faults();
    fault["match"] = "regex:^/(data|profile)/";
    sim().add_fault(fault);
    const auto asked = sim().book().requests;
    make_all_due();
    eventually("Battle.net was asked", std::chrono::seconds{20}, [&] {
      return sim().book().requests > asked;
    });
    for (int tens = 0; tens < 6; ++tens)
      let_pass(std::chrono::minutes{10});
  }

  /// What the client is shown of the guild and of its members.
  std::string served_by(const instance& where) const {
    const auto guild = "/api/guilds/" + std::to_string(guild_);
    return json::serialize(where.data(guild + "/members?fields=full"))
         + json::serialize(where.data("/api/guilds/id/" + std::to_string(guild_)));
  }
  /// What an answer that is no answer may never change.
  std::string known() const {
    return db.value(
        "select concat_ws(' ', (select string_agg(state, ',' order by id) from "
        "tracked_guilds), (select count(*) from tracked_guilds where not_found_since is not "
        "null), (select count(*) from guild_members where left_at is null), (select count(*) "
        "from characters where is_available), (select count(*) from characters where name is "
        "null or erased_at is not null), (select count(*) from document_states where state in "
        "('not_found', 'forbidden') and fetched_at is not null), (select count(*) from "
        "guild_events))");
  }
  /// What its job says once it has been tried: what may pass ends it only when it has passed.
  std::string what_is_said_to_who_asks_for_a_sync() {
    const auto job = "/jobs/" + std::to_string(sync_now(*second_, guild_));
    std::string said;
    eventually("the job says what is wrong", std::chrono::seconds{30}, [&] {
      const auto seen = second_->admin("GET", job).json().at("data");
      const auto* message = seen.at("message").if_string();
      said = message ? std::string{*message} : std::string{};
      return !said.empty();
    });
    return said;
  }
  std::size_t lines_of_log(int which) const {
    std::ifstream in{file("guildhall-" + std::to_string(which) + ".log"), std::ios::binary};
    return static_cast<std::size_t>(
        std::count(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}, '\n'));
  }
  /// By its own word: what it has told the database is old when hours are moved.
  static bool is_in_doubt(const instance& where) {
    std::istringstream lines{ask(where.admin_port(), {.target = "/metrics"}).body};
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("guildhall_battlenet_in_doubt{") && line.ends_with(" 1"))
        return true;
    return false;
  }
  /// Somebody who is no master, under an ordinary name and with a profile.
  member somebody(std::size_t skip) const {
    for (const auto& one : before_)
      if (one.rank > 1 && one.realm == home_.realm && skip-- == 0)
        return one;
    throw std::runtime_error("nobody left");
  }
  json::object with(const member& who, json::object more = {}) const {
    more["character"] = who.id;
    return more;
  }

  instance* first_{nullptr};
  instance* second_{nullptr};
  guild_address home_;
  std::int64_t guild_{0};
  std::vector<member> before_;
};

} // namespace

TEST_F(
    maintenance, hours_of_it_change_nothing_and_what_happened_meanwhile_is_there_afterwards) {
  const auto served = served_by(*first_);
  ASSERT_EQ(served_by(*second_), served);
  const auto were_known = known();
  const auto began = sim().now_ms();
  const json::object error{{"code", 503}, {"reason", "maintenance"}};
  const std::vector<std::pair<std::string, json::object>> hours{
      {"503", {{"status", 503}, {"retry_after", 3600}}},
      {"200 with an error", {{"body", error}}},
      {"200 with a page",
       {{"status", 200}, {"body", "<html>Maintenance</html>"}, {"html", true}}},
      {"304", {{"status", 304}}},
      {"404", {{"status", 404}}},
      {"403", {{"status", 403}, {"body", "<html>Forbidden</html>"}, {"html", true}}}};
  for (const auto& [name, fault] : hours) {
    answer_for_an_hour(fault);
    EXPECT_EQ(known(), were_known) << name;
    EXPECT_EQ(served_by(*first_), served) << name;
    EXPECT_EQ(served_by(*second_), served) << name;
    const auto said = what_is_said_to_who_asks_for_a_sync();
    std::cout << name << ": " << sim().book(began).requests << " requests so far; " << said
              << "\n";
    EXPECT_EQ(known(), were_known) << name << ", a sync was asked for";
  }
  // An hour of each: fewer than what it takes to mirror all of them anew once an hour.
  const auto asked = sim().book(began).requests;
  EXPECT_LE(asked, static_cast<std::int64_t>(5 * 6 * members));
  EXPECT_LE(lines_of_log(0) + lines_of_log(1), 2'000);

  sim().post("world/join", {{"guild", home_.realm + '/' + home_.slug}, {"name", "Newcomer"}});
  sim().post("world/leave", with(somebody(0)));
  sim().post("world/rank", with(somebody(1), {{"rank", 7}}));
  sim().post("world/rename", with(somebody(2), {{"name", "Renamed"}}));
  sim().clear_faults();
  eventually("it is believed again", std::chrono::seconds{150}, [&] {
    return !is_in_doubt(*first_) && !is_in_doubt(*second_);
  });
  for (int tens = 0; tens < 9; ++tens) // what could not be read has the longest pause
    let_pass(std::chrono::minutes{10});
  expect_mirrored(home_);
  EXPECT_EQ(
      db.number("select count(*) from document_states where error_class is not null and "
                "fetched_at is not null and (character_id is null or character_id in (select "
                "character_id from guild_members where left_at is null))"),
      0)
      << "what was ever shown is so again";
  EXPECT_EQ(db.number("select count(*) from jobs where finished_at is null"), 0);
  EXPECT_EQ(db.number("select count(*) from guild_events where kind = 'joined'"), 1);
  EXPECT_EQ(db.number("select count(*) from guild_events where kind = 'left'"), 1);
  EXPECT_EQ(db.number("select count(*) from guild_events where kind = 'returned'"), 0);
  const auto now = served_by(*first_);
  EXPECT_NE(now.find("Newcomer"), std::string::npos);
  EXPECT_NE(now.find("Renamed"), std::string::npos);
  eventually("both show the same", std::chrono::seconds{10}, [&] {
    return served_by(*second_) == now;
  });
  expect_sound();
}

} // namespace guildhall::system_test
