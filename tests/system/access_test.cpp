#include "tests/system/support/town.hpp"
#include "tests/system/support/web_fields.hpp"
#include "tests/system/support/web_pages.hpp"

#include <array>
#include <map>
#include <memory>
#include <set>
#include <sstream>

/// Who may do what: every route of the API, asked by everybody.
namespace guildhall::system_test {

namespace {

namespace json = boost::json;

/// In the order of the table's columns.
constexpr std::array<std::string_view, 9> columns{
    "without a token", "with an expired token",     "with a refresh token",
    "an operator",     "a member of another guild", "a member",
    "an officer",      "the guild master",          "an admin"};

/// What everybody gets for a request that is right in itself. `none`: no token, `old`: an
/// expired one, `rfsh`: a refresh token for an access token, `oper`: an operator's token,
/// `else`: a member of another guild, `memb`: a member, who owns the character and made the
/// event, `offi`: an officer, `mast`: the guild master, `adm`: an admin without characters.
constexpr std::string_view table = R"(
route                                                   none old rfsh oper else memb offi mast adm
GET    /api/auth/login                                   200 200 200 200  200 200 200 200 200
GET    /api/auth/start                                   302 302 302 302  302 302 302 302 302
GET    /api/auth/callback                                302 302 302 302  302 302 302 302 302
POST   /api/auth/refresh                                 200 200 200 200  200 200 200 200 200
GET    /api/auth/me                                      401 401 401 401  200 200 200 200 200
PUT    /api/auth/role                                    401 401 401 401  403 403 403 403 200
GET    /api/auth/discord-link                            401 401 401 401  400 400 400 400 400
GET    /api/guilds/user                                  401 401 401 401  200 200 200 200 200
GET    /api/guilds/id/{guildId}                          401 401 401 401  403 200 200 200 200
GET    /api/guilds/{region}/{realm}/{name}               401 401 401 401  403 200 200 200 200
GET    /api/guilds/{guildId}/freshness                   401 401 401 401  403 200 200 200 200
GET    /api/guilds/{guildId}/members                     401 401 401 401  403 200 200 200 200
GET    /api/guilds/{guildId}/members/enhanced            401 401 401 401  403 200 200 200 200
PUT    /api/guilds/{guildId}/members/{characterId}/main  401 401 401 401  403 403 200 200 200
GET    /api/guilds/{guildId}/classified-roster           401 401 401 401  403 200 200 200 200
GET    /api/guilds/{guildId}/member-activity             401 401 401 401  403 200 200 200 200
GET    /api/guilds/{guildId}/ranks                       401 401 401 401  403 200 200 200 200
PUT    /api/guilds/{guildId}/ranks/{rankId}              401 401 401 401  403 403 403 200 200
GET    /api/guilds/{guildId}/rank-structure              401 401 401 401  403 200 200 200 200
GET    /api/guilds/{guildId}/rosters                     401 401 401 401  403 200 200 200 200
POST   /api/guilds/{guildId}/rosters                     401 401 401 401  403 403 403 201 201
GET    /api/rosters/{rosterId}                           401 401 401 401  403 200 200 200 200
PUT    /api/rosters/{rosterId}                           401 401 401 401  403 403 403 200 200
DELETE /api/rosters/{rosterId}                           401 401 401 401  403 403 403 204 204
POST   /api/rosters/{rosterId}/members                   401 401 401 401  403 403 403 200 200
PUT    /api/rosters/{rosterId}/members/{characterId}     401 401 401 401  403 403 403 200 200
DELETE /api/rosters/{rosterId}/members/{characterId}     401 401 401 401  403 403 403 204 204
GET    /api/events/guild/{guildId}                       401 401 401 401  403 200 200 200 200
POST   /api/events                                       401 401 401 401  403 201 201 201 201
GET    /api/events/{eventId}                             401 401 401 401  404 200 200 200 200
PUT    /api/events/{eventId}                             401 401 401 401  404 200 403 403 200
DELETE /api/events/{eventId}                             401 401 401 401  404 200 403 200 200
GET    /api/events/{eventId}/subscribers                 401 401 401 401  404 200 200 200 200
POST   /api/events/{eventId}/subscribe                   401 401 401 401  404 201 201 201 403
PUT    /api/events/{eventId}/subscribe                   401 401 401 401  404 200 200 200 403
DELETE /api/events/{eventId}/subscribe                   401 401 401 401  200 200 200 200 200
GET    /api/characters                                   401 401 401 401  200 200 200 200 200
POST   /api/characters                                   401 401 401 401  403 201 403 403 403
POST   /api/characters/sync                              401 401 401 401  404 200 403 403 403
GET    /api/characters/{characterId}                     401 401 401 401  404 200 200 200 200
PUT    /api/characters/{characterId}                     401 401 401 401  404 200 403 403 403
GET    /api/characters/{region}/{realm}/{name}           401 401 401 401  404 200 200 200 200
GET    /api/admin/validation-stats                       401 401 401 401  403 403 403 403 200
POST   /api/admin/validation-stats/reset                 401 401 401 401  403 403 403 403 200
GET    /api/healthcheck                                  200 200 200 200  200 200 200 200 200
GET    /api/openapi.json                                 200 200 200 200  200 200 200 200 200
GET    /api/docs                                         200 200 200 200  200 200 200 200 200
GET    /api/docs/{file}                                  200 200 200 200  200 200 200 200 200
GET    /api/auth/logout                                  200 200 200 200  200 200 200 200 200
)";

struct row {
  std::string method;
  std::string path; ///< with "{parameters}"
  std::array<int, columns.size()> status{};

  std::string route() const {
    return method + ' ' + path;
  }
};

std::vector<row> rows() {
  std::istringstream in{std::string{table}};
  std::string line;
  std::getline(in, line); // before the heading
  std::getline(in, line); // the heading
  std::vector<row> out;
  while (std::getline(in, line)) {
    std::istringstream words{line};
    auto& one = out.emplace_back();
    words >> one.method >> one.path;
    for (auto& status : one.status)
      words >> status;
    if (!words)
      throw std::runtime_error("not a row of the table: " + line);
  }
  return out;
}

/// Somebody who asks.
struct asker {
  std::string token; ///< empty: none
  std::int64_t user{0};
  std::int64_t character{0}; ///< what they sign up with
};

class access : public testing::Test {
protected:
  static void SetUpTestSuite() {
    shared_ = std::make_unique<town>("http://localhost:5173");
  }
  static void TearDownTestSuite() {
    shared_.reset();
  }
  town& in() {
    return *shared_;
  }

  std::vector<asker> everybody();
  /// Every route of the API's description: "GET /api/guilds/user".
  std::set<std::string> documented();
  reply asked_by(const asker& who, const row& what);
  reply send(
      const std::string& token, const std::string& method, const std::string& target,
      const json::value& body = nullptr);

private:
  asker logged_in(const resident& who);
  std::string path_for(const asker& who, const row& what);
  json::value body_for(const asker& who, const row& what);
  std::int64_t fresh_roster();
  std::int64_t fresh_event();
  void sign_up(const asker& who, std::int64_t event);

  std::string refresh_token_;
  std::int64_t officer_id_{0};
  std::int64_t member_id_{0};
  std::int64_t members_character_{0};
  static inline std::unique_ptr<town> shared_;
};

std::set<std::string> access::documented() {
  const std::map<std::string, std::string, std::less<>> methods{
      {"get", "GET"},
      {"post", "POST"},
      {"put", "PUT"},
      {"patch", "PATCH"},
      {"delete", "DELETE"}};
  std::set<std::string> out;
  const auto description = send({}, "GET", "/api/openapi.json").json();
  for (const auto& [path, item] : field(description, "paths").as_object())
    for (const auto& [name, operation] : item.as_object())
      if (const auto method = methods.find(std::string_view{name}); method != methods.end())
        out.insert(method->second + ' ' + std::string{path});
  return out;
}

asker access::logged_in(const resident& who) {
  const auto client = in().client_of(who);
  return {client.access_token, client.me->id, in().character_id(who.characters.front())};
}

std::vector<asker> access::everybody() {
  const auto member = in().client_of(in().commoner);
  refresh_token_ = member.refresh_token;
  member_id_ = member.me->id;
  members_character_ = in().character_id(in().commoner.characters.front());
  const auto officer = logged_in(in().officer);
  officer_id_ = officer.user;
  const auto admins = in().token({"--user", "Admin#1000", "--admin"});
  const auto admin = in().store().number("select id from users where battletag = 'Admin#1000'");
  return {
      {},
      {town::expired(member.access_token)},
      {refresh_token_},
      {in().token({"--operator"})},
      logged_in(in().stranger),
      {member.access_token, member.me->id, members_character_},
      officer,
      logged_in(in().master),
      {admins, admin, members_character_}};
}

std::int64_t access::fresh_roster() {
  const auto id = in().store().number(
      "insert into rosters (guild_id, name) values (" + std::to_string(in().home_id)
      + ", 'Raid') returning id");
  in().store().exec(
      "insert into roster_members (roster_id, character_id) values (" + std::to_string(id)
      + ", " + std::to_string(members_character_) + ")");
  return id;
}

std::int64_t access::fresh_event() {
  return in().store().number(
      "insert into events (guild_id, title, event_type, start_time, end_time, created_by) "
      "values ("
      + std::to_string(in().home_id)
      + ", 'Raid night', 'Raid', '2026-07-01 19:30Z', '2026-07-01 22:00Z', "
      + std::to_string(member_id_) + ") returning id");
}

void access::sign_up(const asker& who, std::int64_t event) {
  if (who.user != 0)
    in().store().exec(
        "insert into event_subscriptions (event_id, user_id, character_id, status) values ("
        + std::to_string(event) + ", " + std::to_string(who.user) + ", "
        + std::to_string(who.character) + ", 'Confirmed')");
}

/// Each request has a roster or an event of its own, so that the order does not matter.
std::string access::path_for(const asker& who, const row& what) {
  auto out = what.path;
  const auto fill = [&](const std::string& name, auto make) {
    if (const auto at = out.find('{' + name + '}'); at != std::string::npos)
      out.replace(at, name.size() + 2, percent_encoded(make()));
  };
  const auto is_character = what.path.starts_with("/api/characters");
  const auto& hero = in().commoner.characters.front();
  fill("guildId", [&] { return std::to_string(in().home_id); });
  fill("characterId", [&] { return std::to_string(members_character_); });
  fill("rankId", [] { return std::string{"6"}; });
  fill("rosterId", [&] { return std::to_string(fresh_roster()); });
  fill("eventId", [&] {
    const auto id = fresh_event();
    if (what.path.ends_with("/subscribe") && what.method != "POST")
      sign_up(who, id);
    return std::to_string(id);
  });
  fill("region", [] { return std::string{"eu"}; });
  fill("realm", [&] { return is_character ? hero.realm : in().home.realm; });
  fill("name", [&] { return is_character ? hero.name : in().home.slug; });
  fill("file", [] { return std::string{"openapi.json"}; });
  if (what.path == "/api/auth/discord-link")
    out += "?token=nonsense";
  return out;
}

json::value access::body_for(const asker& who, const row& what) {
  const auto& hero = in().commoner.characters.front();
  const json::object name{{"name", "Raid"}};
  const json::object event{{"title", "Raid night"},          {"description", ""},
                           {"event_type", "Raid"},           {"start_time", "2026-07-01T19:30"},
                           {"end_time", "2026-07-01T22:00"}, {"max_participants", 20},
                           {"guild_id", in().home_id}};
  const json::object joins{{"status", "Confirmed"}, {"character_id", who.character}};
  const std::map<std::string, json::object> bodies{
      {"POST /api/auth/refresh", {{"refreshToken", refresh_token_}}},
      {"PUT /api/auth/role", {{"userId", officer_id_}, {"role", "user"}}},
      {"PUT /api/guilds/{guildId}/members/{characterId}/main", {{"isMain", true}}},
      {"PUT /api/guilds/{guildId}/ranks/{rankId}", {{"rank_name", "Members"}}},
      {"POST /api/guilds/{guildId}/rosters", name},
      {"PUT /api/rosters/{rosterId}", name},
      {"POST /api/rosters/{rosterId}/members",
       {{"additions", json::array{json::object{{"type", "rank"}, {"rankId", 6}}}}}},
      {"PUT /api/rosters/{rosterId}/members/{characterId}", {{"role", "Tank"}}},
      {"POST /api/events", event},
      {"PUT /api/events/{eventId}", event},
      {"POST /api/events/{eventId}/subscribe", joins},
      {"PUT /api/events/{eventId}/subscribe", joins},
      {"POST /api/characters",
       {{"name", hero.name}, {"realm", hero.realm}, {"region", "eu"}, {"class", "Mage"}}},
      {"POST /api/characters/sync", {{"characterId", members_character_}}},
      {"PUT /api/characters/{characterId}", {{"level", 1}}}};
  const auto found = bodies.find(what.route());
  return found == bodies.end() ? json::value{} : json::value(found->second);
}

reply access::send(
    const std::string& token, const std::string& method, const std::string& target,
    const json::value& body) {
  question what{
      .method = method, .target = target, .headers = {{"Content-Type", "application/json"}}};
  if (!token.empty())
    what.headers.emplace("Authorization", "Bearer " + token);
  if (!body.is_null())
    what.body = json::serialize(body);
  return ask(in().api().port(), what);
}

reply access::asked_by(const asker& who, const row& what) {
  return send(who.token, what.method, path_for(who, what), body_for(who, what));
}

} // namespace

TEST_F(access, is_as_the_table_says) {
  const auto people = everybody();
  in().store().exec(
      "update ranks set is_officer = true where rank_id = 1 and guild_id = "
      + std::to_string(in().home_id));
  for (const auto& what : rows())
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto answer = asked_by(people[i], what);
      EXPECT_EQ(answer.status, what.status[i])
          << what.route() << ' ' << columns[i] << ": " << answer.body.substr(0, 300);
      if (answer.status >= 400) {
        const auto error = field(answer.json(), "error");
        EXPECT_EQ(number_field(error, "status"), answer.status) << answer.body;
      }
    }
}

TEST_F(access, is_judged_by_a_row_of_the_table_for_every_route) {
  std::set<std::string> judged;
  for (const auto& one : rows())
    judged.insert(one.route());
  const auto routes = documented();
  for (const auto& route : routes)
    EXPECT_TRUE(route.find(" /api/") == std::string::npos || judged.contains(route))
        << route << " has no row";
  for (const auto& route : judged)
    EXPECT_TRUE(routes.contains(route)) << route << " is no route";
}

TEST_F(access, to_what_operators_do_is_theirs_alone) {
  const std::set<std::string> open{"GET /live", "GET /ready", "GET /metrics"};
  const auto operators = in().token({"--operator"});
  const auto admins = in().token({"--user", "Admin#1000", "--admin"});
  int guarded = 0;
  for (const auto& route : documented()) {
    if (route.find(" /api/") != std::string::npos || open.contains(route))
      continue;
    ++guarded;
    const auto method = route.substr(0, route.find(' '));
    const auto path = "/" + route.substr(route.find('/') + 1);
    const auto status = [&](const std::string& token) {
      question what{.method = method, .target = percent_encoded(path)};
      if (!token.empty())
        what.headers.emplace("Authorization", "Bearer " + token);
      return ask(in().api().admin_port(), what).status;
    };
    EXPECT_EQ(status({}), 401) << route;
    EXPECT_EQ(status(town::expired(operators)), 401) << route;
    EXPECT_EQ(status(admins), 401) << route;
    if (method == "GET") {
      EXPECT_NE(status(operators), 401) << route;
    }
  }
  EXPECT_GT(guarded, 5);
}

TEST_F(access, leads_to_battlenet_and_to_the_client_and_nowhere_else) {
  const std::string evil{"//evil.example/"};
  const auto asked = [&](const std::string& target) {
    return ask(
        in().api().port(), {.target = target,
                            .headers = {
                                {"Host", "evil.example"},
                                {"X-Forwarded-Host", "evil.example"},
                                {"Origin", "https://evil.example"},
                                {"Referer", "https://evil.example/"}}});
  };
  const auto own = "http://127.0.0.1:" + std::to_string(in().api().port());
  for (const auto* name : {"redirect", "redirect_uri", "return_to", "next", "url"}) {
    const auto more = std::string{name} + "=https:" + percent_encoded(evil);
    EXPECT_EQ(
        text(asked("/api/auth/login?" + more).json().at("data").at("authUrl")),
        own + "/api/auth/start?region=eu");
    const auto to_battlenet = asked("/api/auth/start?" + more).header("location");
    EXPECT_TRUE(to_battlenet.starts_with(in().battlenet().url() + "/authorize?"));
    EXPECT_EQ(to_battlenet.find("evil"), std::string::npos) << to_battlenet;
    for (const auto* rest : {"", "&code=x&state=x", "&error=access_denied"}) {
      const auto to_client = asked("/api/auth/callback?" + more + rest).header("location");
      EXPECT_TRUE(to_client.starts_with(in().client_origin() + "/login?error=")) << to_client;
      EXPECT_EQ(to_client.find("evil"), std::string::npos) << to_client;
    }
  }
  EXPECT_EQ(asked("/api/auth/start?region=eu@evil.example").status, 400);
}

TEST_F(access, to_a_page_is_that_to_its_list) {
  const auto member = in().client_of(in().commoner).access_token;
  const auto stranger = in().client_of(in().stranger).access_token;
  const auto list = "/api/guilds/" + std::to_string(in().home_id) + "/members";
  const auto first = send(member, "GET", list + "?fields=full&limit=2");
  ASSERT_EQ(first.status, 200) << first.body;
  const auto next = list + "?fields=full&cursor=" + text(first.json().at("page").at("next"));
  EXPECT_EQ(send(member, "GET", next).status, 200);
  EXPECT_EQ(send(stranger, "GET", next).status, 403) << "a cursor is no key";
  EXPECT_EQ(send({}, "GET", next).status, 401);
  // Of one's own list it is nobody else's.
  const auto own = send(member, "GET", "/api/characters?limit=1");
  ASSERT_EQ(own.status, 200) << own.body;
  const auto answered = own.json();
  if (const auto* page = answered.as_object().if_contains("page")) {
    EXPECT_EQ(
        send(stranger, "GET", "/api/characters?cursor=" + text(page->at("next"))).status, 400);
  }
}

TEST_F(access, to_a_character_is_not_had_by_claiming_it) {
  const auto& hero = in().commoner.characters.front();
  const auto id = in().character_id(hero);
  const auto owner = in().client_of(in().commoner).me->id;
  auto stranger = in().client_of(in().stranger);
  const auto owner_now = [&] {
    return in().store().number(
        "select user_id from characters where id = " + std::to_string(id));
  };
  const auto claim = stranger.call(
      "POST", "/characters",
      json::object{
          {"name", hero.name},
          {"realm", hero.realm},
          {"region", "eu"},
          {"class", "Mage"},
          {"user_id", stranger.me->id}});
  EXPECT_EQ(claim.status, 403) << claim.body;
  const auto change = stranger.call(
      "PUT", "/characters/" + std::to_string(id), json::object{{"user_id", stranger.me->id}});
  EXPECT_EQ(change.status, 404) << change.body;
  EXPECT_EQ(owner_now(), owner);
  EXPECT_EQ(stranger.call("GET", "/guilds/id/" + std::to_string(in().home_id)).status, 403);
}

TEST_F(access, to_an_event_is_not_had_with_somebody_elses_character) {
  auto member = in().client_of(in().commoner);
  const auto id = add_event(
      member, {in().home_id, "Raid", "", "Raid", "2026-07-01T19:30", "2026-07-01T22:00", 5});
  const auto foreign = in().character_id(in().master.characters.front());
  const auto answer = member.call(
      "POST", "/events/" + std::to_string(id) + "/subscribe",
      json::object{{"status", "Confirmed"}, {"character_id", foreign}});
  EXPECT_EQ(answer.status, 403) << answer.body;
  EXPECT_TRUE(sign_ups(member, id).empty());
}

/// Status, headers (but for what each answer has of its own) and body.
std::string all_of(reply answer) {
  for (const auto* own : {"date", "x-request-id"})
    answer.headers.erase(own);
  auto out = std::to_string(answer.status);
  for (const auto& [name, value] : answer.headers)
    out += '\n' + name + ": " + value;
  return out + "\n\n" + answer.body;
}

TEST_F(access, to_what_may_not_be_seen_is_like_access_to_nothing) {
  auto member = in().client_of(in().commoner);
  const auto stranger = in().client_of(in().stranger).access_token;
  const auto event = std::to_string(add_event(
      member, {in().home_id, "Raid", "", "Raid", "2027-07-01T19:30", "2027-07-01T22:00", 5}));
  const auto& hero = in().commoner.characters.front();
  const auto id = std::to_string(in().character_id(hero));
  const auto by_name = [](const std::string& realm, const std::string& name) {
    return "/api/characters/eu/" + percent_encoded(realm) + '/' + percent_encoded(name);
  };
  const json::object joins{{"status", "Tentative"}, {"character_id", 1}};
  struct pair {
    std::string method, hidden, unknown;
    json::value body{};
  };
  const std::vector<pair> pairs{
      {"GET", "/api/events/" + event, "/api/events/999999"},
      {"PUT", "/api/events/" + event, "/api/events/999999",
       json::object{{"title", "Mine now"}}},
      {"DELETE", "/api/events/" + event, "/api/events/999999"},
      {"GET", "/api/events/" + event + "/subscribers", "/api/events/999999/subscribers"},
      {"POST", "/api/events/" + event + "/subscribe", "/api/events/999999/subscribe", joins},
      {"PUT", "/api/events/" + event + "/subscribe", "/api/events/999999/subscribe", joins},
      {"DELETE", "/api/events/" + event + "/subscribe", "/api/events/999999/subscribe"}};
  for (const auto& what : pairs)
    for (const auto* filled : {"nothing kept", "kept"}) {
      const auto hidden = send(stranger, what.method, what.hidden, what.body);
      const auto unknown = send(stranger, what.method, what.unknown, what.body);
      EXPECT_EQ(hidden.status, 404) << what.method << ' ' << what.hidden;
      EXPECT_EQ(all_of(hidden), all_of(unknown)) << what.hidden << ' ' << filled;
      EXPECT_EQ(send(member.access_token, "GET", "/api/events/" + event).status, 200);
      send(member.access_token, "GET", "/api/events/" + event + "/subscribers");
    }
  // These name what was asked for: the same but for that.
  const auto without = [](std::string text, const std::string& asked) {
    for (auto at = text.find(asked); at != std::string::npos; at = text.find(asked))
      text.replace(at, asked.size(), "#");
    if (const auto at = text.find("content-length"); at != std::string::npos)
      text.erase(at, text.find('\n', at) - at);
    return text;
  };
  for (const auto* filled : {"nothing kept", "kept"}) {
    EXPECT_EQ(
        without(all_of(send(stranger, "GET", "/api/characters/" + id)), id),
        without(all_of(send(stranger, "GET", "/api/characters/999999")), "999999"))
        << filled;
    EXPECT_EQ(
        without(all_of(send(stranger, "PUT", "/api/characters/" + id, json::object{})), id),
        without(
            all_of(send(stranger, "PUT", "/api/characters/999999", json::object{})), "999999"));
    const auto hidden = send(stranger, "GET", by_name(hero.realm, hero.name));
    const auto unknown = send(stranger, "GET", by_name(hero.realm, "nobodyatall"));
    EXPECT_EQ(hidden.status, 404);
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(hidden.body.find(id), std::string::npos) << "its id is not told: " << hidden.body;
    EXPECT_EQ(send(member.access_token, "GET", "/api/characters/" + id).status, 200);
    EXPECT_EQ(send(member.access_token, "GET", by_name(hero.realm, hero.name)).status, 200);
  }
}

TEST_F(access, to_managing_goes_with_the_character_of_rank_0) {
  auto before = in().client_of(in().master);
  EXPECT_EQ(open_guild(before, in().home_id).leader_id, before.me->id);
  const auto heir = in().officer.characters.front();
  in().battlenet().post("world/rank", {{"character", heir.id}, {"rank", 0}});
  in().refresh_home();
  auto after = in().client_of(in().officer);
  EXPECT_TRUE(shows_manage_links(after, open_guild(after, in().home_id)));
  EXPECT_FALSE(shows_manage_links(before, open_guild(before, in().home_id)));
  const auto refused = before.call(
      "POST", "/guilds/" + std::to_string(in().home_id) + "/rosters",
      json::object{{"name", "Not any more"}});
  EXPECT_EQ(refused.status, 403) << refused.body;
  in().battlenet().post(
      "world/rank", {{"character", in().master.characters.front().id}, {"rank", 0}});
  in().refresh_home();
}

} // namespace guildhall::system_test
