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

/// Answers what a test put into it, counts, and remembers what it was asked.
class fake_reads final : public domain::read_port {
public:
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
  domain::guild_address last_guild_address;
  domain::character_address last_character_address;

  void guild(
      guild_id id, domain::detail how, deadline,
      domain::completion<domain::guild_row> done) override {
    note(id.value, how);
    done(guild_answer);
  }
  void guild_at(
      domain::guild_address address, domain::detail how, deadline,
      domain::completion<domain::guild_row> done) override {
    note(0, how);
    last_guild_address = std::move(address);
    done(guild_answer);
  }
  void members(guild_id id, deadline, domain::completion<std::vector<domain::member_row>> done)
      override {
    note(id.value, {});
    done(members_answer);
  }
  void member_details(
      guild_id id, domain::detail how, deadline,
      domain::completion<std::vector<domain::member_detail>> done) override {
    note(id.value, how);
    done(details_answer);
  }
  void member_activity(
      guild_id id, deadline, domain::completion<domain::member_activity> done) override {
    note(id.value, {});
    done(activity_answer);
  }
  void ranks(
      guild_id id, deadline, domain::completion<std::vector<domain::rank_row>> done) override {
    note(id.value, {});
    done(ranks_answer);
  }
  void
  freshness(guild_id id, deadline, domain::completion<domain::guild_freshness> done) override {
    note(id.value, {});
    done(freshness_answer);
  }
  void character(
      character_id id, domain::detail how, deadline,
      domain::completion<domain::character_row> done) override {
    note(id.value, how);
    done(character_answer);
  }
  void character_at(
      domain::character_address address, domain::detail how, deadline,
      domain::completion<domain::character_row> done) override {
    note(0, how);
    last_character_address = std::move(address);
    done(character_answer);
  }

private:
  void note(std::int64_t id, domain::detail how) {
    ++asked;
    last_id = id;
    last_detail = how;
  }
};

class fake_accounts final : public domain::account_port {
public:
  /// User 5, who is an admin unless a test says otherwise.
  result<domain::standing> standing_answer = domain::standing{
      .id = user_id{5}, .account = {}, .battletag = "Some#1234", .role = "admin", .guilds = {}};
  int asked{0};

  std::map<std::string, domain::region> logins; ///< under way, by the hash of their state
  result<void> done_answer;
  result<domain::user_row> user_answer;
  std::string last_call; ///< e.g. "role 7 admin by 5"

  void standing(user_id, deadline, domain::completion<domain::standing> done) override {
    ++asked;
    done(standing_answer);
  }
  void open_login(
      std::string state_hash, domain::region where, deadline,
      domain::completion<void> done) override {
    if (done_answer)
      logins.emplace(std::move(state_hash), where);
    done(done_answer);
  }
  void close_login(
      std::string state_hash, deadline, domain::completion<domain::region> done) override {
    const auto known = logins.extract(state_hash);
    if (known.empty())
      return done(fail(ec::not_found));
    done(known.mapped());
  }
  void revoke_tokens(user_id id, deadline, domain::completion<void> done) override {
    last_call = "revoke " + std::to_string(id.value);
    done(done_answer);
  }
  void set_role(
      user_id id, std::string role, user_id by, deadline,
      domain::completion<domain::user_row> done) override {
    last_call =
        "role " + std::to_string(id.value) + ' ' + role + " by " + std::to_string(by.value);
    done(user_answer);
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

class fake_control final : public domain::control_port {
public:
  result<domain::job_row> job_answer;
  result<void> done_answer;
  result<domain::sync_overview> overview_answer;

  std::string last_call; ///< e.g. "track eu/stormrage/avalerion by ops"

  void track(
      domain::guild_address address, std::string by, deadline,
      domain::completion<domain::job_row> done) override {
    last_call = "track " + text_of(address) + " by " + by;
    done(job_answer);
  }
  void
  untrack(domain::guild_address address, deadline, domain::completion<void> done) override {
    last_call = "untrack " + text_of(address);
    done(done_answer);
  }
  void sync_guild(guild_id id, deadline, domain::completion<domain::job_row> done) override {
    last_call = "sync guild " + std::to_string(id.value);
    done(job_answer);
  }
  void
  sync_character(character_id id, deadline, domain::completion<domain::job_row> done) override {
    last_call = "sync character " + std::to_string(id.value);
    done(job_answer);
  }
  void job(job_id id, deadline, domain::completion<domain::job_row> done) override {
    last_call = "job " + std::to_string(id.value);
    done(job_answer);
  }
  void overview(deadline, domain::completion<domain::sync_overview> done) override {
    last_call = "overview";
    done(overview_answer);
  }
  void set_paused(bool paused, deadline, domain::completion<void> done) override {
    last_call = paused ? "pause" : "resume";
    done(done_answer);
  }

private:
  static std::string text_of(const domain::guild_address& address) {
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
    (*found.run)(
        what, http::reply_slot{caught, 1, std::chrono::steady_clock::now() + seconds{5}});
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
  fake_reads reads;
  fake_control control;
  fake_people people;
  http::response_cache cache{{}};
  auth::verifier tokens{{signing_key}};
  fake_accounts accounts;
  fake_login login;
  auth::settings auth_settings{
      .key = signing_key,
      .authorize_url = "https://oauth.example/authorize?client_id=c",
      .public_url = "https://api.example",
      .frontend_url = "https://client.example",
      .requests_per_minute = 30};
  api::standings standings{accounts};
  metrics measures;
  readiness state{true, {}};
  services with{
      .reads = reads,
      .control = control,
      .people = people,
      .cache = cache,
      .tokens = tokens,
      .standings = standings,
      .measures = measures,
      .ready = [this] { return state; },
      .accounts = &accounts,
      .login = &login,
      .auth_settings = &auth_settings};
  http::router api;
  http::router admin;

private:
  struct catcher final : http::reply_target {
    void deliver(std::uint64_t, http::response given) noexcept override {
      got = {given.status, given.headers, given.body ? *given.body : ""};
    }
    answer got;
  };
};

} // namespace guildhall::api::test
