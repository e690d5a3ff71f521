#pragma once

#include "api/api.hpp"
#include "core/crypto.hpp"
#include "fake_people.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace guildhall::api::test {

namespace json = boost::json;
using std::chrono::seconds;
using std::chrono::sys_seconds;

inline sys_seconds now() {
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

inline time_point moment(std::int64_t milliseconds_since_1970) {
  return time_point{std::chrono::milliseconds{milliseconds_since_1970}};
}
/// 2025-05-13T18:00:00.000Z
inline constexpr std::int64_t evening = 1'747'159'200'000;

inline config::signing_key key(std::string id, char byte) {
  return {std::move(id), {std::string(32, byte)}};
}

/// Has the database answer what a test puts in here about guilds and characters, counts, and
/// remembers what was asked.
struct fake_reads {
  result<domain::guild_row> guild_answer{fail(ec::not_found, "Guild with ID 7 not found")};
  result<std::vector<domain::member_row>> members_answer;
  result<std::vector<domain::member_detail>> details_answer;
  result<domain::member_activity> activity_answer;
  result<std::vector<domain::rank_row>> ranks_answer;
  result<domain::guild_freshness> freshness_answer;
  result<domain::character_row> character_answer{
      fail(ec::not_found, "Character with ID 7 not found")};

  int asked{0};
  std::int64_t last_id{0};
  domain::detail last_detail{};
  domain::member_page_of last_page;
  domain::guild_address last_guild_address;
  domain::character_address last_character_address;

  explicit fake_reads(fake_data& data) {
    using namespace domain;
    answer<guild_by_id>(data, guild_answer, [](const auto& what) { return what.id.value; });
    answer<guild_at>(data, guild_answer, [this](const auto& what) {
      last_guild_address = what.address;
      return 0;
    });
    const auto of_guild = [](const auto& what) { return what.guild.value; };
    answer<members_of>(data, members_answer, of_guild);
    answer<member_details_of>(data, details_answer, of_guild);
    answer<member_activity_of>(data, activity_answer, of_guild);
    data.on<member_page_of>([this](const member_page_of& what) -> result<member_page> {
      ++asked;
      last_page = what;
      member_page out;
      static_cast<page_of<member_detail>&>(out) = page_from(
          everybody(), what.from, [](const auto& row) { return row.member.id.value; });
      if (what.with_everybody)
        out.everybody = grouping_inputs(everybody());
      return out;
    });
    data.on<activity_page_of>([this](const activity_page_of& what) -> result<member_page> {
      ++asked;
      auto rows = activity_answer->joined;
      rows.insert(rows.end(), activity_answer->left.begin(), activity_answer->left.end());
      member_page out;
      static_cast<page_of<member_detail>&>(out) =
          page_from(rows, what.from, [](const auto& row) { return row.member.id.value; });
      return out;
    });
    answer<ranks_of>(data, ranks_answer, of_guild);
    answer<freshness_of>(data, freshness_answer, of_guild);
    answer<character_by_id>(
        data, character_answer, [](const auto& what) { return what.id.value; });
    answer<character_at>(data, character_answer, [this](const auto& what) {
      last_character_address = what.address;
      return 0;
    });
  }

private:
  std::vector<domain::member_detail> everybody() const {
    if (!details_answer->empty())
      return *details_answer;
    std::vector<domain::member_detail> out;
    for (const auto& member : *members_answer)
      out.emplace_back().member = member;
    return out;
  }

  template <domain::operation Operation, class Id>
  void answer(fake_data& data, const domain::answer_to<Operation>& with, Id id) {
    data.on<Operation>([this, &with, id](const Operation& what) {
      ++asked;
      last_id = id(what);
      if constexpr (requires { what.how; })
        last_detail = what.how;
      else
        last_detail = {};
      return with;
    });
  }
};

struct fake_accounts {
  /// User 5, who is an admin unless a test says otherwise.
  result<domain::standing> standing_answer = domain::standing{
      .id = user_id{5}, .account = {}, .battletag = "Some#1234", .role = "admin", .guilds = {}};
  int asked{0};

  std::map<std::string, domain::region> logins; ///< under way, by the hash of their state
  result<void> done_answer;
  result<domain::user_row> user_answer;
  std::string last_call; ///< e.g. "role 7 admin by 5"

  explicit fake_accounts(fake_data& data) {
    using namespace domain;
    data.on<standing_of>([this](const standing_of&) {
      ++asked;
      return standing_answer;
    });
    data.on<open_login>([this](const open_login& what) {
      if (done_answer)
        logins.emplace(what.state_hash, what.region);
      return done_answer;
    });
    data.on<close_login>([this](const close_login& what) -> result<region> {
      const auto known = logins.extract(what.state_hash);
      if (known.empty())
        return fail(ec::not_found);
      return known.mapped();
    });
    data.on<revoke_tokens>([this](const revoke_tokens& what) {
      last_call = "revoke " + std::to_string(what.user.value);
      return done_answer;
    });
    data.on<set_role>([this](const set_role& what) {
      last_call = "role " + std::to_string(what.user.value) + ' ' + what.role + " by "
                + std::to_string(what.by.who.id.value);
      return user_answer;
    });
  }
};

class fake_login final : public domain::login_port {
public:
  result<domain::standing> answer{fail(ec::upstream_down)};
  std::string last_call; ///< e.g. "abc at eu"

  void log_in(
      std::string code, domain::region where, deadline,
      domain::completion<domain::standing> done) override {
    last_call = code + " at " + std::string{domain::to_string(where)};
    done(answer);
  }
};

struct fake_control {
  result<domain::job_row> job_answer;
  result<void> done_answer;
  result<domain::sync_overview> overview_answer;

  std::string last_call; ///< e.g. "track eu/stormrage/avalerion by ops"

  explicit fake_control(guildhall::test::fake_port<domain::control_port>& port) {
    using namespace domain;
    const auto on = [&]<class Operation>(
                        const answer_to<Operation>& answer,
                        std::string (*describe)(const Operation&)) {
      port.on<Operation>([this, &answer, describe](const Operation& what) {
        last_call = describe(what);
        return answer;
      });
    };
    on.operator()<track>(job_answer, [](const track& what) {
      return "track " + text(what.address) + " by " + what.by;
    });
    on.operator()<untrack>(
        done_answer, [](const untrack& what) { return "untrack " + text(what.address); });
    on.operator()<sync_guild>(job_answer, [](const sync_guild& what) {
      return "sync guild " + std::to_string(what.guild.value);
    });
    on.operator()<sync_character>(job_answer, [](const sync_character& what) {
      return "sync character " + std::to_string(what.character.value);
    });
    on.operator()<job_by_id>(job_answer, [](const job_by_id& what) {
      return "job " + std::to_string(what.id.value);
    });
    on.operator()<overview_of_sync>(
        overview_answer, [](const overview_of_sync&) { return std::string{"overview"}; });
    on.operator()<set_paused>(done_answer, [](const set_paused& what) {
      return std::string{what.paused ? "pause" : "resume"};
    });
  }

private:
  static std::string text(const domain::guild_address& address) {
    return std::string{domain::to_string(address.region)} + '/' + address.realm + '/'
         + address.name_slug;
  }
};

struct answer {
  int status{0};
  std::string headers;
  std::string body;

  std::string header(std::string_view name) const {
    const auto start = headers.find(std::string{name} + ": ");
    if (start == std::string::npos)
      return {};
    const auto from = start + name.size() + 2;
    return headers.substr(from, headers.find("\r\n", from) - from);
  }
  json::value parsed() const {
    return json::parse(body);
  }
};

/// The routes with fake ports behind them, without any socket.
class api_test : public ::testing::Test {
protected:
  api_test() {
    cache.set_coherent(true);
    standings.set_coherent(true);
    build_public(api, with);
    build_admin(admin, with);
  }

  answer call(
      const http::router& routes, http::method verb, std::string target,
      const std::map<std::string, std::string>& headers = {}, std::string body = {}) {
    http::request what;
    what.verb = verb;
    what.target = std::move(target);
    what.body = std::move(body);
    for (const auto& [name, value] : headers)
      what.add_header(name, value);
    const auto found = routes.find(what);
    if (found.what != http::router::outcome::found)
      return {404, {}, "no route"};
    const auto caught = std::make_shared<catcher>();
    caught->is_gone = client_is_gone;
    (*found.run)(
        what, http::reply_slot{caught, 1, std::chrono::steady_clock::now() + request_deadline});
    return caught->got;
  }

  /// As a logged-in user.
  answer get(std::string target, std::map<std::string, std::string> headers = {}) {
    headers.emplace("Authorization", "Bearer " + user_token());
    return call(api, http::method::get, std::move(target), headers);
  }
  /// As a logged-in user; an empty body is none.
  answer send(
      http::method verb, std::string target, std::string body = {},
      std::map<std::string, std::string> headers = {}) {
    headers.emplace("Authorization", "Bearer " + user_token());
    if (!body.empty())
      headers.emplace("Content-Type", "application/json");
    return call(api, verb, std::move(target), headers, std::move(body));
  }
  /// As an operator.
  answer operate(http::method verb, std::string target, std::string body = {}) {
    std::map<std::string, std::string> headers{{"Authorization", "Bearer " + operator_token()}};
    if (!body.empty())
      headers.emplace("Content-Type", "application/json");
    return call(admin, verb, std::move(target), headers, std::move(body));
  }

  std::string user_token() const {
    auth::claims who;
    who.id = 5;
    who.battletag = "Some#1234";
    who.role = "user";
    who.issued_at = now();
    who.expires_at = now() + seconds{900};
    return auth::mint(signing_key, who);
  }
  /// From now on the user is no admin, and in these guilds.
  void become(std::vector<domain::guild_standing> guilds, std::string role = "user") {
    accounts.standing_answer = domain::standing{
        .id = user_id{5},
        .account = {},
        .battletag = "Some#1234",
        .role = std::move(role),
        .guilds = std::move(guilds)};
    standings.move("user:5");
  }
  std::string operator_token() const {
    return auth::mint_operator(signing_key, "ops", now(), seconds{3600});
  }

  config::signing_key signing_key = key("k1", 'a');
  fake_data database;
  guildhall::test::fake_port<domain::control_port> operations;
  fake_reads reads{database};
  fake_control control{operations};
  fake_people people{database};
  response_cache cache{{}};
  auth::verifier tokens{{signing_key}};
  fake_accounts accounts{database};
  fake_login login;
  live<auth::settings> auth_settings{auth::settings{
      .key = signing_key,
      .authorize_url = "https://oauth.example/authorize?client_id=c",
      .public_url = "https://api.example",
      .frontend_url = "https://client.example",
      .requests_per_minute = 30}};
  api::standings standings{database};
  metrics measures;
  readiness state{.ready = true, .writes = true, .reason = {}};
  std::optional<std::string> starting;
  services with{
      .data = database,
      .control = operations,
      .cache = cache,
      .tokens = tokens,
      .standings = standings,
      .measures = measures,
      .ready = [this] { return state; },
      .starting = [this] { return starting; },
      .login = &login,
      .auth_settings = &auth_settings,
      .auth_limits = {},
      .write_limit = {},
      .regions = {domain::region::eu, domain::region::us},
      .workshop =
          [this](std::move_only_function<void()>& work) {
            if (workshop_is_full)
              return false;
            ++written_in_bulk;
            work();
            return true;
          }};
  int written_in_bulk{0}; ///< answers that were written in the workshop
  bool workshop_is_full{false};
  seconds request_deadline{5};
  bool client_is_gone{false};
  http::router api;
  http::router admin;

private:
  struct catcher final : http::reply_target {
    void deliver(std::uint64_t, http::response given) noexcept override {
      got = {given.status, given.headers, given.body ? *given.body : ""};
    }
    bool go_on(std::move_only_function<void()>& work) noexcept override {
      if (is_gone)
        return false;
      work();
      return true;
    }
    bool is_gone{false};
    answer got;
  };
};

} // namespace guildhall::api::test
